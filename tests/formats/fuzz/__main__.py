"""Read very many damaged files: ``python -m tests.formats.fuzz --help``."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from time import process_time
from typing import NamedTuple

from tests.formats.fuzz.checks import Found, fault_in, smallest
from tests.formats.fuzz.corpus import TARGETS
from tests.formats.fuzz.mutations import damaged

WRITTEN = 10  # of so many files one is written again, too
MOST_FAULTS = 20  # different ones of a format; then it is enough


class Run(NamedTuple):
    """What a format's files came to; each different fault with the number of its first file."""

    target: str
    seed: int
    files: int
    seconds: float
    faults: dict[Found, int]


def fuzz(target: str, seed: int, numbers: range, most: int = MOST_FAULTS) -> Run:
    """Read the files with these numbers, up to the first with so many different faults."""
    started, faults = process_time(), dict[str, tuple[Found, int]]()
    number = numbers.start - 1
    for number in numbers:
        found = fault_in(target, damaged(target, seed, number), number % WRITTEN == 0)
        if found:
            faults.setdefault(found.where, (found, number))
        if len(faults) == most:
            break
    seconds = process_time() - started
    return Run(target, seed, number - numbers.start + 1, seconds, dict(faults.values()))


def headline(run: Run) -> str:
    """One line for the format."""
    took = f"{run.files:,} files, {run.seconds:.0f} s of processor"
    faults = f"{len(run.faults)} fault{'s' * (len(run.faults) != 1)}"
    return f"{run.target:12} seed {run.seed}: {took}, {faults}"


def told(run: Run) -> str:
    """The same, and the least file for each of its faults."""
    lines = [headline(run)]
    for found, number in run.faults.items():
        is_written = number % WRITTEN == 0
        least = smallest(run.target, damaged(run.target, run.seed, number), found, is_written)
        lines.append(f"  file {number}: {found.what} at {found.where}\n    {least[:2_000]!r}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """How many formats have faults."""
    asked = _asked(arguments)
    if asked.only is not None:
        numbers = range(asked.only, asked.only + 1)
    else:
        numbers = range(asked.first, asked.first + asked.inputs)
    faulty = 0
    with ProcessPoolExecutor(asked.processes) as pool:
        most, tell = (1, headline) if asked.until_fault else (MOST_FAULTS, told)
        runs = [pool.submit(fuzz, name, asked.seed, numbers, most) for name in asked.formats]
        for run in runs:
            print(tell(run.result()), flush=True)  # noqa: T201 -- it is a command
            faulty += bool(run.result().faults)
    return faulty


def _asked(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(prog="python -m tests.formats.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=200_000, help="files of each format")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other files")
    parser.add_argument("--first", type=int, default=0, help="the number of the first file")
    parser.add_argument("--only", type=int, help="the number of the one file to read")
    parser.add_argument("--until-fault", action="store_true", help="only count, up to the first")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("formats", nargs="*", help="some of: " + " ".join(TARGETS))
    asked = parser.parse_args(arguments)
    asked.formats = asked.formats or list(TARGETS)
    if unknown := set(asked.formats) - set(TARGETS):
        parser.error(f"no such format: {', '.join(sorted(unknown))}")
    return asked


if __name__ == "__main__":
    sys.exit(min(main(), 1))
