"""Short turns: nothing that shares the interpreter with the event loop may keep it waiting.

Each refusal and each kept answer waits for whatever computes meanwhile: other threads, of which
each keeps the interpreter for a while, and the search for garbage, which stops them all.
"""

import gc
import sys

from anyio.to_thread import current_default_thread_limiter

THREADS = 5  # at work at a time; with ten the event loop waits twice as long, for 5 % more answers
LONGEST_TURN = 0.001  # seconds for which a thread keeps the interpreter from the event loop
# New objects after which those are searched for garbage (2 to 10 ms), and so many times of that
# after which older ones are, and all. As usual all of them would be after each second of overload,
# which takes 40 ms with 2,000 connections.
SEARCHED_AFTER = (5_000, 20, 20)


def keep_turns_short(connections: int) -> None:
    """Set it for this process, whose threads share so many connections to the database.

    More threads than connections would only wait for one, where nobody sees it.
    """
    gc.collect()
    gc.freeze()  # what lives as long as the service: searched for garbage it takes 0.1 s
    gc.set_threshold(*SEARCHED_AFTER)
    current_default_thread_limiter().total_tokens = min(connections, THREADS)
    sys.setswitchinterval(LONGEST_TURN)
