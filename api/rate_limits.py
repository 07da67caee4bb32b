"""How often one may ask: each key by its own limit, everybody else by their address."""

import time
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv6Address, IPv6Network
from math import ceil
from typing import NamedTuple

from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.dependencies import bearer_token
from api.errors import problem_response
from api.protocol_errors import RateLimited
from models import ApiKey

UNLIMITED = frozenset({"/livez", "/readyz", "/version", "/metrics"})
MOST_KEYS = 10_000  # remembered at once
FEWEST_SWEPT = 10_000  # counters; below that, ended ones are not worth looking for
NETWORK_BITS = 64  # of IPv6: the least that one subscriber has, so all in there is one client


class Counted(NamedTuple):
    """What a request counts against; without a limit it is let through untold."""

    name: str
    limit: RateLimitItem | None


class Counters(Storage):
    """Counts in the memory of this process, and forgets what has ended.

    The library's own storage starts a thread per 10 ms that walks through all counters.
    """

    STORAGE_SCHEME = None  # not made by a URL

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._clock = clock
        self._counts: dict[str, tuple[int, float]] = {}  # how many, and until when (seconds)
        self._swept_at = FEWEST_SWEPT

    @property
    def base_exceptions(self) -> type[Exception]:
        """What goes wrong here; nothing does."""
        return RuntimeError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count in the window that runs, or begin one of ``expiry`` seconds; the new count."""
        at = self._clock()
        count, until = self._counts.get(key, (0, 0.0))
        if until <= at:
            count, until = 0, at + expiry
        self._counts[key] = count + amount, until
        if len(self._counts) > self._swept_at:
            self._sweep(at)
        return count + amount

    def get(self, key: str) -> int:
        """The count of the window that runs."""
        count, until = self._counts.get(key, (0, 0.0))
        return count if until > self._clock() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends."""
        return self._counts.get(key, (0, self._clock()))[1]

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int:
        """Forget all; how many counters there were."""
        forgotten = len(self._counts)
        self._counts.clear()
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one."""
        self._counts.pop(key, None)

    def _sweep(self, at: float) -> None:
        self._counts = {key: kept for key, kept in self._counts.items() if kept[1] > at}
        self._swept_at = max(FEWEST_SWEPT, 2 * len(self._counts))


class RateLimits:
    """Counts each request before anything is done for it; a refused one costs no SQL.

    Whose key it is, is known once the key has opened a door in this process. Until then it counts
    against its address, apart from those who send none: they cannot keep out who has a key.
    """

    def __init__(
        self,
        app: ASGIApp,
        per_key: str | None,
        per_address: str | None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.app = app
        self._per_key, self._per_address = _limit(per_key), _limit(per_address)
        self._clock = clock
        self._window = FixedWindowRateLimiter(Counters(clock))
        self._known: dict[bytes, Counted] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] in UNLIMITED:
            await self.app(scope, receive, send)
            return
        digest = _key_digest(scope)
        counted = self._known.get(digest) or self._by_address(scope, digest)
        is_allowed = self._hit(counted)

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = self._learn(scope, digest, counted) or counted
                MutableHeaders(scope=message).update(self._headers(told))
            await send(message)

        if is_allowed:
            await self.app(scope, receive, send_told)
        else:
            await self._refusal(scope, counted)(scope, receive, send_told)

    def _by_address(self, scope: Scope, digest: bytes) -> Counted:
        address = _client(scope["client"][0]) if scope.get("client") else "somewhere"
        return Counted(f"{'unverified' if digest else 'public'} {address}", self._per_address)

    def _by_key(self, key: ApiKey) -> Counted:
        return Counted(f"key {key.id}", _limit(key.rate_limit) or self._per_key)

    def _learn(self, scope: Scope, digest: bytes, counted: Counted) -> Counted | None:
        """From now on count the key that was found valid by itself, this request included."""
        key: ApiKey | None = scope["state"].get("key")
        if key is None or digest in self._known:
            return None
        if len(self._known) >= MOST_KEYS:
            self._known.clear()
        self._hit(counted, -1)  # the address gets back what the key now stands for
        self._known[digest] = known = self._by_key(key)
        self._hit(known)
        return known

    def _hit(self, counted: Counted, times: int = 1) -> bool:
        return counted.limit is None or self._window.hit(counted.limit, counted.name, cost=times)

    def _headers(self, counted: Counted) -> dict[str, str]:
        """The fields of draft-ietf-httpapi-ratelimit-headers."""
        if counted.limit is None:
            return {}
        quota, seconds = counted.limit.amount, counted.limit.get_expiry()
        left = self._window.get_window_stats(counted.limit, counted.name).remaining
        return {
            "RateLimit-Policy": f'"default";q={quota};w={seconds}',
            "RateLimit": f'"default";r={left};t={self._seconds_left(counted)}',
        }

    def _seconds_left(self, counted: Counted) -> int:
        """Until the window ends, at least one."""
        assert counted.limit is not None
        ends = self._window.get_window_stats(counted.limit, counted.name).reset_time
        return max(1, ceil(ends - self._clock()))

    def _refusal(self, scope: Scope, counted: Counted) -> Response:
        seconds = self._seconds_left(counted)
        error = RateLimited(f"At most {counted.limit} are answered; ask again in {seconds} s.")
        response = problem_response(scope, error)
        response.headers["Retry-After"] = str(seconds)
        return response


def _limit(text: str | None) -> RateLimitItem | None:
    return parse(text) if text else None


def _key_digest(scope: Scope) -> bytes:
    """A hash of the key that is sent, empty without one: keys are not kept in memory."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            token = bearer_token(value.decode("latin-1"))
            return sha256(token.encode()).digest() if token else b""
    return b""


@lru_cache(maxsize=10_000)
def _client(address: str) -> str:
    """The client behind an address: all of an IPv6 network is one."""
    try:
        read = IPv6Address(address)
    except ValueError:  # of IPv4, or whatever a trusted proxy calls it
        return address
    return str(read.ipv4_mapped or IPv6Network((int(read), NETWORK_BITS), strict=False))
