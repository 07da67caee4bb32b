"""API keys, made and revoked by admins. Only the answer that makes a key holds its text."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.dependencies import Admin, AppDatabase, IdempotencyKey, ReadSession
from api.documentation import problems
from api.idempotency import REPLAYED, answer_once
from api.pagination import Cursors, Order, next_link, page_in_order
from api.requests import StrictRoute
from api.responses import PRIVATE, json_response
from api.schemas.keys import KeyIn, KeyOut, KeyPage, KeyQuery, NewKeyOut
from domain.access import Caller
from domain.errors import ExpiresInThePast, Fault, KeyNotFound
from models import ApiKey, now
from operations.issue_key import issue_key
from operations.revoke_key import revoke_key

router = APIRouter(prefix="/v1/keys", tags=["keys"], route_class=StrictRoute)

PublicPart = Annotated[
    str,
    Path(max_length=32, description="The part of a key that may be shown.", examples=["4f1c09ab"]),
]
NEWEST_KEY = Order(
    ApiKey.created_at,
    ApiKey.id,
    lambda row: row.created_at,
    datetime.fromisoformat,
    descending=True,
)


@router.post(
    "",
    operation_id="create_key",
    summary="Make an API key",
    status_code=201,
    response_model=NewKeyOut,
    responses=problems(401, 403, 413, 415, 422),
)
def create_key(
    request: Request,
    database: AppDatabase,
    caller: Admin,
    body: KeyIn,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Make a key and show it, this once: sent again, the request is answered without its text."""
    content, replayed = database.write(
        lambda session: make_key(session, caller, body, idempotency_key)
    )
    headers = {"Location": f"/v1/keys/{content.public_part}"} | (REPLAYED if replayed else {})
    return json_response(request, content, status=201, headers=headers)


@router.get(
    "",
    operation_id="list_keys",
    summary="List API keys",
    response_model=KeyPage,
    responses=problems(401, 403, 422),
)
def list_keys(
    request: Request, session: ReadSession, _: Admin, query: Annotated[KeyQuery, Query()]
) -> Response:
    """A page of all keys without their secrets, newest first; revoked ones, too."""
    page = page_of_keys(session, query)
    link = next_link(request.url.path, query.model_dump(mode="json"), page.next_cursor)
    return json_response(request, page, headers=link)


@router.get(
    "/{public_part}",
    operation_id="read_key",
    summary="Read about one API key",
    response_model=KeyOut,
    responses=problems(401, 403, 404, 422),
)
def read_key(request: Request, session: ReadSession, _: Admin, public_part: PublicPart) -> Response:
    """The key with this public part, without its secret."""
    return json_response(request, find_key(session, public_part))


@router.delete(
    "/{public_part}",
    operation_id="revoke_key",
    summary="Revoke an API key",
    status_code=204,
    response_class=Response,
    responses=problems(401, 403, 404, 409, 422),
)
def delete_key(database: AppDatabase, caller: Admin, public_part: PublicPart) -> Response:
    """Make a key useless at once; it stays listed. The last valid admin key is not revoked."""
    database.write(
        lambda session: revoke_key(session, public_part=public_part, actor=caller, at=now())
    )
    return Response(status_code=204, headers={"Cache-Control": PRIVATE})


def page_of_keys(session: Session, query: KeyQuery) -> KeyPage:
    """The keys from the cursor on."""
    rows, cursor = page_in_order(
        session, select(ApiKey), NEWEST_KEY, query.limit, query.cursor, Cursors(session, "keys")
    )
    return KeyPage(items=[KeyOut.of(row) for row in rows], next_cursor=cursor, limit=query.limit)


def find_key(session: Session, public_part: str) -> KeyOut:
    """The key with this public part, or :class:`KeyNotFound`."""
    row = session.scalar(ApiKey.by_public_part(public_part))
    if row is None:
        raise KeyNotFound
    return KeyOut.of(row)


def make_key(
    session: Session, caller: Caller, body: KeyIn, idempotency_key: str | None
) -> tuple[NewKeyOut, bool]:
    """The new key and whether it was made before. What is kept for a repetition has no secret."""
    shown: list[str] = []

    def work() -> str:
        _require_future(body.expires_at)
        row, token = issue_key(session, actor=caller, **dict(body))
        shown.append(token)
        return NewKeyOut.of(row, key=None).model_dump_json()

    kept, replayed = answer_once(
        session,
        caller=caller,
        route="create_key",
        key=idempotency_key,
        request=body.model_dump_json(),
        at=now(),
        work=work,
    )
    content = NewKeyOut.model_validate_json(kept)
    return content.model_copy(update={"key": shown[0] if shown else None}), replayed


def _require_future(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= now():
        told = "The moment has passed."
        raise ExpiresInThePast(faults=(Fault("/expires_at", ExpiresInThePast.code, told),))
