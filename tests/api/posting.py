"""Answers posted over many connections at once, to services that may end meanwhile."""

import http.client
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

PATH = "/v1/questions/rivers/submissions"


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as it was sent: who it is from, and its idempotency key if it has one."""

    learner: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What was answered; status 0 where the connection ended without an answer."""

    sent: Sent
    status: int
    body: bytes = b""
    replayed: bool = False

    @property
    def id(self) -> str:
        """The id of the submission."""
        return str(json.loads(self.body)["id"])


def post_all(urls: list[str], answers: Iterable[Sent], connections: int = 16) -> list[Told]:
    """Post answers in turn to these services until all are sent or the services are gone."""
    waiting: SimpleQueue[Sent] = SimpleQueue()
    for answer in answers:
        waiting.put(answer)
    with ThreadPoolExecutor(connections) as pool:
        told = pool.map(lambda place: _post(urls[place % len(urls)], waiting), range(connections))
        return [each for some in told for each in some]


def post_on(
    url: str, prefix: str, goes_on: Callable[[], bool], connections: int = 16
) -> list[Told]:
    """Post answers, each with a key, as long as it goes on and somebody takes them."""
    with ThreadPoolExecutor(connections) as pool:
        told = pool.map(
            lambda place: _post_on(url, f"{prefix}-{place}", goes_on), range(connections)
        )
        return [each for some in told for each in some]


def _post_on(url: str, prefix: str, goes_on: Callable[[], bool]) -> list[Told]:
    told: list[Told] = []
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        while goes_on() and (not told or told[-1].status):
            name = f"{prefix}-{len(told)}"
            told.append(_one(connection, Sent(name, name)))
    return told


def numbered(prefix: str, count: int, *, keyed: bool) -> Iterable[Sent]:
    """Different answers, each with a key of its own or all without."""
    names = (f"{prefix}-{number}" for number in range(count))
    return (Sent(name, name if keyed else None) for name in names)


def _post(url: str, waiting: SimpleQueue[Sent]) -> list[Told]:
    told: list[Told] = []
    address = urlsplit(url)
    with closing(http.client.HTTPConnection(address.netloc, timeout=30)) as connection:
        while True:
            try:
                sent = waiting.get_nowait()
            except Empty:
                return told
            told.append(_one(connection, sent))
            if told[-1].status == 0:
                return told


def _one(connection: http.client.HTTPConnection, sent: Sent) -> Told:
    headers = {"Content-Type": "application/json"}
    headers |= {"Idempotency-Key": sent.key} if sent.key else {}
    body = json.dumps({"selected": [], "learner": sent.learner})
    try:
        connection.request("POST", PATH, body, headers)
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException):
        return Told(sent, 0)
    return Told(sent, answer.status, content, answer.getheader("Idempotency-Replayed") == "true")
