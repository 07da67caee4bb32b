"""What is stored of a learner: ``questions learner export`` and ``questions learner erase``."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.schemas.learners import LearnerOut
from cli_failures import plainly, told
from migrations import open_bank
from models import Database, now
from operations.erase_learner import erase_learner
from operations.export_learner import export_learner
from settings import Settings
from terminal.console import examples

learner = typer.Typer(
    help="What is stored of a learner: give it out, or forget it.", no_args_is_help=True
)
Id = Annotated[str, typer.Argument(metavar="ID", help="The learner's id, as it was submitted.")]


@learner.command(
    "export",
    epilog=examples(
        "questions learner export s-4711", "questions learner export s-4711 -o it.json"
    ),
)
@plainly
def export(
    id_: Id,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A new file; else it is printed.")
    ] = None,
) -> None:
    """Write all that is stored of a learner as JSON."""
    if output and output.exists():
        raise told(f"{output} is there already. Name another file.")
    with closing(_bank()) as bank, bank.read() as session:
        record = export_learner(session, learner=id_)
        document = LearnerOut.of(id_, record, now()).model_dump_json(indent=2)
    if output:
        output.write_text(f"{document}\n")
        typer.echo(f"{len(record.submissions)} submissions were written to {output}.")
    else:
        typer.echo(document)


@learner.command("erase", epilog=examples("questions learner erase s-4711"))
@plainly
def erase(
    id_: Id, yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False
) -> None:
    """Put a random pseudonym for a learner's id for ever; answers and grades stay."""
    if not yes:
        typer.confirm(f"Forget who {id_!r} was? This cannot be undone", abort=True)
    with closing(_bank()) as bank:
        erased = bank.write(lambda session: erase_learner(session, learner=id_, at=now()))
        bank.forget()
    if erased.pseudonym:
        typer.echo(f"{erased.submissions} submissions are of {erased.pseudonym} now.")
    else:
        typer.echo("Nothing is stored of this learner.")


def _bank() -> Database:
    return open_bank(Settings.load(), migrate=False)
