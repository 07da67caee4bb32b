"""API keys as pages: listed, made and shown once, revoked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Query, Request, Response

from api.admin.forms import Fields, FormFields, text_of
from api.admin.pages import admin_page, go_to
from api.admin.routes import SIGN_IN, admin_router
from api.admin.sessions import Admin, end_session
from api.admin.stated import faults_by_field, read_as, utc
from api.dependencies import AppDatabase, ReadSession
from api.keys import PublicPart, find_key, make_key, page_of_keys
from api.pagination import next_address
from api.protocol_errors import InvalidRequest
from api.schemas.keys import KeyIn, KeyOut, KeyQuery
from domain.access import ROLES, Role
from domain.errors import Conflict, Invalid, LastAdminKey, ServiceError
from models import now
from operations.revoke_key import revoke_key

HOME = "/admin/keys"
FIELDS = {f"/{name}": name for name in ("name", "role", "expires_at", "rate_limit")}
RATE_IN_WORDS = "Should be a number per second, minute, hour or day, like 600/minute."
ABOUT: Mapping[Role, str] = {
    "publishable": "Reads published questions. For frontends: it may stand in a page.",
    "integration": "Reads questions and sends answers. For learning platforms and other servers.",
    "author": "Writes questions, imports them and plans regrades. For people.",
    "reviewer": "Reads drafts, publishes questions and applies regrades. For people.",
    "admin": "May do everything, and makes and revokes keys.",
}
assert ABOUT.keys() == ROLES.keys()

router = admin_router("/keys")


@router.get("")
def list_keys(
    request: Request, session: ReadSession, caller: Admin, query: Annotated[KeyQuery, Query()]
) -> Response:
    """All keys, newest first, with what became of each."""
    page, at = page_of_keys(session, query), now()
    context = {
        "keys": [(key, state_of(key, at)) for key in page.items],
        "own": UUID(caller.id),
        "is_first": query.cursor is None,
        "next": next_address(HOME, query.model_dump(mode="json"), page.next_cursor),
    }
    return admin_page(request, "admin/keys/list.html", context)


@router.get("/new-key")
def show_form(request: Request, _: Admin) -> Response:
    """The form that makes a key. No public part of one has a hyphen."""
    return _form(request, {"role": ["author"], "once": [str(uuid4())]})


@router.post("")
def create_key(
    request: Request, database: AppDatabase, caller: Admin, fields: FormFields
) -> Response:
    """Make a key. Its text is in this answer and nowhere else; sent again, in none."""
    said = {name: text_of(fields, name) for name in FIELDS.values()}
    said["expires_at"] = utc(said["expires_at"])
    once = text_of(fields, "once") or None
    try:
        body = read_as(KeyIn, said)
        made, _ = database.write(lambda session: make_key(session, caller, body, once))
    except (InvalidRequest, Invalid, Conflict) as error:
        return _form(request, fields, error)
    context = {"key": made, "about": ABOUT[body.role]}
    return admin_page(request, "admin/keys/made.html", context, status=201)


@router.get("/{public_part}")
def show_key(
    request: Request, session: ReadSession, caller: Admin, public_part: PublicPart
) -> Response:
    """What is known of a key."""
    return _shown(request, find_key(session, public_part), UUID(caller.id))


@router.post("/{public_part}/revoke")
def revoke(
    request: Request, database: AppDatabase, caller: Admin, public_part: PublicPart
) -> Response:
    """Make a key useless. With that of this session the session ends."""
    try:
        key = database.write(
            lambda session: revoke_key(session, public_part=public_part, actor=caller, at=now())
        )
    except LastAdminKey as error:
        with database.read() as session:
            found = find_key(session, public_part)
        return _shown(request, found, UUID(caller.id), error)
    if str(key.id) != caller.id:
        return go_to(HOME, f"The key “{key.name}” is revoked.")
    response = go_to(SIGN_IN, "You revoked the key of this session, which ended it.")
    end_session(response)
    return response


def state_of(key: KeyOut, at: datetime) -> str:
    """Whether a key opens doors at that moment, else why not."""
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= at else "active"


def _form(request: Request, fields: Fields, error: ServiceError | None = None) -> Response:
    faults = faults_by_field(error, FIELDS, "name") if error else {}
    if "rate_limit" in faults:
        faults["rate_limit"] = RATE_IN_WORDS
    context = {
        "said": {name: text_of(fields, name) for name in (*FIELDS.values(), "once")},
        "roles": ABOUT,
        "faults": faults,
    }
    return admin_page(request, "admin/keys/new.html", context, problem=error)


def _shown(
    request: Request, key: KeyOut, own: UUID, problem: ServiceError | None = None
) -> Response:
    context = {
        "key": key,
        "state": state_of(key, now()),
        "is_own": key.id == own,
        "about": ABOUT[key.role] if key.role else "",
    }
    return admin_page(request, "admin/keys/key.html", context, problem=problem)
