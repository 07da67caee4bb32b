"""Two applications on twin banks, in one event loop, asked a script or a few requests."""

import asyncio
import io
import logging
import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from tests.torture.journal import Journal
from tests.torture.leaks.asking import Asked, in_process
from tests.torture.leaks.surface import Surface, surface
from tests.torture.leaks.telling import Twins, leaks
from tests.torture.leaks.twins import Pair


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """All that is logged meanwhile, by the service and by what it is made of."""
    sink, before = io.StringIO(), structlog.get_config()
    handler = logging.StreamHandler(sink)
    logging.getLogger().addHandler(handler)
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sink),
        cache_logger_on_first_use=False,
    )
    try:
        yield sink
    finally:
        structlog.configure(**before)
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


def found_by_asking(pair: Pair, script: Iterable[Asked], **settings: Any) -> list[str]:
    """The same for these requests."""
    journal = Journal("leaks-some")

    async def asking() -> list[str]:
        async with (
            in_process(pair.one, **settings) as one,
            in_process(pair.other, **settings) as other,
        ):
            twins = Twins(one, other, pair.other, pair.filled, lambda: sink.getvalue().encode())
            return await leaks(twins, script, random.Random(0), journal)  # noqa: S311 - no secret

    with logged() as sink:
        return asyncio.run(asking())


def surface_of(pair: Pair) -> Surface:
    """What can be asked of an application on the bank."""

    async def looking() -> Surface:
        async with in_process(pair.one) as one:
            return surface(one.app, pair.filled)

    return asyncio.run(looking())
