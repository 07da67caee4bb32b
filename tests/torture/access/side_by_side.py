"""Two processes of the service on one bank, and what each does with a key that has just ended."""

import multiprocessing
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext

import httpx
import pytest
import uvicorn

from api.admin.sessions import COOKIE, csrf_of
from api.admin.signing_in import FAILURES
from api.app import create_app
from api.logs import configure_logs
from api.quick_protocol import QuickProtocol
from domain.access import Role
from models import Database
from settings import Settings
from tests.factories import Bank
from tests.processes import free_port
from tests.torture.journal import Journal
from tests.torture.planting import Plant

PROCESSES = 2
ALLOWED = 1.0  # seconds in which a key must have ended everywhere
BEFORE, BEHIND = 0.1, 0.2  # seconds of asking before a key ends, and after it must have
PAUSE = 0.005  # seconds between two rounds of an asker
LET_IN = frozenset({200, 201, 204})
LONGEST_START = PATIENCE = 60.0  # seconds

Headers = Mapping[str, str]
Ask = Callable[[httpx.Client, Headers], httpx.Response]


def _serve(url: str, port: int, plant: Plant | None) -> None:
    if plant is not None:
        plant(pytest.MonkeyPatch())
    configure_logs("CRITICAL", "json")
    app = create_app(Settings.load(database_url=url))
    uvicorn.run(app, port=port, http=QuickProtocol, log_config=None)


def nursery() -> ForkServerContext:
    """Starts services in no time: from a process that has imported them already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


@contextmanager
def services(url: str, plant: Plant | None = None) -> Iterator[list[str]]:
    """The addresses of processes that serve the bank at this URL, as workers on one port do."""
    with ExitStack() as ending:
        addresses = []
        for _ in range(PROCESSES):
            port = free_port()
            process = nursery().Process(target=_serve, args=(url, port, plant), daemon=True)
            process.start()
            ending.callback(process.join, 30)
            ending.callback(process.kill)
            addresses.append(f"http://127.0.0.1:{port}")
        for address in addresses:
            _wait_for(address)
        yield addresses


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/livez", timeout=PATIENCE).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("The service did not start.")


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody gets in, and what ends it."""

    name: str
    ask: Ask
    shown: Headers
    end: Callable[[httpx.Client], httpx.Response]


@dataclass(slots=True)
class Seen:
    """When each way was confirmed to have ended. For each way and process: when a request began
    that was let in, and when the last one began at all."""

    ended: dict[str, float] = field(default_factory=dict)
    let_in: dict[tuple[str, int], float] = field(default_factory=dict)
    asked: dict[tuple[str, int], float] = field(default_factory=dict)


def outlived(database: Database, addresses: Sequence[str], journal: Journal) -> list[str]:
    """Ways into one of the processes that are open a second after another one ended them."""
    seen, done = Seen(), threading.Event()
    with ExitStack() as stack:
        clients = [
            stack.enter_context(httpx.Client(base_url=url, timeout=PATIENCE)) for url in addresses
        ]
        ways = _ways(database, clients[0])
        askers = [
            threading.Thread(target=_keep_asking, args=(ways, number, url, seen, done))
            for number, url in enumerate(addresses)
        ]
        for asker in askers:
            asker.start()
        _wait_until(lambda: len(seen.let_in) == len(ways) * len(addresses))
        time.sleep(BEFORE)
        for way in ways:
            assert way.end(clients[0]).status_code in {204, 303}, way.name
            seen.ended[way.name] = time.monotonic()
        late = max(seen.ended.values()) + ALLOWED + BEHIND
        _wait_until(lambda: min(seen.asked.values()) > late)
        done.set()
        for asker in askers:
            asker.join()
    return [*_late(seen, journal)]


def _late(seen: Seen, journal: Journal) -> Iterator[str]:
    for (name, number), last in sorted(seen.let_in.items()):
        after = last - seen.ended[name]
        journal.note("ended", way=name, process=number, seconds=max(after, 0.0))
        if after > ALLOWED:
            yield f"{name} opens process {number} for {ALLOWED} s and more"


def _keep_asking(
    ways: Sequence[Way], number: int, url: str, seen: Seen, done: threading.Event
) -> None:
    """Ask one process in every way, in turn, noting when a request began that was let in."""
    with httpx.Client(base_url=url, timeout=PATIENCE) as client:
        while not done.wait(PAUSE):
            for way in ways:
                begun, place = time.monotonic(), (way.name, number)
                if way.ask(client, way.shown).status_code in LET_IN:
                    seen.let_in[place] = begun
                seen.asked[place] = begun


def _ways(database: Database, client: httpx.Client) -> list[Way]:
    """A key that three kinds of requests use, of which two are answered past the framework; a
    session whose key is revoked; and one that is signed out."""
    bank = Bank(database)
    admin = bank.key("admin")[1]
    row, key = bank.key("integration")

    def revoke(public_part: str) -> Callable[[httpx.Client], httpx.Response]:
        return lambda one: one.delete(f"/v1/keys/{public_part}", headers=admin)

    writer, session = _signed_in(bank, client, "author")
    _, other = _signed_in(bank, client, "reviewer")
    token = other["Cookie"].partition("=")[2]
    leaving = {**other, "X-CSRF-Token": csrf_of(token)}
    end = revoke(row.public_part)
    return [
        Way("a key that reads", _get("/v1/submissions"), key, end),
        Way("a key that reads what is kept", _get("/v1/questions/rivers"), key, end),
        Way("a key that answers", _answer, key, end),
        Way("a session of a revoked key", _get("/admin"), session, revoke(writer)),
        Way(
            "a session that was left",
            _get("/admin"),
            other,
            lambda one: one.post("/admin/sign-out", headers=leaving),
        ),
    ]


def _get(path: str) -> Ask:
    return lambda client, headers: client.get(path, headers=headers)


def _answer(client: httpx.Client, headers: Headers) -> httpx.Response:
    path = "/v1/questions/rivers/submissions"
    return client.post(path, json={"selected": []}, headers=headers)


def _signed_in(bank: Bank, client: httpx.Client, role: Role) -> tuple[str, Headers]:
    """The public part of a new key, and the cookie of the session that it opened."""
    row, header = bank.key(role)
    key = header["Authorization"].removeprefix("Bearer ")
    answer = client.post("/admin/sign-in", data={"key": key})
    assert answer.status_code == 303
    return row.public_part, {"Cookie": f"{COOKIE}={answer.cookies[COOKIE]}"}


def _wait_until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_START
    while not happens():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.02)


def guessed(addresses: Sequence[str], count: int) -> list[str]:
    """Processes that look at more wrong keys of one address than they may, all sent at once."""
    found = []
    for number, url in enumerate(addresses):
        with ThreadPoolExecutor(count) as pool:
            told = [*pool.map(_guess, [url] * count)]
        looked_at = told.count(403)
        if looked_at != FAILURES or told.count(429) != count - FAILURES:
            found.append(f"process {number} looked at {looked_at} wrong keys of {count}")
    return found


def _guess(url: str) -> int:
    key = {"key": secrets.token_hex(8)}
    return httpx.post(f"{url}/admin/sign-in", data=key, timeout=PATIENCE).status_code
