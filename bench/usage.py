"""CPU time and memory of a process with everything that it started."""

import os
from collections.abc import Iterator
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PPID, FIRST_TIME = 1, 11  # places in /proc/PID/stat after the name of the program


def cpu_seconds_of(pid: int) -> float:
    """User and system time so far of a process and its children, ended ones included."""
    return sum(sum(map(int, stat[FIRST_TIME : FIRST_TIME + 4])) for stat in _stats(pid)) / TICK


def resident_mib_of(pid: int) -> float:
    """Memory that a process and its children hold now; shared pages count for each."""
    return sum(_status(each, "VmRSS") for each in family(pid)) / 1024


def peak_mib_of(pid: int) -> float:
    """The most that a process held so far plus the most that each living child did."""
    return sum(_status(each, "VmHWM") for each in family(pid)) / 1024


def parent_of(pid: int) -> int:
    """The process that started this one."""
    return int(_stat(pid)[PPID])


def family(pid: int) -> Iterator[int]:
    """A process and all its descendants that run now."""
    yield pid
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(listing).split():
            yield from family(int(child))


def _stats(pid: int) -> Iterator[list[str]]:
    return filter(None, map(_stat, family(pid)))


def _stat(pid: int) -> list[str]:
    return _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()


def _status(pid: int, field: str) -> int:
    lines = _read(Path(f"/proc/{pid}/status")).splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(field)), 0)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has just ended
        return ""
