"""Mistakes that open a door, as people make them: plants that the ordeals must find."""

import pytest
from fastapi import Request
from sqlalchemy import select, update

from api import dependencies, known_keys, questions, submissions
from api.admin.sessions import Visitor
from api.dependencies import CallerWith
from api.keys import find_key
from domain.access import PUBLIC, Caller, hash_token
from models import (
    ApiKey,
    Database,
    ImportJob,
    Question,
    QuestionVersion,
    Submission,
    now,
)


def an_open_route(patch: pytest.MonkeyPatch) -> None:
    """A route lost the dependency that asks who sends the request."""
    ask = CallerWith.__call__

    async def forgetful(self: CallerWith, request: Request) -> Caller:
        return PUBLIC if request.scope["route"].name == "list_keys" else await ask(self, request)

    patch.setattr(CallerWith, "__call__", forgetful)


def an_open_page(patch: pytest.MonkeyPatch) -> None:
    """Pages ask who is signed in, and not what they may do."""
    patch.setattr(Visitor, "may", lambda visitor, scope: True)


def a_weaker_scope(patch: pytest.MonkeyPatch) -> None:
    """Whoever writes may publish."""

    def lets_in(self: CallerWith, caller: Caller) -> bool:
        needed = {"bank:write" if scope == "bank:publish" else scope for scope in self._scopes}
        return not needed.isdisjoint(caller.scopes)

    patch.setattr(CallerWith, "lets_in", lets_in)


def a_public_private_service(patch: pytest.MonkeyPatch) -> None:
    """The setting that asks learners for a key, too, is not looked at."""
    find = dependencies._caller

    async def anybody(request: Request) -> Caller:
        return await find(request) if "authorization" in request.headers else PUBLIC

    patch.setattr(dependencies, "_caller", anybody)


def no_owner(patch: pytest.MonkeyPatch) -> None:
    """Submissions are found by their id, whoever posted them."""
    patch.setattr(submissions, "_readable", lambda caller: select(Submission))


def a_telling_refusal(patch: pytest.MonkeyPatch) -> None:
    """The key of an address is looked for before it is known who asks."""
    ask = CallerWith.__call__

    async def late(self: CallerWith, request: Request) -> Caller:
        if name := request.path_params.get("public_part"):
            with request.app.state.database.read() as session:
                find_key(session, name)
        return await ask(self, request)

    patch.setattr(CallerWith, "__call__", late)


def a_busy_refusal(patch: pytest.MonkeyPatch) -> None:
    """The use of a key is noted before it is known whether it opens anything."""
    look = known_keys.valid_key

    def noting(database: Database, token: str) -> ApiKey:
        used = update(ApiKey).where(ApiKey.token_hash == hash_token(token))
        database.write(lambda session: session.execute(used.values(last_used_at=now())))
        return look(database, token)

    patch.setattr(known_keys, "valid_key", noting)


def an_import_of_all(patch: pytest.MonkeyPatch) -> None:
    """Imports are found by their id, whoever uploaded them."""
    patch.setattr(ImportJob, "seen_by", lambda caller: select(ImportJob))


def a_hint_of_drafts(patch: pytest.MonkeyPatch) -> None:
    """Hints are looked for in all versions, published or not."""
    versions = select(QuestionVersion).join(Question, Question.id == QuestionVersion.question_id)
    patch.setattr(questions, "versions_with_hints", lambda number: versions)
