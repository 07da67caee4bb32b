"""Pictures: kept for questions, shown with what they are and where they are used."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from api.admin.pages import admin_page, go_to
from api.admin.routes import admin_router
from api.admin.sessions import Author, Reader, Visitor
from api.admin.uploads import ChosenFile, UploadRoute
from api.dependencies import AppDatabase, AppSettings, ReadSession
from api.media import MediaName, keep_picture, page_of_media, picture_of
from api.pagination import Cursors, ordered
from api.protocol_errors import InvalidRequest
from api.schemas.media import MediaOut, MediaQuery
from domain.errors import Fault, MediaNotFound
from formats.pictures import LARGEST
from models import Media
from models.picture_uses import PLACE, Use, uses_of
from operations.find_picture import find_media

PATH = "/admin/media"
MOST_USES = 50

router = admin_router("/media", UploadRoute)


@router.get("")
def list_media(
    request: Request,
    session: ReadSession,
    settings: AppSettings,
    _: Reader,
    query: Annotated[MediaQuery, Query()],
) -> Response:
    """A page of the pictures, newest first, below the form that takes another."""
    rows, cursor = page_of_media(session, query)
    visitor: Visitor = request.state.visitor
    context = {
        "pictures": [(MediaOut.of(row, settings.base_url), uses) for row, uses in rows],
        "used": query.used,
        "may_upload": visitor.may("bank:write"),
        "largest": LARGEST,
        "cursor": query.cursor,
        "next": cursor,
    }
    return admin_page(request, "admin/media.html", context)


@router.post("")
def upload(database: AppDatabase, caller: Author, upload: ChosenFile) -> Response:
    """Keep a picture. What was taken out of it is told."""
    if upload is None:
        raise InvalidRequest(faults=(Fault("/file", "missing", "Choose a picture."),))
    picture = picture_of(upload)
    is_new = database.write(lambda session: keep_picture(session, picture, caller)[0])
    told = "The picture is kept." if is_new else "The picture was there already."
    if picture.removed:
        removed = ", ".join(picture.removed).replace("`", "")
        told += f" Taken out, since it does more than draw: {removed}."
    return go_to(f"{PATH}/{picture.name}", told)


@router.get("/{name}")
def show(
    request: Request,
    session: ReadSession,
    settings: AppSettings,
    _: Reader,
    name: MediaName,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """One picture: how to show it in a text, and the versions of questions that do."""
    row = find_media(session, name)
    if row is None:
        raise MediaNotFound
    uses, following = _uses(session, row, cursor)
    context = {
        "picture": MediaOut.of(row, settings.base_url),
        "uses": uses,
        "cursor": cursor,
        "next": following,
    }
    return admin_page(request, "admin/picture.html", context)


def _uses(session: Session, row: Media, cursor: str | None) -> tuple[Sequence[Use], str | None]:
    """The versions of a page that show the picture, and the cursor of the next one."""
    cursors = Cursors(session, ("admin media", row.sha256))
    last = None if cursor is None else cursors.read(cursor)
    found = session.execute(ordered(uses_of(row.sha256), PLACE, last).limit(MOST_USES + 1)).all()
    page = [Use(*one) for one in found[:MOST_USES]]
    more = len(found) > MOST_USES
    return page, cursors.write([page[-1].slug, page[-1].number]) if more else None
