"""Tell a load: a progress bar on a terminal, plain lines in a pipe, a document for programs."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from models import Database
from operations.import_item import OUTCOMES, ImportItem
from operations.import_sources import Terms
from operations.report_import import report_import
from seed.load import Load, load_files


def load_and_report(
    database: Database,
    files: Sequence[Path],
    *,
    terms: Terms | None = None,
    brief: bool = False,
    keeps_items: bool = False,
) -> Load:
    """Load the files and print one line per question, its problems, and a sum.

    ``brief`` leaves out the questions of which there is nothing to say; ``keeps_items`` is for
    who wants to write a report of them all.
    """
    terms = terms or Terms()
    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Loading", total=None)

        def tell(item: ImportItem) -> None:
            if not brief or item.problems or item.losses or item.changes:
                console.print("\n".join(lines_of(item)))

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        load = load_files(
            database,
            files,
            terms=terms,
            on_item=tell,
            on_files=advance,
            keeps_items=keeps_items,
        )
    console.print(summary_of(load, terms.dry_run))
    sys.stdout.flush()
    return load


def write_report(load: Load, path: Path) -> None:
    """Write the report of the load as JSON, in the shape that the HTTP door answers with."""
    path.write_text(json.dumps(report_import(load.items), ensure_ascii=False, indent=1) + "\n")


def lines_of(item: ImportItem) -> list[str]:
    """What to say about one question: outcome, problems with their place, changes."""
    head = f"{item.outcome:9} {item.slug or '-'}  ({item.source})"
    problems = [
        f"  {item.source}:{'' if problem.line else ' '}{problem}" for problem in item.problems
    ]
    losses = [f"  not carried: {loss}" for loss in item.losses]
    return [head, *problems, *losses, *(f"  {line}" for line in item.changes)]


def summary_of(load: Load, dry_run: bool = False) -> str:
    """One line: how many questions had which outcome."""
    counts = [f"{load.counts[name]} {name}" for name in OUTCOMES if load.counts[name]]
    told = ", ".join(counts) or "no question files found"
    return f"{told} (dry run: nothing was written)" if dry_run else told
