"""The client for other hosts: private addresses, rebound names, redirects, slow answers."""

import datetime
import http.client
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api import outgoing
from api.outgoing import Outgoing, OutgoingError, is_public, look_up

HOST = "hooks.example.com"
PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700::1111"]
_FORBIDDEN = (
    "0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1"
    " 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1"
    " 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::ffff:8.8.8.8 ::ffff:127.0.0.1"
    " 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1 2001:db8::1"
    " 2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fe80::1 fe80::1%lo fec0::1 ff02::1 no-address"
)
FORBIDDEN = _FORBIDDEN.split()
ADDRESSES = [
    "http://hooks.example.com/", "ftp://hooks.example.com/", "file:///etc/passwd", "//a", "",
    "https://", "https://user:word@hooks.example.com/", "https://hooks.example.com:99999/",
    "https://hooks.example.com/a b", "https://hooks.example.com/\r\nHost: a", "https://h\u00f6.example/",
    "https://[::1", "https://hooks.example.com\\@127.0.0.1/", "gopher://hooks.example.com/",
]  # fmt: skip


class Server(BaseHTTPRequestHandler):
    """Answers by what the path says, and notes who was asked for."""

    asked: ClassVar[list[str]]

    def do_POST(self) -> None:
        self.asked.append(f"{self.headers['Host']} {self.path}")
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/trickle":
            self.send_response_only(200)
            while not self.wfile.closed:
                self.wfile.write(b"x")
                time.sleep(0.05)
        self.send_response_only(302 if self.path == "/away" else 200)
        self.send_header("Location", "http://169.254.169.254/")
        body = b"x" * (200_000 if self.path == "/large" else 2)
        self.send_header("Content-Length", str(len(body) + (self.path == "/cut")))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[str]]]:
    """A host on a loopback address: its port, and what it was asked."""

    class Noted(Server):
        asked: ClassVar[list[str]] = []

    server = ThreadingHTTPServer(("127.0.0.1", 0), Noted)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_port, Noted.asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def host() -> Iterator[tuple[int, list[str]]]:
    with serving() as found:
        yield found


def answers(*replies: Sequence[str]) -> Callable[[str, int], Sequence[str]]:
    """A resolver that says one thing after another, the last for ever."""
    left = list(replies)
    return lambda *_: left.pop(0) if len(left) > 1 else left[0]


def here(*replies: Sequence[str]) -> Outgoing:
    """A client to which this machine is a public host."""
    return Outgoing(
        resolve=answers(*(replies or [["127.0.0.1"]])),
        judge=lambda address: address == "127.0.0.1",
        schemes=("http",),
        seconds=0.5,
        largest=100_000,
    )


def test_only_public_addresses_may_be_asked() -> None:
    assert list(filter(is_public, [*PUBLIC, *FORBIDDEN])) == PUBLIC


def reached(client: Outgoing, port: int, asked: list[str]) -> list[str]:
    """What got through to a server of the service's own network, by any of its names."""
    for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "017700000001", "[::1]", HOST):
        for scheme in ("http", "https"):
            with pytest.raises(OutgoingError):
                client.send("POST", f"{scheme}://{host}:{port}/")
    return asked


def test_no_name_leads_into_the_own_network(host: tuple[int, list[str]]) -> None:
    looked_up = Outgoing(schemes=("http", "https"), seconds=0.5)
    mixed = answers(["8.8.8.8", "127.0.0.1"])  # one good address does not make up for a bad one
    for client in (looked_up, Outgoing(resolve=mixed, schemes=("http", "https"), seconds=0.5)):
        assert reached(client, *host) == []


def test_a_judge_that_sleeps_is_noticed(host: tuple[int, list[str]]) -> None:
    """Planted: no address is refused."""
    client = Outgoing(judge=lambda _: True, schemes=("http",))
    client.send("POST", f"http://127.0.0.1:{host[0]}/")
    assert host[1] == [f"127.0.0.1:{host[0]} /"]


def rebound(client: Outgoing, port: int, asked: list[str]) -> list[str]:
    """What reached this machine under a name that meant another when it was judged."""
    with pytest.raises(OutgoingError):
        client.send("POST", f"http://{HOST}:{port}/")
    return asked


def rebinding() -> Outgoing:
    """A client whose name means an address without a host, and ever after this machine."""
    return Outgoing(
        resolve=answers(["127.0.0.2"], ["127.0.0.1"]),
        judge=lambda address: address == "127.0.0.2",
        schemes=("http",),
        seconds=0.5,
    )


def test_a_name_that_is_rebound_reaches_nothing(host: tuple[int, list[str]]) -> None:
    assert rebound(rebinding(), *host) == []


def test_looking_up_twice_is_noticed(
    host: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the connection asks for the name once more."""
    client = rebinding()
    pinned = outgoing._Pinned

    def anew(name: str, port: int, address: str, seconds: float) -> http.client.HTTPConnection:
        return pinned(name, port, client.resolve(name, port)[0], seconds)

    monkeypatch.setattr(outgoing, "_Pinned", anew)
    client.send("POST", f"http://{HOST}:{host[0]}/")
    assert host[1] == [f"{HOST}:{host[0]} /"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_strange_addresses_are_refused(address: str) -> None:
    with pytest.raises(OutgoingError):
        Outgoing(resolve=answers(["8.8.8.8"]), seconds=0.01).send("GET", address)


def test_an_answer_comes_back(host: tuple[int, list[str]]) -> None:
    answer = here().send("POST", f"http://{HOST}:{host[0]}/a?b=c", b"body", {"X-A": "b"})
    assert (answer.status, answer.body) == (200, b"xx")
    assert host[1] == [f"{HOST}:{host[0]} /a?b=c"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("away", "redirect"),
        ("large", "over 100,000 bytes"),
        ("trickle", "took over 0.5 s"),
        ("cut", "IncompleteRead"),
    ],
)
def test_answers_that_are_none(host: tuple[int, list[str]], path: str, told: str) -> None:
    begun = time.monotonic()
    with pytest.raises(OutgoingError, match=told):
        here().send("POST", f"http://{HOST}:{host[0]}/{path}")
    assert time.monotonic() - begun < 5
    assert len(host[1]) == 1


def test_names_that_are_unknown_or_no_names() -> None:
    for name in ("a.invalid", "a" * 64 + ".example"):
        with pytest.raises(OutgoingError, match="unknown"):
            look_up(name, 443)


def test_tls_asks_for_the_name_and_checks_it(tmp_path: Path) -> None:
    server, trust = certified(tmp_path)
    named: list[str | None] = []
    server.sni_callback = lambda _, name, __: named.append(name)
    with serving(server) as (port, asked):
        for name in (HOST, "other.example.com"):
            client = Outgoing(here().resolve, here().judge, seconds=2, trust=trust)
            if name == HOST:
                assert client.send("POST", f"https://{name}:{port}/").status == 200
            else:
                with pytest.raises(OutgoingError, match="SSLCertVerificationError"):
                    client.send("POST", f"https://{name}:{port}/")
    assert named == [HOST, "other.example.com"]
    assert asked == [f"{HOST}:{port} /"]


def certified(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server of that name shows, and what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    begun = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(begun + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    shown = folder / "host.pem"
    shown.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(shown)
    return server, ssl.create_default_context(cafile=shown)
