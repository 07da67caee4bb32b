"""Memory while a large file is read, at a hundredth and a tenth of its questions, at their end."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from domain.questions import AnswerKey, Draft, Explanation, Option
from formats import FORMATS, Format
from formats.format import Book
from migrations import open_bank
from operations.import_sources import Terms
from seed.check import check_files
from seed.load import load_files
from settings import Settings
from tests.processes import ROOT

MEGABYTES = int(os.environ.get("BENCH_FILE_MB", "1000"))
IMPORTED = 5  # a dry run does all that an import does: it is given so much less
NUMBER = "0000000"  # stands for the number of a question in the one that all are made from
Tell = Callable[[object], None]


def figures() -> Iterator[str]:
    """The most memory that a process of its own ever held by then, for each way to read."""
    with tempfile.TemporaryDirectory() as name:
        for way in WAYS:
            for form in ("moodle_xml", "jsonl"):
                path = Path(name) / f"questions{FORMATS[form].suffixes[0]}"
                size = MEGABYTES * 10**6 // (IMPORTED if way == "imported" else 1)
                count = write_file(path, FORMATS[form], size)
                peaks = ", ".join(f"{peak:,.1f}" for peak in peaks_of(way, form, path, count))
                told = f"{count:,} questions of {size / 10**6:,.0f} MB {way} as {form}"
                yield f"{peaks} MiB after a hundredth, a tenth and all of {told}"


def write_file(path: Path, form: Format, size: int) -> int:
    """Write questions until the file has that many bytes, and say how many they are."""
    book = form.book or Book()
    question = form.render(_question()).content or b""
    count = 0
    with path.open("wb") as file:
        written = file.write(book.head)
        while written < size:
            between = book.between if count else b""
            count += 1
            written += file.write(between + question.replace(NUMBER.encode(), b"%07d" % count))
        file.write(book.tail)
    return count


def _question() -> Draft:
    case = f"In case {NUMBER} the loss falls, then it *rises* again, and nobody knows why. "
    options = tuple(Option(f"What {what} did in case {NUMBER}.") for what in ("Ann", "Bo", "Cy"))
    return Draft(
        f"Case {NUMBER}",
        case * 40,
        options,
        AnswerKey(frozenset({2})),
        kind="single_choice",
        explanation=Explanation(f"Bo saw it first, see the notes on case {NUMBER}."),
    )


def peaks_of(way: str, form: str, path: Path, count: int) -> list[float]:
    """MiB that a process of its own held at most, until each of the points and at the end."""
    command = [sys.executable, "-m", "bench.large_files", way, form, str(path), str(count)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return [float(peak) for peak in done.stdout.split()]


class Tally:
    """Prints the peak of memory when so many questions were told."""

    def __init__(self, count: int) -> None:
        self._points, self._told = {max(1, count // part) for part in (100, 10, 1)}, 0

    def __call__(self, _: object) -> None:
        self._told += 1
        if self._told in self._points:
            print(peak_mib())  # noqa: T201 - to the process that started this one


def peak_mib() -> float:
    """The most memory that this process ever held."""
    (line,) = (
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    )
    return int(line.split()[1]) / 1024


def _parse(form: Format, path: Path, tell: Tell) -> None:
    with path.open("rb") as stream:
        for one in form.parse(stream):
            if one.draft is None:
                raise RuntimeError(f"A question of the bench was refused: {one.problems}")
            tell(one)


def _check(form: Format, path: Path, tell: Tell) -> None:
    for one in check_files([path]):
        tell(one)


def _import(form: Format, path: Path, tell: Tell) -> None:
    settings = Settings.load(database_url=f"sqlite:///{path}.db")
    with closing(open_bank(settings)) as database:
        load_files(
            database,
            [path],
            terms=Terms(form.name, dry_run=True),
            on_item=tell,
            keeps_items=False,
        )


WAYS: dict[str, Callable[[Format, Path, Tell], None]] = {
    "parsed": _parse,
    "checked": _check,
    "imported": _import,
}

if __name__ == "__main__":
    WAYS[sys.argv[1]](FORMATS[sys.argv[2]], Path(sys.argv[3]), Tally(int(sys.argv[4])))
