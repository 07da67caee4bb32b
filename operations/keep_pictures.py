"""Store pictures that the bank does not have yet."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session

from domain.pictures import Picture
from models import Media
from models.bulk import insert_new, table_of
from models.database import MEDIA_FOLDER
from models.media_folder import write_media


class NewMedia(NamedTuple):
    """The values of a picture's row."""

    sha256: str
    type: str
    size: int
    width: int | None
    height: int | None
    file: str
    content: bytes | None
    created_at: datetime


def keep_pictures(
    session: Session, *, pictures: Iterable[Picture], at: datetime, is_kept: bool = True
) -> int:
    """Store those that are new, and give their number. Safe to repeat.

    Where there is a folder for them their bytes are on its disk before the row is written, so
    that no row is ever without them; without ``is_kept``, in a dry run, nothing lies there.
    """
    by_hash = {one.sha256: one for one in pictures}
    if not by_hash:
        return 0
    known = Media.known(session, by_hash)
    new = [one for one in by_hash.values() if one.name not in known]
    folder: Path | None = session.info.get(MEDIA_FOLDER)
    if folder is not None and is_kept:
        for one in new:
            write_media(folder, one.name, one.content)
    rows = [_row(one, at, is_in_folder=folder is not None) for one in new]
    return insert_new(session.connection(), table_of(Media), rows)


def _row(one: Picture, at: datetime, is_in_folder: bool) -> NewMedia:
    content = None if is_in_folder else one.content
    size = len(one.content)
    return NewMedia(one.sha256, one.type, size, one.width, one.height, one.file, content, at)
