"""What routes ask for: settings, sessions, the caller, and the key of a repeatable request.

All but sessions are ``async``: a ``def`` would go through a thread, ten times as dear.
"""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPBearer
from sqlalchemy.orm import Session

from api.documents import QuestionDocuments
from api.known_keys import KnownKeys, bearer_token, caller_of
from api.protocol_errors import Unauthenticated
from api.submission_writer import SubmissionWriter
from domain.access import PUBLIC, Caller, Scope
from domain.errors import Forbidden
from models import Database
from models.draws import QuestionSets
from settings import Settings


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


def get_documents(request: Request) -> QuestionDocuments:
    """The documents of published versions that this application keeps, no dependency either."""
    documents: QuestionDocuments = request.app.state.question_documents
    return documents


def get_writer(request: Request) -> SubmissionWriter:
    """What stores the answers of learners; no dependency where each 0.01 ms counts."""
    writer: SubmissionWriter = request.app.state.submission_writer
    return writer


AppSettings = Annotated[Settings, Depends(get_settings)]
AppDatabase = Annotated[Database, Depends(get_database)]
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


_BEARER = "An API key, `qs_...`. Not needed to read and answer where the service is public."


class CallerWith(HTTPBearer):
    """A dependency that gives who asks: the holder of the key sent, who has one of the scopes.

    Without a key that is the public, where the service is public. A key that is sent must be
    valid, even where none is needed: :class:`Unauthenticated`. To FastAPI this is the security
    scheme itself, since each dependency of a dependency costs every request 0.03 ms.
    """

    def __init__(self, *scopes: Scope) -> None:
        super().__init__(auto_error=False, scheme_name="key", description=_BEARER)
        self._scopes = scopes

    def lets_in(self, caller: Caller) -> bool:
        """Whether the caller has one of the scopes."""
        return any(map(caller.may, self._scopes))

    async def __call__(self, request: Request) -> Caller:  # type: ignore[override]
        """The caller of this request."""
        caller = await _caller(request)
        if not self.lets_in(caller):
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
    if bearer_token(authorization) is None:
        raise Unauthenticated("The Authorization header is not of the form `Bearer qs_...`.")
    known: KnownKeys = request.app.state.known_keys
    key = await known.find(authorization.encode("latin-1"), await known.state())
    request.state.key = key  # from now on the limit of the key holds, not that of the address
    return caller_of(key)


LEARNER = CallerWith("questions:read")
Learner = Annotated[Caller, Security(LEARNER)]
Integration = Annotated[Caller, Security(CallerWith("submissions:write"))]
BankReader = Annotated[Caller, Security(CallerWith("bank:read"))]
Admin = Annotated[Caller, Security(CallerWith("admin"))]
Author = Annotated[Caller, Security(CallerWith("bank:write"))]
Publisher = Annotated[Caller, Security(CallerWith("bank:publish"))]
AuthorOrPublisher = Annotated[Caller, Security(CallerWith("bank:write", "bank:publish"))]

IDEMPOTENCY_KEY, LONGEST_KEY = r"^[\x21-\x7e]+$", 255
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=LONGEST_KEY,
        pattern=IDEMPOTENCY_KEY,
        description="Makes the request safe to repeat: sent again, it gives the first answer.",
        examples=["0199d3c0-6f0e-7cc1-9d5e-6a1f0b6c2d3e"],
    ),
]
