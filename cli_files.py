"""Question files at the command line: import, check, export, convert."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli_failures import plainly, told
from cli_learning import slugs
from domain.errors import QuestionNotFound
from formats import FORMATS, Format, FormatName, WrittenFormat
from formats.writing import Written
from migrations import open_bank
from operations.convert_questions import convert_questions
from operations.export_questions import export_questions, is_packed
from operations.import_sources import Terms
from operations.prepare_import import Prepared
from seed.check import check_files
from seed.load import CONTENT, Load, question_files, skipped_files
from seed.report import load_and_report, write_report
from settings import Settings
from terminal.console import examples

MOST_SKIPPED = 20  # files that are named; the others are counted
files = typer.Typer()

Report = Annotated[Path | None, typer.Option(help="A file to write the report to.")]


@files.command(
    "import",
    epilog=examples(
        "questions import questions.gift",
        "questions import course.zip --tag cnn --report report.json",
        "questions import export.xml --format moodle_xml --dry-run",
    ),
)
@plainly
def import_files(
    places: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER|ZIP...")],
    dry_run: Annotated[bool, typer.Option(help="Show what would change, write nothing.")] = False,
    form: Annotated[FormatName, typer.Option("--format", help="The format of all files.")] = "auto",
    tag: Annotated[str | None, typer.Option(help="A tag to give to every question.")] = None,
    report: Report = None,
) -> None:
    """Bring question files into the bank; say what changed, and what failed and why."""
    files, terms = list(question_files(places)), Terms(form, tag, dry_run)
    load = load_and_report(
        open_bank(Settings.load()), files, terms=terms, brief=True, keeps_items=report is not None
    )
    for line in _skipped(places, files):
        typer.echo(line)
    if report:
        _save(load, report)
    if load.failed:
        raise typer.Exit(1)


def _skipped(places: Sequence[Path], files: Sequence[Path]) -> Iterator[str]:
    """A line for each of the first files of folders that were left alone, and for the others."""
    skipped = list(skipped_files(places, files))
    for path in skipped[:MOST_SKIPPED]:
        yield f"skipped   {path}: no questions in it"
    if len(skipped) > MOST_SKIPPED:
        yield f"skipped   {len(skipped) - MOST_SKIPPED:,} more files without questions"


def _save(load: Load, report: Path) -> None:
    try:
        write_report(load, report)
    except OSError as error:
        raise told(f"The report {report} was not written: {error.strerror}.") from None


@files.command("check", epilog=examples("questions check", "questions check questions/ rivers.qmd"))
@plainly
def check_questions(
    places: Annotated[list[Path] | None, typer.Argument(metavar="[FILE|FOLDER]...")] = None,
) -> None:
    """Check question files and run the tests inside of them, without a database."""
    has_failed = False
    for one in check_files(list(question_files(places or [CONTENT]))):
        typer.echo("\n".join(one.lines()))
        has_failed = has_failed or one.failed
    if has_failed:
        raise typer.Exit(1)


@files.command(
    "export",
    epilog=examples(
        "questions export jsonl",
        "questions export qti3 --tag cnn --out cnn.zip",
        "questions export gift --slug vanishing-gradients --out one.gift",
    ),
)
@plainly
def export_files(
    form: Annotated[WrittenFormat, typer.Argument(metavar="FORMAT")],
    tag: Annotated[list[str] | None, typer.Option(help="Only with this tag; may repeat.")] = None,
    slug: Annotated[
        list[str] | None,
        typer.Option(help="Only this question; may repeat.", autocompletion=slugs),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write.")] = None,
    report: Report = None,
) -> None:
    """Write published questions as a file; say what the format could not carry."""
    chosen, slugs = FORMATS[form], slug or []
    database = open_bank(Settings.load())
    with database.read() as session:
        is_named_plainly = out and out.suffix.lower() == chosen.suffixes[0]
        packed = is_packed(session, chosen, tag or [], slugs, with_pictures=not is_named_plainly)
    path = out or Path(f"questions{'.zip' if packed else chosen.suffixes[0]}")
    try:
        with database.read() as session, path.open("wb") as file:
            written = list(
                export_questions(
                    session, form=chosen, out=file, packed=packed, tags=tag or [], slugs=slugs
                )
            )
    except OSError as error:
        raise told(f"{path} was not written: {error.strerror}.") from None
    except QuestionNotFound as error:
        path.unlink()
        raise told(error) from None
    _tell(path, written, [], report)


@files.command(
    "convert",
    epilog=examples(
        "questions convert old.gift new.jsonl",
        "questions convert export.xml course.zip --to qti21 --report losses.json",
    ),
)
@plainly
def convert_files(
    source: Annotated[Path, typer.Argument(metavar="IN")],
    target: Annotated[Path, typer.Argument(metavar="OUT")],
    to: Annotated[
        WrittenFormat | None, typer.Option(help="The format of OUT; else told by its ending.")
    ] = None,
    form: Annotated[FormatName, typer.Option("--format", help="The format of IN.")] = "auto",
    report: Report = None,
) -> None:
    """Convert question files without a database; say what did not come along."""
    if not source.is_file():
        raise told(f"There is no file {source}.")
    try:
        written, read = convert_questions(
            source, target, form=form, to=FORMATS[to] if to else _told_by(target)
        )
    except OSError as error:
        raise told(f"{target} was not written: {error.strerror}.") from None
    _tell(target, written, read, report)
    if any(one.draft is None for one in read):
        raise typer.Exit(1)


def _told_by(target: Path) -> Format:
    """The format that writes files with this ending."""
    suffix = target.suffix.lower()
    for form in FORMATS.values():
        if form.is_written and suffix == form.suffixes[0]:
            return form
    raise told(f"The ending of {target} belongs to no format that is written: name one by --to.")


def _tell(
    path: Path, written: Sequence[Written], read: Sequence[Prepared], report: Path | None
) -> None:
    """Losses and problems line by line, and a sum; all of it as JSON where that is wanted."""
    for one in read:
        _say(one.place, "not read", one.problems if one.draft is None else ())
        _say(one.place, "not carried", one.losses)
    for item in written:
        _say(item.slug, "not carried" if item.is_in else "left out", item.losses)
    counts = Counter(item.is_in for item in written)
    refused = sum(one.draft is None for one in read)
    typer.echo(f"{path}: {counts[True]} written, {counts[False]} left out, {refused} not read")
    if report:
        items = [item.as_document() for item in written]
        sources = [one.as_document() for one in read]
        sums = {"written": counts[True], "left_out": counts[False], "not_read": refused}
        document = {**sums, "items": items, "sources": sources}
        report.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def _say(place: str, head: str, found: Iterable[object]) -> None:
    for one in found:
        typer.echo(f"{place}: {head}: {one}")
