"""Find a stored picture by its name, and its bytes wherever they lie."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.pictures import NAME
from formats.illustrating import Stored
from models import Media, VersionMedia
from models.database import MEDIA_FOLDER
from models.media_folder import read_media


def find_media(session: Session, name: str) -> Media | None:
    """The picture of exactly that name, its bytes not loaded."""
    found = NAME.fullmatch(name)
    row = found and session.get(Media, found["sha256"])
    return row if row and row.name == name else None


def content_of(session: Session, row: Media) -> bytes | None:
    """The bytes of a picture; ``None`` if they lie in a folder that does not have them."""
    if row.content is not None:
        return row.content
    folder = session.info.get(MEDIA_FOLDER)
    return read_media(folder, row.name) if folder else None


def find_stored(session: Session, name: str) -> Stored | None:
    """A picture as it goes into files."""
    row = find_media(session, name)
    content = content_of(session, row) if row else None
    if row is None or content is None:
        return None
    called = select(func.min(VersionMedia.file)).where(VersionMedia.sha256 == row.sha256)
    return Stored(content, session.scalar(called) or row.file)
