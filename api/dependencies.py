"""What routes ask for: settings, sessions, the caller, and the key of a repeatable request.

All but sessions are ``async``: a ``def`` would go through a thread, ten times as dear.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

import structlog
from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPBearer
from sqlalchemy import or_, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.documents import QuestionDocuments
from api.protocol_errors import Unauthenticated
from api.submission_writer import SubmissionWriter
from domain.access import PUBLIC, Caller, Scope
from domain.errors import Forbidden
from models import ApiKey, Database, now
from models.draws import QuestionSets
from settings import Settings

Result = TypeVar("Result")

USE_IS_NOTED_EVERY = timedelta(minutes=1)


async def get_settings(request: Request) -> Settings:
    """The settings this application was made with."""
    settings: Settings = request.app.state.settings
    return settings


async def get_database(request: Request) -> Database:
    """The database this application was made with."""
    database: Database = request.app.state.database
    return database


async def get_question_sets(request: Request) -> QuestionSets:
    """What this application remembers of which questions fulfil which conditions."""
    sets: QuestionSets = request.app.state.question_sets
    return sets


async def get_documents(request: Request) -> QuestionDocuments:
    """The documents of published versions that this application keeps."""
    documents: QuestionDocuments = request.app.state.question_documents
    return documents


def get_writer(request: Request) -> SubmissionWriter:
    """What stores the answers of learners; not a dependency where every 0.03 ms counts."""
    writer: SubmissionWriter = request.app.state.submission_writer
    return writer


AppSettings = Annotated[Settings, Depends(get_settings)]
AppDatabase = Annotated[Database, Depends(get_database)]
AppDocuments = Annotated[QuestionDocuments, Depends(get_documents)]
AppQuestionSets = Annotated[QuestionSets, Depends(get_question_sets)]


def read_session(database: AppDatabase) -> Iterator[Session]:
    """A session for reading, closed before the answer leaves."""
    with database.read() as session:
        yield session


def published_session(database: AppDatabase) -> Iterator[Session]:
    """A session for what learners are shown, which may come from a replica."""
    with database.read_published() as session:
        yield session


ReadSession = Annotated[Session, Depends(read_session, scope="function")]
PublishedSession = Annotated[Session, Depends(published_session, scope="function")]


async def read_quickly(database: Database, work: Callable[[Session], Result]) -> Result:
    """The result of reading a row or two of what learners are shown.

    In a thread where the database is behind a network, for which the event loop must not wait. A
    row of a file is there before a thread would have begun.
    """

    def reading() -> Result:
        with database.read_published() as session:
            return work(session)

    return reading() if database.is_file else await asyncio.to_thread(reading)


_BEARER = "An API key, `qs_...`. Not needed to read and answer where the service is public."


def bearer_token(authorization: str) -> str | None:
    """The key in an Authorization header; ``None`` for a header of another form."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


class CallerWith(HTTPBearer):
    """A dependency that gives who asks: the holder of the key sent, who has one of the scopes.

    Without a key that is the public, where the service is public. A key that is sent must be
    valid, even where none is needed: :class:`Unauthenticated`. To FastAPI this is the security
    scheme itself, since each dependency of a dependency costs every request 0.03 ms.
    """

    def __init__(self, *scopes: Scope) -> None:
        super().__init__(auto_error=False, scheme_name="key", description=_BEARER)
        self._scopes = scopes

    async def __call__(self, request: Request) -> Caller:  # type: ignore[override]
        """The caller of this request."""
        caller = await _caller(request)
        if not any(map(caller.may, self._scopes)):
            named = " or ".join(self._scopes)
            if caller is PUBLIC:
                raise Unauthenticated(f"This needs a key with the scope {named}.")
            raise Forbidden(f"This needs the scope {named}.")
        return caller


async def _caller(request: Request) -> Caller:
    authorization = request.headers.get("authorization")
    if authorization is None:
        if request.app.state.settings.public:
            return PUBLIC
        raise Unauthenticated("This service answers only with a key.")
    token = bearer_token(authorization)
    if token is None:
        raise Unauthenticated("The Authorization header is not of the form `Bearer qs_...`.")
    key = await asyncio.to_thread(valid_key, request.app.state.database, token)
    request.state.key = key  # from now on the limit of the key holds, not that of the address
    return Caller(str(key.id), frozenset(key.scopes), key.name)  # type: ignore[arg-type]


def valid_key(database: Database, token: str) -> ApiKey:
    """The key with this text, whose use is noted; :class:`Unauthenticated` if it opens no door."""
    at = now()
    with database.read() as session:
        key = session.scalar(ApiKey.by_token(token))
    if key is None or not key.is_valid(at):
        raise Unauthenticated("The key is unknown, expired or revoked.")
    if key.last_used_at is None or key.last_used_at < at - USE_IS_NOTED_EVERY:
        _note_use(database, key, at)
    return key


def _note_use(database: Database, key: ApiKey, at: datetime) -> None:
    """Keep when the key was used; a request must not fail for this note."""
    is_old = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < at - USE_IS_NOTED_EVERY)
    used = update(ApiKey).where(ApiKey.id == key.id, is_old).values(last_used_at=at)
    try:
        database.write(lambda session: session.execute(used))
    except SQLAlchemyError as error:
        structlog.get_logger().warning("key_use_not_noted", reason=type(error).__name__)


Learner = Annotated[Caller, Security(CallerWith("questions:read"))]
Integration = Annotated[Caller, Security(CallerWith("submissions:write"))]
BankReader = Annotated[Caller, Security(CallerWith("bank:read"))]
Admin = Annotated[Caller, Security(CallerWith("admin"))]
Author = Annotated[Caller, Security(CallerWith("bank:write"))]
Publisher = Annotated[Caller, Security(CallerWith("bank:publish"))]
AuthorOrPublisher = Annotated[Caller, Security(CallerWith("bank:write", "bank:publish"))]

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Makes the request safe to repeat: sent again, it gives the first answer.",
        examples=["0199d3c0-6f0e-7cc1-9d5e-6a1f0b6c2d3e"],
    ),
]
