"""Keep what was counted of the answers to a version, so that nobody counts them again."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from models import ItemTally
from models.bulk import insert_new, table_of
from models.item_tally import TallyValues

TALLY = table_of(ItemTally)


def keep_tally(session: Session, *, tally: TallyValues) -> None:
    """Keep the tally instead of the one before. Of two who do so at once either may be last."""
    if not insert_new(session.connection(), TALLY, [tally]):
        changed = update(TALLY).where(TALLY.c.version_id == tally.version_id)
        session.execute(changed.values(**tally._asdict()))
