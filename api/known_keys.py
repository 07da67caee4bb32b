"""Whose key is sent: looked up, and believed as long as the bank is in the state it was in then."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

import structlog
from sqlalchemy import or_, update
from sqlalchemy.exc import SQLAlchemyError

from api.flights import Flights
from api.protocol_errors import Unauthenticated
from api.revision_checks import RevisionChecks, State
from domain.access import Caller
from models import ApiKey, Database, now

BELIEVED_FOR = 60.0  # seconds; then the key is looked up again, which also notes its use
MOST_KEYS = 10_000  # remembered at once
USE_IS_NOTED_EVERY = timedelta(minutes=1)
_NOT_VALID = "The key is unknown, expired or revoked."


class _Known(NamedTuple):
    key: ApiKey
    state: State
    until: float

    @property
    def is_valid(self) -> bool:
        """Whether the key has not expired since."""
        return self.key.expires_at is None or self.key.is_valid(now())


class KnownKeys:
    """Looks a key up once a minute. Revoking one raises the revision, so it ends at once."""

    def __init__(
        self,
        database: Database,
        checks: RevisionChecks | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._checks = database, checks
        self._clock = clock
        self._known: dict[bytes, _Known] = {}
        self._flights: Flights[ApiKey] = Flights()

    async def state(self) -> State | None:
        """The state of the bank, read now; ``None`` where there is none to get."""
        return await self._checks.read() if self._checks else None

    async def find(self, authorization: bytes, state: State | None) -> ApiKey:
        """The key in an Authorization header, in a state just read; else ``Unauthenticated``.

        Without a state nothing is believed that was looked up before.
        """
        if state is None:
            return await self._look_up(authorization)
        digest = sha256(authorization).digest()  # keys are not kept in memory
        if (known := self._remembered(digest, state)) is None:
            return await self._learn(authorization, digest, state)
        if not known.is_valid:
            raise Unauthenticated(_NOT_VALID)
        return known.key

    def remembered(self, authorization: bytes, state: State) -> ApiKey | None:
        """The same key, if it need not be looked up."""
        known = self._remembered(sha256(authorization).digest(), state)
        return known.key if known and known.is_valid else None

    def _remembered(self, digest: bytes, state: State) -> _Known | None:
        known = self._known.get(digest)
        return known if known and known.state == state and known.until >= self._clock() else None

    async def _learn(self, authorization: bytes, digest: bytes, state: State) -> ApiKey:
        """Look the key up, once for all who send it now."""
        key = await self._flights.share((digest, state), lambda: self._look_up(authorization))
        assert key is not None  # it is found, or there is an error
        if len(self._known) >= MOST_KEYS:
            self._known.clear()
        self._known[digest] = _Known(key, state, self._clock() + BELIEVED_FOR)
        return key

    async def _look_up(self, authorization: bytes) -> ApiKey:
        token = bearer_token(authorization.decode("latin-1"))
        return await asyncio.to_thread(valid_key, self._database, token or "")


def bearer_token(authorization: str) -> str | None:
    """The key in an Authorization header; ``None`` for a header of another form."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def caller_of(key: ApiKey) -> Caller:
    """Who holds the key."""
    return Caller(str(key.id), frozenset(key.scopes), key.name)  # type: ignore[arg-type]


def valid_key(database: Database, token: str) -> ApiKey:
    """The key with this text, whose use is noted; :class:`Unauthenticated` if it opens no door."""
    at = now()
    with database.read() as session:
        key = session.scalar(ApiKey.by_token(token))
    if key is None or not key.is_valid(at):
        raise Unauthenticated(_NOT_VALID)
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
