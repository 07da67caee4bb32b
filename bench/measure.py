"""CPU time of a piece of work, steadier than a clock on a shared machine, and memory."""

import os
import subprocess
import time
from collections.abc import Callable


def cpu_seconds(work: Callable[[], object], repetitions: int, rounds: int = 5) -> float:
    """CPU seconds of one repetition: the best of some rounds, since noise only ever adds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for _ in range(repetitions):
            work()
        best = min(best, time.process_time() - started)
    return best / repetitions


def resident_mib() -> float:
    """Memory that this process holds, in MiB."""
    command = ["ps", "-o", "rss=", "-p", str(os.getpid())]
    done = subprocess.run(command, capture_output=True, check=True)
    return int(done.stdout) / 1024
