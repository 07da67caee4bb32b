"""More requests than can be answered, at a fixed rate: what is answered, refused or lost."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from time import perf_counter

from bench.connection import Answer, Connection, connect
from bench.load import PAUSE, percentile

REFUSALS = frozenset({429, 503})
LONGEST_TURN = 0.005  # seconds of sending; then answers are looked for
LONGEST_WAIT = 30.0  # seconds for what is under way at the end


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, of which kind it is, and the status of its answer."""

    kind: str
    request: bytes
    status: int = 200


@dataclass(slots=True)
class Outcome:
    """What became of the requests of one kind; times are seconds since each was due."""

    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def asked(self) -> int:
        """All that were sent."""
        return len(self.answered) + len(self.refused) + self.errors.total()


class Pressure:
    """What became of all requests of a load."""

    def __init__(self) -> None:
        self.kinds: dict[str, Outcome] = {}
        self.seconds = 0.0  # of sending
        self.until_last = 0.0  # seconds from the first request to the last answer

    def note(self, ask: Ask, answer: Answer | None, seconds: float) -> None:
        """Tell answers, refusals as they are promised to be, and all else apart."""
        outcome = self.kinds.setdefault(ask.kind, Outcome())
        if answer and answer.status == ask.status:
            outcome.answered.append(seconds)
        elif answer and is_refusal(answer):
            outcome.refused.append(seconds)
        else:
            outcome.errors[f"{ask.kind}: {answer.status if answer else 'connection lost'}"] += 1

    @property
    def answered(self) -> list[float]:
        """The times of all that were answered."""
        return [each for outcome in self.kinds.values() for each in outcome.answered]

    @property
    def refused(self) -> list[float]:
        """The times of all that were refused."""
        return [each for outcome in self.kinds.values() for each in outcome.refused]

    @property
    def errors(self) -> Counter[str]:
        """Everything else."""
        return sum((outcome.errors for outcome in self.kinds.values()), Counter[str]())

    @property
    def asked(self) -> int:
        """How many there were."""
        return sum(outcome.asked for outcome in self.kinds.values())

    @property
    def rate(self) -> float:
        """Good answers a second, until the last was there."""
        return len(self.answered) / self.until_last


def is_refusal(answer: Answer) -> bool:
    """Whether an answer asks to come back, with all that is promised of it."""
    after, form = answer.header(b"retry-after") or b"", answer.header(b"content-type") or b""
    return (
        answer.status in REFUSALS
        and after.isdigit()
        and form == b"application/problem+json"
        and b'"request_id"' in answer.body
    )


def late(seconds: Sequence[float], share: float = 0.99) -> float:
    """The time that this share did not exceed; 0 of none."""
    return percentile(seconds, share) if seconds else 0.0


Taken = Callable[[Connection, Answer | None], None]


@asynccontextmanager
async def connected(port: int, number: int, take: Taken) -> AsyncIterator[list[Connection]]:
    """So many connections, which hang up whatever happens."""
    opened: list[Connection] = []
    try:
        for _ in range(number):
            opened.append(await connect(port, take))
        yield opened
    finally:
        for connection in opened:
            connection.close()
        await asyncio.sleep(0)


async def saturate(port: int, asks: Sequence[Ask], *, connections: int, seconds: float) -> Pressure:
    """Each connection asks again when it has its answer: this finds the capacity of a mix."""
    told, turn, done = Pressure(), cycle(asks), asyncio.Event()
    under_way: dict[Connection, Ask] = {}
    started = perf_counter()

    def send(connection: Connection) -> None:
        under_way[connection] = ask = next(turn)
        connection.send(ask.request, perf_counter())

    def take(connection: Connection, answer: Answer | None) -> None:
        now = perf_counter()
        told.note(under_way.pop(connection), answer, now - connection.started)
        if answer is not None and now < started + seconds:
            send(connection)
        elif not under_way:
            done.set()

    async with connected(port, connections, take) as opened:
        started = perf_counter()
        for connection in opened:
            send(connection)
        await asyncio.wait_for(done.wait(), seconds + LONGEST_WAIT)
        told.seconds = told.until_last = perf_counter() - started
    return told


async def press(
    port: int,
    asks: Sequence[Ask],
    *,
    rate: float,
    seconds: float,
    connections: int,
    patience: float = LONGEST_WAIT,
) -> Pressure:
    """So many requests a second, whatever becomes of them (an open loop).

    A time counts from the moment at which the request was due. There must be more connections than
    requests under way, else requests wait here instead of there; that counts, too. What is not
    answered so many seconds after the end is an error.
    """
    return await _Open(asks).run(port, rate, seconds, connections, patience)


class _Open:
    def __init__(self, asks: Sequence[Ask]) -> None:
        self._asks, self._told = asks, Pressure()
        self._waiting, self._idle = deque[tuple[float, Ask]](), list[Connection]()
        self._under_way: dict[Connection, Ask] = {}

    async def run(
        self, port: int, rate: float, seconds: float, connections: int, patience: float
    ) -> Pressure:
        async with connected(port, connections, self._take) as opened:
            self._idle, self._opened, self._port = list(opened), opened, port
            started, last = perf_counter(), 0.0
            for number, ask in enumerate(islice(cycle(self._asks), int(rate * seconds))):
                due = started + number / rate
                while (now := perf_counter()) < due or now - last > LONGEST_TURN:
                    await asyncio.sleep(PAUSE)
                    last = perf_counter()
                self._waiting.append((due, ask))
                self._send_waiting()
            self._told.seconds = perf_counter() - started
            await self._wait(perf_counter() + patience)
            self._told.until_last = perf_counter() - started
        return self._told

    async def _wait(self, until: float) -> None:
        while (self._waiting or self._under_way) and perf_counter() < until:
            await asyncio.sleep(0.001)
        for ask in [*self._under_way.values(), *(ask for _, ask in self._waiting)]:
            self._told.note(ask, None, 0.0)
        self._under_way.clear()

    def _send_waiting(self) -> None:
        while self._waiting and self._idle:
            if not (connection := self._idle.pop()).is_open:  # it was idle for too long
                self._opening = asyncio.create_task(self._open())
                continue
            due, ask = self._waiting.popleft()
            self._under_way[connection] = ask
            connection.send(ask.request, due)

    async def _open(self) -> None:
        """One connection more, in the place of one that the server has closed."""
        self._opened.append(await connect(self._port, self._take))
        self._idle.append(self._opened[-1])
        self._send_waiting()

    def _take(self, connection: Connection, answer: Answer | None) -> None:
        if (ask := self._under_way.pop(connection, None)) is None:  # waited for too long
            return
        self._told.note(ask, answer, perf_counter() - connection.started)
        if answer is not None:
            self._idle.append(connection)
            self._send_waiting()
