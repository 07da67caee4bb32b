"""Two applications on twin banks, in one event loop, asked a script or a few requests."""

import asyncio
import io
import logging
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import structlog

from tests.processes import serving
from tests.quietly import logging_as
from tests.torture.journal import Journal
from tests.torture.leaks.asking import Asked, InProcess, OverHttp, in_process
from tests.torture.leaks.surface import Surface, surface
from tests.torture.leaks.telling import Twins, leaks
from tests.torture.leaks.twins import Pair


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """All that is logged meanwhile, by the service and by what it is made of."""
    sink = io.StringIO()
    handler = logging.StreamHandler(sink)
    logging.getLogger().addHandler(handler)
    try:
        with logging_as(
            processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            logger_factory=structlog.PrintLoggerFactory(sink),
        ):
            yield sink
    finally:
        logging.getLogger().removeHandler(handler)


def found_by_walking(
    pair: Pair, amount: int, *, changes: bool = True, **settings: Any
) -> list[str]:
    """What gives a secret away to who walks the whole surface. One of the two keeps no answers.

    Half-way the secrets of the other become others again.
    """
    journal = Journal("leaks")

    async def walking() -> list[str]:
        async with (
            in_process(pair.one, response_cache_bytes=0, **settings) as one,
            in_process(pair.other, **settings) as other,
        ):
            walked = surface(one.app, pair.filled)
            walk = walked.walk if settings.get("public", True) else walked.some
            script = [*walk(pair.filled, journal.random, amount)]
            twins = Twins(one, other, pair.other, pair.filled, lambda: sink.getvalue().encode())
            when = [len(script) // 2]
            return walked.untold + await leaks(twins, script, journal.random, journal, when)

    with logged() as sink:
        return asyncio.run(walking())


def found_at_services(pair: Pair, folders: Sequence[Path], amount: int) -> list[str]:
    """The same at two services of their own, which are asked over sockets."""
    journal, walked = Journal("leaks-services"), surface_of(pair)
    settings = {"QUESTIONS_RATE_LIMIT_PUBLIC": "off", "QUESTIONS_RATE_LIMIT": "off",
                "QUESTIONS_LOG_LEVEL": "DEBUG"}  # fmt: skip
    with (
        serving(folders[0], "serve", settings={**settings, "DATABASE_URL": pair.urls[0]}) as one,
        serving(folders[1], "serve", settings={**settings, "DATABASE_URL": pair.urls[1]}) as other,
        closing(OverHttp(one.url)) as first,
        closing(OverHttp(other.url)) as second,
    ):
        twins = Twins(first, second, pair.other, pair.filled,
                      lambda: (one.printed() + other.printed()).encode())  # fmt: skip
        script = [*walked.walk(pair.filled, journal.random, amount)]
        return asyncio.run(leaks(twins, script, journal.random, journal, [len(script) // 2]))


class Asking:
    """Twins that keep running, for a few requests now and then."""

    def __init__(self, pair: Pair) -> None:
        self.filled = pair.filled
        self._pair, self._runner, self._ending = pair, asyncio.Runner(), AsyncExitStack()
        self._both = self._runner.run(self._start())

    async def _start(self) -> tuple[InProcess, InProcess]:
        enter, kept = self._ending.enter_async_context, {"response_cache_bytes": 0}
        return (
            await enter(in_process(self._pair.one, **kept)),
            await enter(in_process(self._pair.other, **kept)),
        )

    def found(self, *script: Asked) -> list[str]:
        """What gives a secret away in the answers to these requests."""
        for each in self._both:
            each.forget()
        with logged() as sink:
            twins = Twins(*self._both, self._pair.other, self.filled,
                          lambda: sink.getvalue().encode())  # fmt: skip
            journal = Journal("leaks-some")
            return self._runner.run(leaks(twins, script, journal.random, journal))

    def close(self) -> None:
        """End both."""
        self._runner.run(self._ending.aclose())
        self._runner.close()


def surface_of(pair: Pair) -> Surface:
    """What can be asked of an application on the bank."""

    async def looking() -> Surface:
        async with in_process(pair.one) as one:
            return surface(one.app, pair.filled)

    return asyncio.run(looking())
