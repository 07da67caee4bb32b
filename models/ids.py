"""UUIDv7 (RFC 9562): ids that sort by the time at which they were given."""

import os
import time
from secrets import randbits
from threading import Lock
from uuid import UUID

RANDOM_BITS = 74  # of 122; the others are the Unix time in milliseconds
LOWER_BITS = 62  # those behind the two of the variant
STEP_BITS = 32
VERSION_AND_VARIANT = 7 << 76 | 2 << LOWER_BITS

_lock = Lock()
_last = 0


def uuid7() -> UUID:
    """A new id. Those of one process rise, also when the clock is set back.

    Within a millisecond an id is the last one plus a random step (RFC 9562, 6.2, method 2), so
    that nobody guesses the next.
    """
    global _last
    with _lock:
        milliseconds = time.time_ns() // 1_000_000
        if milliseconds > _last >> RANDOM_BITS:
            _last = milliseconds << RANDOM_BITS | randbits(RANDOM_BITS)
        else:
            _last += 1 + randbits(STEP_BITS)
        number = _last
    upper, lower = number >> LOWER_BITS, number & (1 << LOWER_BITS) - 1
    time_of_it, beside_it = upper >> 12, upper & 0xFFF
    return UUID(int=time_of_it << 80 | beside_it << 64 | VERSION_AND_VARIANT | lower)


def _forget() -> None:
    global _last
    _last = 0


os.register_at_fork(after_in_child=_forget)  # a copy must not go on from the same number
