"""The looks at the bank's revision, when more than one event loop asks for them."""

import asyncio
import socket
import time
from concurrent.futures import ThreadPoolExecutor

from api.revision_checks import State, checks_of
from models import Database, open_engine

LOOPS, LOOKS = 4, 2_000
SILENCE, LONGEST_HALT = 0.6, 0.4  # seconds


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


def test_a_silent_server_halts_nobody_else() -> None:
    """Once the driver kept all threads from running for as long as it waited to connect."""

    async def longest_halt(server: socket.socket) -> float:
        database = Database(open_engine(f"postgresql+psycopg://u@127.0.0.1:{port}/d"))
        checks = checks_of(database)
        assert checks is not None
        asking, halts = asyncio.create_task(checks.read()), [0.0]
        begun = last = time.monotonic()
        while last - begun < SILENCE:
            await asyncio.sleep(0.01)
            halts.append(time.monotonic() - last)
            last += halts[-1]
        server.close()  # which ends what waits there
        assert await asking is None
        return max(halts)

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert asyncio.run(longest_halt(server)) < LONGEST_HALT
