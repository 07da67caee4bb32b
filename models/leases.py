"""Work that one of several processes has taken, as long as it gives signs of life."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

# A sign of life from so far ahead was given before the clock was set back: whoever lives gives
# another one soon, and whoever does not must not be waited for until that moment comes.
AHEAD = timedelta(minutes=5)


def is_free(
    alive_at: InstrumentedAttribute[datetime | None], at: datetime, lease: timedelta
) -> ColumnElement[bool]:
    """Whether nobody has the work: never, or without a sign of life for longer than the lease."""
    return or_(alive_at.is_(None), alive_at < at - lease, alive_at > at + AHEAD)
