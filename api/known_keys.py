"""Keys that were found valid, believed as long as the bank is in the state it was in then."""

import asyncio
import time
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from api.dependencies import bearer_token, valid_key
from api.flights import Flights
from api.protocol_errors import Unauthenticated
from api.revision_checks import State
from models import ApiKey, Database, now

BELIEVED_FOR = 60.0  # seconds; then the key is looked up again, which also notes its use
MOST_KEYS = 10_000  # remembered at once


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

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[bytes, _Known] = {}
        self._flights: Flights[ApiKey] = Flights()

    async def find(self, authorization: bytes, state: State) -> ApiKey | None:
        """The valid key in an Authorization header, in a state just read; ``None`` for any other.

        Also where the database does not answer: the route then says so.
        """
        digest = sha256(authorization).digest()  # keys are not kept in memory
        if (known := self._remembered(digest, state)) is None:
            return await self._flights.share(
                (digest, state), lambda: self._look_up(authorization, digest, state)
            )
        return known.key if known.is_valid else None

    def remembered(self, authorization: bytes, state: State) -> ApiKey | None:
        """The same key, if it need not be looked up."""
        known = self._remembered(sha256(authorization).digest(), state)
        return known.key if known and known.is_valid else None

    def _remembered(self, digest: bytes, state: State) -> _Known | None:
        known = self._known.get(digest)
        return known if known and known.state == state and known.until >= self._clock() else None

    async def _look_up(self, authorization: bytes, digest: bytes, state: State) -> ApiKey | None:
        token = bearer_token(authorization.decode("latin-1"))
        if not token:
            return None
        try:
            key = await asyncio.to_thread(valid_key, self._database, token)
        except (Unauthenticated, SQLAlchemyError):
            return None
        if len(self._known) >= MOST_KEYS:
            self._known.clear()
        self._known[digest] = _Known(key, state, self._clock() + BELIEVED_FOR)
        return key
