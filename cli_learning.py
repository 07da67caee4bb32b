"""Questions in the terminal: ``questions show``, ``try`` and ``stats``."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from difflib import get_close_matches
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli_failures import plainly, told
from domain.access import Caller
from domain.errors import InvalidResponse, QuestionNotFound
from migrations import UnusableDatabaseError, open_bank
from models import Database, Question, now
from models.answering import AnswerableVersions
from operations.analyse_item import analyse_item
from operations.grade_answer import Answer, Attempt, Graded, grade_answer
from operations.submit_answer import submit_answer
from settings import BadSettingError, Settings
from terminal.answers import UnreadableAnswerError, asks, read_answer
from terminal.console import examples, harmless, print_page
from terminal.item_page import item_page
from terminal.pages import question_page, result_page
from terminal.shown import Shown, find_shown

MOST_COMPLETED = 50  # slugs that a shell offers at once
MOST_COMPARED = 5_000  # slugs that a misspelt one is compared with
TERMINAL = Caller("command line", frozenset({"submissions:write"}))
learning = typer.Typer()


def slugs(incomplete: str) -> Iterator[str]:
    """The published questions whose slugs begin so, for completion; none where there is no bank."""
    published = (
        select(Question.slug)
        .where(Question.is_listed(), Question.slug.startswith(incomplete, autoescape=True))
        .order_by(Question.slug)
        .limit(MOST_COMPLETED)
    )
    try:
        with closing(_bank()) as database, database.read() as session:
            yield from session.scalars(published)
    except (BadSettingError, UnusableDatabaseError):
        return


Slug = Annotated[
    str, typer.Argument(help="The slug or id of a published question.", autocompletion=slugs)
]


@learning.command(
    "show",
    epilog=examples(
        "questions show vanishing-gradients", "questions show vanishing-gradients --key"
    ),
)
@plainly
def show_question(
    slug: Slug,
    key: Annotated[bool, typer.Option("--key", help="What is right, too, and why.")] = False,
) -> None:
    """Show a question as learners get it."""
    with closing(_bank()) as database:
        shown = _found(database, slug)
    print_page(question_page(shown, with_key=key))


@learning.command(
    "try",
    epilog=examples(
        "questions try vanishing-gradients",
        "questions try vanishing-gradients --answer b,c",
        "questions try speed --answer '9.81 m/s'",
        "questions try capitals --answer a=2,b=1",
        "questions try gaps --answer rate=9.81 --answer verb=falls",
    ),
)
@plainly
def try_question(
    slug: Slug,
    answer: Annotated[
        list[str] | None,
        typer.Option(help="The answer, instead of being asked; again for each blank."),
    ] = None,
    store: Annotated[
        bool, typer.Option("--store", help="Keep the answer as a submission; it counts.")
    ] = False,
) -> None:
    """Answer a question here; see score, reason, verdicts and explanation."""
    with closing(_bank()) as database:
        shown = _found(database, slug)
        graded = _asked(shown) if answer is None else _given(shown, answer)
        if store:
            graded = database.write(lambda session: _kept(session, shown, graded))
    print_page(result_page(shown, graded))


@learning.command(
    "stats",
    epilog=examples(
        "questions stats vanishing-gradients", "questions stats vanishing-gradients --version 1"
    ),
)
@plainly
def tell_statistics(
    slug: Slug,
    version: Annotated[
        int | None, typer.Option(min=1, help="One that was published; else the present one.")
    ] = None,
) -> None:
    """Tell what the answers say: scores beside guessing, options, frequent answers, time."""
    with closing(_bank()) as database, database.read() as session:
        try:
            analysis = analyse_item(session, question=slug, version=version, at=now())
        except QuestionNotFound as error:
            raise told(error if version else _missing(session, slug)) from None
        print_page(item_page(analysis))


def _bank() -> Database:
    return open_bank(Settings.load(), migrate=False)


def _found(database: Database, slug: str) -> Shown:
    """What is published under that name; else the end, with a name like it."""
    with database.read() as session:
        try:
            return find_shown(session, slug)
        except QuestionNotFound:
            raise told(_missing(session, slug)) from None


def _missing(session: Session, slug: str) -> str:
    """That there is no such question, and one whose name is like it."""
    listed = select(Question.slug).where(Question.is_listed()).limit(MOST_COMPARED)
    alike = get_close_matches(slug, session.scalars(listed), n=1)
    hint = f" Did you mean {alike[0]}?" if alike else ""
    return f"There is no published question {slug!r}.{hint}"


def _asked(shown: Shown) -> Graded:
    """The grade of what is typed, asked for until it is an answer."""
    print_page(question_page(shown))
    while True:
        try:
            return _grade(shown, [f"{one.prefix}{_prompt(one.words)}" for one in asks(shown)])
        except UnreadableAnswerError as error:
            typer.echo(harmless(str(error)), err=True)
        except typer.Abort:
            raise told("Nobody answered. Give the answer by --answer.") from None


def _prompt(words: str) -> str:
    return str(typer.prompt(harmless(words), default="", show_default=False, err=True))


def _given(shown: Shown, typed: Sequence[str]) -> Graded:
    try:
        return _grade(shown, typed)
    except UnreadableAnswerError as error:
        raise typer.BadParameter(harmless(str(error)), param_hint="--answer") from None


def _grade(shown: Shown, typed: Sequence[str]) -> Graded:
    """The grade of what was typed, which nobody has stored."""
    attempt = Attempt(shown.target.slug, read_answer(shown, typed), TERMINAL.id, now())
    try:
        return grade_answer(attempt, shown.target)
    except InvalidResponse as refused:
        raise UnreadableAnswerError(" ".join(fault.detail for fault in refused.faults)) from None


def _kept(session: Session, shown: Shown, graded: Graded) -> Graded:
    """The same answer as a submission to the version that was shown."""
    told = graded.submission
    picked = tuple(told.selected) if told.response is None else None
    answer = Answer(selected=picked, response=told.response, version=shown.version.number)
    return submit_answer(
        session,
        question=shown.target.slug,
        answer=answer,
        caller=TERMINAL,
        at=told.submitted_at,
        versions=AnswerableVersions(),
    )
