"""Tell a load to a person: a progress bar on a terminal, plain lines in a pipe."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from models import Database
from operations.import_questions import ImportItem
from seed.load import Load, load_files

OUTCOMES = ("created", "updated", "unchanged", "failed")


def load_and_report(database: Database, files: Sequence[Path], *, dry_run: bool = False) -> Load:
    """Load the files and print one line per question, its problems, and a sum."""
    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Loading", total=len(files))

        def tell(item: ImportItem) -> None:
            progress.advance(task)
            for line in lines_of(item):
                console.print(line)

        load = load_files(database, files, dry_run=dry_run, on_item=tell)
    console.print(summary_of(load, dry_run))
    sys.stdout.flush()
    return load


def lines_of(item: ImportItem) -> list[str]:
    """What to say about one question: outcome, problems with their place, changes."""
    head = f"{item.outcome:9} {item.slug or '-'}  ({item.source})"
    problems = [
        f"  {item.source}:{'' if problem.line else ' '}{problem}" for problem in item.problems
    ]
    return [head, *problems, *(f"  {line}" for line in item.changes)]


def summary_of(load: Load, dry_run: bool = False) -> str:
    """One line: how many questions had which outcome."""
    counts = [f"{load.counts[name]} {name}" for name in OUTCOMES if load.counts[name]]
    told = ", ".join(counts) or "no question files found"
    return f"{told} (dry run: nothing was written)" if dry_run else told
