"""Note which versions show which pictures."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from domain.pictures import hash_of
from models import Media, VersionMedia
from models.bulk import insert_new, table_of
from operations.draft_rows import Row


class _Shown(NamedTuple):
    version_id: UUID
    sha256: str
    file: str | None


def show_pictures(session: Session, *, media: Mapping[UUID, Iterable[Row]]) -> None:
    """Note the pictures of these versions, as :class:`DraftRows` has them; safe to repeat.

    A text may name a picture that the bank does not have: it is passed over.
    """
    shown = [(version_id, row) for version_id, rows in media.items() for row in rows]
    known = Media.known(session, (hash_of(row["name"]) for _, row in shown))
    rows = [
        _Shown(version_id, hash_of(row["name"]), row["file"])
        for version_id, row in shown
        if row["name"] in known
    ]
    insert_new(session.connection(), table_of(VersionMedia), rows)
