"""Print all figures: ``python -m bench [--record] [NAME ...]``."""

import sys
from collections.abc import Callable, Iterator

from bench import (
    answering,
    deep_pages,
    engines,
    files,
    flat_memory,
    grading,
    import_kill,
    imports,
    lab,
    large_files,
    limits,
    partitions,
    raw_limits,
    reading,
    regrades,
    scale,
    start,
    start_bell,
)
from bench.record import write_record

RECORD = "--record"
FIGURES: dict[str, Callable[[], Iterator[str]]] = {
    "start": start.figures,
    "files": files.figures,
    "engines": engines.figures,
    "grading": grading.figures,
    "lab": lab.figures,
    "regrades": regrades.figures,
    "limits": limits.figures,
    "imports": imports.figures,
    "import_kill": import_kill.figures,
    "scale": scale.figures,
    "reading": reading.sqlite_figures,
    "reading_postgresql": reading.postgresql_figures,
    "deep_pages": deep_pages.figures,
    "answering": answering.sqlite_figures,
    "answering_postgresql": answering.postgresql_figures,
    "raw_limits": raw_limits.figures,
    "start_bell": start_bell.figures,
    "flat_memory": flat_memory.figures,
    "large_files": large_files.figures,
    "partitions": partitions.figures,
}


def main() -> None:
    """Print the figures of the groups named, else of all; keep them if asked to."""
    names = sys.argv[1:]
    if recorded := RECORD in names:
        names.remove(RECORD)
    lines: list[str] = []
    try:
        for line in _figures(names or list(FIGURES)):
            print(line, flush=True)  # noqa: T201
            lines.append(line)
    finally:  # also what came before a failure or Ctrl-C
        if recorded:
            print(f"Kept in {write_record(lines)}")  # noqa: T201


def _figures(names: list[str]) -> Iterator[str]:
    for name in names:
        for line in FIGURES[name]():
            yield f"{name:11} {line}"


if __name__ == "__main__":
    main()
