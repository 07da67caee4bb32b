"""Several processes on one port: all answer, know of every edit, count and end together."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import pytest

from models import Database
from tests.factories import Bank
from tests.processes import Service, children_of, command_of, workers_of
from tests.torture.test_counters import WORKERS, counted_otherwise, two_workers

EDITS = 20
LONGEST_WAIT = 60.0  # seconds
STARTED = "Application startup complete."
GRACE = 15.0  # seconds: requests under way get ten of them


@pytest.fixture
def service(own_database: Database, own_url: str, tmp_path: Path) -> Iterator[Service]:
    """Two workers on a bank with one question."""
    Bank(own_database).publish()
    with two_workers(own_url, tmp_path) as running:
        _wait_for(lambda: running.printed().count(STARTED) == WORKERS)
        yield running


def test_workers_know_of_each_other_count_together_and_end_together(
    service: Service, own_database: Database
) -> None:
    with _clients_of_each_worker(service) as clients:
        _each_knows_of_every_edit(clients, own_database)
        _an_answer_sent_to_each_has_one_effect(clients)
        _a_revoked_key_opens_none(clients, own_database)
    assert counted_otherwise(service, own_database) == []
    with _clients_of_each_worker(service) as clients:  # also of the one that replaced a killed one
        assert len(clients) == WORKERS
    _all_end(service, signal.SIGTERM)


def test_no_worker_outlives_a_killed_supervisor(service: Service) -> None:
    _all_end(service, signal.SIGKILL)


def _each_knows_of_every_edit(clients: Iterable[httpx.Client], database: Database) -> None:
    for number in range(EDITS):
        Bank(database).publish(title=f"Edit {number}.")
        for client in clients:
            assert f"Edit {number}." in client.get("/v1/questions/rivers").text


def _an_answer_sent_to_each_has_one_effect(clients: Iterable[httpx.Client]) -> None:
    body, headers = {"selected": [], "learner": "somebody"}, {"Idempotency-Key": "once"}
    address = "/v1/questions/rivers/submissions"
    answers = [client.post(address, json=body, headers=headers) for client in clients]
    assert [answer.status_code for answer in answers] == [201] * WORKERS
    assert len({answer.json()["id"] for answer in answers}) == 1


def _a_revoked_key_opens_none(clients: Sequence[httpx.Client], database: Database) -> None:
    """What one worker has confirmed, the other knows: nothing is waited for."""
    bank = Bank(database)
    (row, key), (_, admin) = bank.key("integration"), bank.key("admin")
    for client in clients:
        assert client.get("/v1/submissions", headers=key).status_code == 200
    assert clients[0].delete(f"/v1/keys/{row.public_part}", headers=admin).status_code == 204
    for client in clients:
        assert client.get("/v1/submissions", headers=key).status_code == 401


def _all_end(service: Service, told: signal.Signals) -> None:
    family = children_of(service.process.pid)
    assert len(family) >= WORKERS
    assert len(list(service.output.parent.glob("questions-metrics-*"))) == 1
    begun = time.monotonic()
    service.process.send_signal(told)
    _wait_for(lambda: service.process.poll() is not None and not any(map(command_of, family)))
    assert time.monotonic() - begun < GRACE
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{service.url}/livez")
    assert list(service.output.parent.glob("questions-metrics-*")) == []


@contextmanager
def _clients_of_each_worker(service: Service) -> Iterator[list[httpx.Client]]:
    """A client for each worker: a connection stays with who accepted it."""
    workers = workers_of(service.process.pid)
    with ExitStack() as stack:
        clients = (_client_of(service, worker, workers) for worker in workers)
        yield [stack.enter_context(closing(client)) for client in clients]


def _client_of(service: Service, worker: int, workers: Sequence[int]) -> httpx.Client:
    """A client whose connection was made while all other workers were halted."""
    client = httpx.Client(base_url=service.url, timeout=LONGEST_WAIT)
    others = [other for other in workers if other != worker]
    for other in others:
        os.kill(other, signal.SIGSTOP)
    try:
        assert client.get("/livez").status_code == 200
    finally:
        for other in others:
            os.kill(other, signal.SIGCONT)
    return client


def _wait_for(happens: Callable[[], bool]) -> None:
    until = time.monotonic() + LONGEST_WAIT
    while not happens():
        assert time.monotonic() < until, "It did not happen in time."
        time.sleep(0.05)
