"""The one way in which the service asks other hosts, and never one of its own network.

A name is looked up once, every address that it has is judged, and the connection goes to one of
those: a name that means another address a moment later reaches nothing. Redirects are not followed.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from threading import Timer
from urllib.parse import SplitResult, urlsplit

SECONDS = 10.0  # for all of a request, but for the look-up, which the system limits
LARGEST_ANSWER = 1024 * 1024  # bytes

# Of no host that may be asked, whatever the library of this Python knows of them: addresses into
# which another protocol puts an IPv4 address, and ranges that are registered for other ends.
_SPECIAL = [
    ip_network(one)
    for one in (
        "::/3",
        "64:ff9b::/96",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "4000::/2",
        "8000::/1",
        "192.0.0.0/24",
        "192.88.99.0/24",
    )
]

Resolve = Callable[[str, int], Sequence[str]]
Judge = Callable[[str], bool]


class OutgoingError(Exception):
    """A request that was not sent, or has no answer that can be used. ``str`` says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other host said; a redirect is none."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_public(address: str) -> bool:
    """Whether an address is of the public internet, and of no kind that may stand for another."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if any(found in network for network in _SPECIAL if network.version == found.version):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved)


def look_up(host: str, port: int) -> Sequence[str]:
    """All addresses of a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OutgoingError(f"The name {host} is unknown.") from None
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Sends requests, within limits. What it looks up and judges by is for tests to change."""

    resolve: Resolve = look_up
    judge: Judge = is_public
    schemes: tuple[str, ...] = ("https",)
    seconds: float = SECONDS
    largest: int = LARGEST_ANSWER
    trust: ssl.SSLContext | None = None

    def send(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request; :class:`OutgoingError` where that is refused or comes to nothing."""
        parts = self._read(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        connection = _Pinned(host, port, self._address(host, port), self.seconds)
        if parts.scheme == "https":
            connection.context = self.trust or ssl.create_default_context()
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with _within(connection, self.seconds) as is_late:
            try:
                connection.request(method, target, body or None, dict(headers or {}))
                return self._answer(connection.getresponse())
            except (OSError, ValueError, http.client.HTTPException) as error:
                told = f"took over {self.seconds:g} s" if is_late() else type(error).__name__
                raise OutgoingError(f"{host} could not be asked: {told}.") from None

    def _read(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            parts.port  # noqa: B018 - it is read here
        except ValueError:
            raise OutgoingError("The address cannot be read.") from None
        if parts.scheme not in self.schemes or not parts.hostname or "@" in parts.netloc:
            raise OutgoingError(f"The address is not a plain one of {' or '.join(self.schemes)}.")
        if not url.isascii() or not url.isprintable() or " " in url:
            raise OutgoingError("The address has characters that no address has.")
        return parts

    def _address(self, host: str, port: int) -> str:
        """The first address of the host, if all that it has may be asked."""
        found = self.resolve(host, port)
        if not found or not all(map(self.judge, found)):
            raise OutgoingError(f"{host} has an address that is not of the public internet.")
        return found[0]

    def _answer(self, response: http.client.HTTPResponse) -> Answer:
        if 300 <= response.status < 400:
            raise OutgoingError("The host answers by a redirect, which is not followed.")
        body = response.read(self.largest + 1)
        if len(body) > self.largest:
            raise OutgoingError(f"The answer has over {self.largest:,} bytes.")
        if response.length:
            raise http.client.IncompleteRead(body)
        return Answer(response.status, dict(response.getheaders()), body)


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever the name of its host means by now."""

    context: ssl.SSLContext | None = None

    def __init__(self, host: str, port: int, address: str, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self.address = address

    def connect(self) -> None:
        """Connect to the address; TLS asks for, and checks, the name."""
        self.sock = socket.create_connection((self.address, self.port), self.timeout)
        if self.context is not None:
            self.sock = self.context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()  # when whoever breaks it off knows it


@contextmanager
def _within(connection: _Pinned, seconds: float) -> Iterator[Callable[[], bool]]:
    """Break the connection when the time is over, however slowly the other side trickles."""
    end = time.monotonic() + seconds

    def give_up() -> None:
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield lambda: time.monotonic() >= end
    finally:
        timer.cancel()
        connection.close()
