"""Four to eight writers that send one request after another until the service is gone."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

from tests.torture.crash.requests import Request, Told


@dataclass
class Ledger:
    """What the writers were told, of one run up to a crash."""

    told: list[Told] = field(default_factory=list)
    writers: list[threading.Thread] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether no writer is left."""
        return not any(writer.is_alive() for writer in self.writers)

    @property
    def confirmed(self) -> list[Told]:
        """What was said to be done."""
        return [each for each in self.told if each.is_confirmed]

    @property
    def cut(self) -> list[Request]:
        """What got no answer, or was told to come again: it may be done, or not."""
        return [each.request for each in self.told if each.status in {0, 503}]

    @property
    def refused(self) -> list[str]:
        """Answers that nobody should get."""
        return [
            f"refused: {each.request.kind} {each.status} {each.body[:200]!r}"
            for each in self.told
            if not each.is_confirmed and each.status not in {0, 503}
        ]


@contextmanager
def writing(port: int, works: Iterable[Iterable[Request]]) -> Iterator[Ledger]:
    """Writers at work while the block lasts; each ends at its first request that fails."""
    ledger, ended = Ledger(), threading.Event()
    ledger.writers += [
        threading.Thread(target=_write, args=(port, work, ledger.told.append, ended.is_set))
        for work in works
    ]
    for thread in ledger.writers:
        thread.start()
    try:
        yield ledger
    finally:
        ended.set()
        for thread in ledger.writers:
            thread.join(60)


def _write(
    port: int, work: Iterable[Request], keep: Callable[[Told], None], is_over: Callable[[], bool]
) -> None:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        for request in work:
            told = send(connection, request)
            keep(told)
            if is_over() or not told.is_confirmed:
                return


def send(connection: HTTPConnection, request: Request) -> Told:
    """Send it once; status 0 where no whole answer came."""
    headers = {"Content-Type": "application/json", **request.headers}
    headers |= {"Idempotency-Key": request.key} if request.key else {}
    try:
        connection.request(request.method, request.path, request.body, headers)
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, HTTPException):
        connection.close()
        return Told(request, 0)
    return Told(request, answer.status, content, answer.getheader("Idempotency-Replayed") == "true")
