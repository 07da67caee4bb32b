"""How often one may ask: each key by its own limit, everybody else by their address."""

import time
from collections.abc import Awaitable, Callable
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv6Address, IPv6Network
from math import ceil
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem_response
from api.kept_answers import lines_of
from api.known_keys import bearer_token
from api.protocol_errors import RateLimited
from domain.access import read_rate_limit
from models import ApiKey

UNLIMITED = frozenset({"/livez", "/readyz", "/version"})
MOST_KEYS = 10_000  # remembered at once
FEWEST_SWEPT = 10_000  # counters; below that, ended ones are not worth looking for
NETWORK_BITS = 64  # of IPv6: the least that one subscriber has, so all in there is one client


class Counted(NamedTuple):
    """What a request counts against; without a quota it is let through untold."""

    name: str
    quota: int = 0
    seconds: int = 0
    limit: str = ""
    policy: bytes = b""

    @classmethod
    def of(cls, name: str, limit: str | None) -> "Counted":
        """A limit in the notation ``600/minute``, or none."""
        if limit is None:
            return cls(name)
        quota, seconds = read_rate_limit(limit)
        told = limit.replace("/", " per ")
        return cls(name, quota, seconds, told, b'"default";q=%d;w=%d' % (quota, seconds))


class Counters:
    """Counts in the memory of this process, and forgets what has ended."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: dict[str, tuple[int, float]] = {}  # how many, and until when (seconds)
        self._swept_at = FEWEST_SWEPT

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, name: str, seconds: int, times: int = 1) -> tuple[int, int]:
        """Count in the window that runs, or begin one of so many seconds.

        Gives the new count, and in how many seconds the window ends, at least one.
        """
        at = self._clock()
        count, until = self._counts.get(name, (0, 0.0))
        if until <= at:
            count, until = 0, at + seconds
        self._counts[name] = count + times, until
        if len(self._counts) > self._swept_at:
            self._sweep(at)
        # Moments are not whole numbers, and their difference may be a little more than the window.
        return count + times, min(seconds, ceil(until - at)) or 1

    def _sweep(self, at: float) -> None:
        self._counts = {name: kept for name, kept in self._counts.items() if kept[1] > at}
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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self._per_key, self._per_address = per_key, per_address
        self._counters = Counters(clock)
        self._known: dict[bytes, Counted] = {}
        self._of_address = lru_cache(maxsize=MOST_KEYS)(self._by_address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] in UNLIMITED:
            await self.app(scope, receive, send)
            return
        digest = _key_digest(scope["head"].get(b"authorization"))
        counted = self._counted(scope.get("client"), digest)
        count, seconds = self._count(counted)
        if digest and digest not in self._known:
            send = self._learning(scope, digest, counted, send)
        else:
            scope["marks"] += _headers(counted, count, seconds)
        if count > counted.quota:
            error = _one_too_many(counted.limit, seconds)
            await problem_response(scope, error)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def allow(self, client: tuple[str, int] | None, authorization: bytes | None) -> bytes | None:
        """Count a request; the fields that tell of it, as they are sent.

        ``None`` where it has to go through the layer: it is one too many, or of a new key.
        """
        digest = _key_digest(authorization)
        if digest and digest not in self._known:
            return None
        counted = self._counted(client, digest)
        count, seconds = self._count(counted)
        if count > counted.quota:
            self._count(counted, -1)
            return None
        return lines_of(_headers(counted, count, seconds))

    def excess(
        self, client: tuple[str, int] | None, authorization: bytes | None
    ) -> tuple[RateLimited, bytes] | None:
        """What to say of a request that is one too many, and the fields that tell of it."""
        counted = self._counted(client, _key_digest(authorization))
        count, seconds = self._count(counted, 0)
        if not counted.quota or count < counted.quota:
            return None
        told = lines_of(_headers(counted, count, seconds))
        return _one_too_many(counted.limit, seconds), told

    def _counted(self, client: tuple[str, int] | None, digest: bytes) -> Counted:
        """What a request counts against, as far as is known before its key is looked up."""
        if digest and (known := self._known.get(digest)):
            return known
        return self._of_address(client[0] if client else "somewhere", bool(digest))

    def _by_address(self, address: str, has_key: bool) -> Counted:
        kind = "unverified" if has_key else "public"
        return Counted.of(f"{kind} {client_of(address)}", self._per_address)

    def _by_key(self, key: ApiKey) -> Counted:
        return Counted.of(f"key {key.id}", key.rate_limit or self._per_key)

    def _learning(self, scope: Scope, digest: bytes, counted: Counted, send: Send) -> Send:
        """A ``send`` that tells what holds once it is known whether the key is valid."""

        def send_told(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                told = self._learn(scope["state"].get("key"), digest, counted) or counted
                scope["marks"] += _headers(told, *self._count(told, 0))
            return send(message)

        return send_told

    def _learn(self, key: ApiKey | None, digest: bytes, counted: Counted) -> Counted | None:
        """From now on count the key that was found valid by itself, this request included."""
        if key is None or digest in self._known:
            return None
        if len(self._known) >= MOST_KEYS:
            self._known.clear()
        self._count(counted, -1)  # the address gets back what the key now stands for
        self._known[digest] = known = self._by_key(key)
        self._count(known)
        return known

    def _count(self, counted: Counted, times: int = 1) -> tuple[int, int]:
        """How many there were in the window that runs, and in how many seconds it ends."""
        if not counted.quota:
            return 0, 0
        return self._counters.add(counted.name, counted.seconds, times)


def _headers(counted: Counted, count: int, seconds: int) -> tuple[tuple[bytes, bytes], ...]:
    """The fields of draft-ietf-httpapi-ratelimit-headers."""
    if not counted.quota:
        return ()
    left = max(0, counted.quota - count)
    return (
        (b"ratelimit-policy", counted.policy),
        (b"ratelimit", b'"default";r=%d;t=%d' % (left, seconds)),
    )


@lru_cache(maxsize=1000)
def _one_too_many(limit: str, seconds: int) -> RateLimited:
    return RateLimited(f"At most {limit} are answered; ask again in {seconds} s.", seconds)


def _key_digest(authorization: bytes | None) -> bytes:
    """A hash of the key that is sent, empty without one: keys are not kept in memory."""
    if authorization is None:
        return b""
    token = bearer_token(authorization.decode("latin-1"))
    return sha256(token.encode()).digest() if token else b""


def client_of(address: str) -> str:
    """The client behind an address: all of an IPv6 network is one."""
    try:
        read = IPv6Address(address)
    except ValueError:  # of IPv4, or whatever a trusted proxy calls it
        return address
    return str(read.ipv4_mapped or IPv6Network((int(read), NETWORK_BITS), strict=False))
