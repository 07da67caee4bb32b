"""The looks at the bank's revision, when more than one event loop asks for them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from api.revision_checks import State, checks_of
from models import Database

LOOPS, LOOKS = 4, 2_000


def test_several_event_loops_may_ask_at_once(own_database: Database) -> None:
    checks = checks_of(own_database)
    assert checks is not None

    async def look() -> list[State | None]:
        return [await checks.read() for _ in range(LOOKS)]

    with ThreadPoolExecutor(LOOPS) as pool:
        told = list(pool.map(lambda _: asyncio.run(look()), range(LOOPS)))
    asyncio.run(checks.close())
    states = {state for each in told for state in each if state is not None}
    assert len({state.revision for state in states}) == 1
    if own_database.is_file:  # the other engine's link belongs to one loop at a time
        assert None not in {state for each in told for state in each}
