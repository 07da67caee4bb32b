"""Who did something, by the name of the key."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.questions import UUID_TEXT
from models import ApiKey


def names_of(session: Session, actors: Iterable[str | None]) -> Mapping[str, str]:
    """What the keys with these ids are called; others are missing."""
    ids = {UUID(actor) for actor in actors if actor and UUID_TEXT.fullmatch(actor)}
    if not ids:
        return {}
    found = session.execute(select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(ids)))
    return {str(row.id): row.name for row in found}
