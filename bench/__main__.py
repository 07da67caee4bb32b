"""Print all figures: ``python -m bench [--record] [NAME ...] [FOLDER ...]``."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench import (
    answering,
    audit,
    corpora,
    deep_pages,
    engines,
    files,
    flat_memory,
    grading,
    imports,
    items,
    lab,
    large_files,
    likeness,
    limits,
    measuring,
    overload,
    partitions,
    playground,
    raw_limits,
    reading,
    regrades,
    scale,
    slow_clients,
    start,
    start_bell,
    upgrade,
)
from bench.record import write_record

RECORD = "--record"
Groups = dict[str, Callable[[], Iterator[str]]]
FIGURES: Groups = {
    "start": start.figures,
    "files": files.figures,
    "corpora": corpora.figures,
    "engines": engines.figures,
    "grading": grading.figures,
    "lab": lab.figures,
    "regrades": regrades.figures,
    "items": items.figures,
    "audit": audit.figures,
    "limits": limits.figures,
    "measuring": measuring.figures,
    "imports": imports.figures,
    "likeness": likeness.figures,
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
    "upgrade": upgrade.sqlite_figures,
    "upgrade_postgresql": upgrade.postgresql_figures,
    "overload": overload.figures,
    "slow_clients": slow_clients.figures,
    "playground": playground.figures,
}


def main() -> None:
    """Print the figures of the groups named, else of all; keep them if asked to."""
    names = sys.argv[1:]
    if recorded := RECORD in names:
        names.remove(RECORD)
    groups = _groups(names)
    lines: list[str] = []
    try:
        for line in _figures(groups):
            print(line, flush=True)  # noqa: T201
            lines.append(line)
    finally:  # also what came before a failure or Ctrl-C
        if recorded:
            print(f"Kept in {write_record(lines)}")  # noqa: T201


def _groups(names: list[str]) -> Groups:
    """The groups named, else all; folders are for ``corpora``."""
    folders = [Path(name) for name in names if name not in FIGURES]
    for folder in folders:
        if not folder.is_dir():
            sys.exit(f"There is no figure and no folder named {folder}: {', '.join(FIGURES)}.")
    named = [name for name in names if name in FIGURES] or ([] if folders else [*FIGURES])
    return {name: FIGURES[name] for name in named} | (
        {"corpora": partial(corpora.figures, folders)} if folders else {}
    )


def _figures(groups: Groups) -> Iterator[str]:
    for name, figures in groups.items():
        for line in figures():
            yield f"{name:11} {line}"


if __name__ == "__main__":
    main()
