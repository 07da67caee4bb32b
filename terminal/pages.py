"""A question, its key and the result of an answer, laid out for a terminal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from domain.grading import ChoiceKey, ChoiceResponse, Verdict, verdicts
from domain.grading.matching import TARGETS
from domain.option_references import call_options
from models import ReferenceRow
from operations.grade_answer import Graded
from terminal.answers import blanks_of, spell_right
from terminal.prose import Prose
from terminal.shown import Choice, Shown

# Icon and word, so that nothing hangs on the colour.
GOOD, HALF, BAD = ("✓", "green"), ("◐", "yellow"), ("✗", "red")
RIGHT, WRONG = (GOOD, "Right"), (BAD, "Wrong")
VERDICTS: Mapping[Verdict, tuple[tuple[str, str], str]] = {
    "rightly_picked": (GOOD, "Picked, and right"),
    "wrongly_picked": (BAD, "Picked, but wrong"),
    "rightly_left": (GOOD, "Left out, and rightly so"),
    "missed": (BAD, "Missed: this one is right"),
}
RELEASED = {
    "score_only": "Learners are told the score only.",
    "never": "Learners are not told the result.",
}
Marks = Mapping[str, Text]


def question_page(shown: Shown, *, with_key: bool = False) -> RenderableType:
    """What a learner sees; with the key also what is right, why, and what is said about it."""
    version = shown.version
    about = (
        shown.target.slug,
        version.kind.replace("_", " "),
        f"version {version.number}",
        version.language,
        f"{_points(version.points_at_most)} by {version.scoring_rule}",
    )
    head = Text(version.title, style="bold"), Text(" · ".join(about), style="dim")
    key = [_right(shown), *_explained(shown)] if with_key else []
    return stack([*head, Prose(version.prompt), *_parts(shown, with_key), *key])


def result_page(shown: Shown, graded: Graded) -> RenderableType:
    """The score and its reason, a verdict on each option or part, and the explanation."""
    grade = graded.grade
    icon, word = (GOOD, "Right") if grade.correct else (BAD, "Not right")
    if not grade.correct and grade.score > 0:
        icon, word = HALF, "Partly right"
    earned = Fraction(grade.exact_score) * shown.version.points_at_most
    head = marked(icon, f"{word}: {figure(earned)} of {_points(shown.version.points_at_most)}")
    head.stylize("bold")
    closed = RELEASED.get(shown.target.release)
    return stack(
        [
            head,
            Text(grade.reason),
            *_verdicts(shown, graded),
            *_combination(shown, graded),
            *_explained(shown),
            *([Text(closed, style="dim")] if closed else []),
        ]
    )


def stack(parts: Iterable[RenderableType]) -> RenderableType:
    """The parts below each other, with a line before each."""
    return Group(*(line for part in parts for line in (Text(), part)))


def figure(value: Fraction) -> str:
    return f"{float(value):.4g}"


def _points(most: Fraction) -> str:
    return f"{figure(most)} point{'' if most == 1 else 's'}"


def marked(mark: tuple[str, str], words: str) -> Text:
    icon, colour = mark
    return Text(f"{icon} {words}", style=colour)


def _parts(shown: Shown, with_key: bool) -> Iterator[RenderableType]:
    """The options below the stem, targets, and those of blanks."""
    key = shown.target.version.key
    right = key.correct if with_key and isinstance(key, ChoiceKey) else ()
    if shown.options:
        marks = {id_: marked(*RIGHT) for id_ in right}
        yield _options(shown, shown.options, marks, with_feedback=with_key)
    if targets := shown.parts.get(TARGETS):
        yield Text("to be matched with", style="dim")
        yield _options(shown, targets)
    for blank in blanks_of(shown):
        units = blank.get("units")
        name = Text(f"[[{blank['name']}]]", style="bold")
        name.append(f" a number in {', '.join(units)}" if units else "", style="not bold")
        options = shown.parts.get(blank["name"])
        yield Group(name, _options(shown, options)) if options else name


def _options(
    shown: Shown,
    options: Sequence[Choice],
    marks: Marks | None = None,
    with_feedback: bool = False,
) -> RenderableType:
    """Each option behind its name; below it what became of it, and what its author says."""
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="bold", no_wrap=True)
    table.add_column()
    for one in options:
        said: list[RenderableType] = [Prose(one.row.text)]
        if marks and one.id in marks:
            said.append(marks[one.id])
        if with_feedback and one.row.feedback:
            said.append(Padding(Prose(_labelled(shown, one.row.feedback)), (0, 0, 0, 2)))
        table.add_row(f"{one.name})", Group(*said))
    return table


def _verdicts(shown: Shown, graded: Graded) -> Iterator[RenderableType]:
    key, submission = shown.target.version.key, graded.submission
    if isinstance(key, ChoiceKey):
        found = verdicts(key, ChoiceResponse(frozenset(submission.selected)))
        marks = {id_: marked(*VERDICTS[verdict]) for id_, verdict in found.items()}
        yield _options(shown, shown.options, marks, with_feedback=True)
        return
    judged = key.kind.judged(key.stated, key.read(submission.response or {}), key.parts)
    marks = {id_: marked(*(RIGHT if right else WRONG)) for id_, right in judged.items()}
    if shown.options:
        yield _options(shown, shown.options, marks, with_feedback=True)
    elif marks:
        names = [blank["name"] for blank in blanks_of(shown)]
        yield Group(*(Text.assemble((f"[[{name}]] ", "bold"), marks[name]) for name in names))
    if not graded.grade.correct:
        yield _right(shown)


def _right(shown: Shown) -> RenderableType:
    """A right answer as one would type it."""
    typed = "  ".join(filter(None, spell_right(shown)))
    return Text.assemble(("Right answer  ", "dim"), (typed or "told by a pattern only", "bold"))


def _combination(shown: Shown, graded: Graded) -> Iterator[RenderableType]:
    told = shown.target.version.combination(sorted(graded.submission.selected))
    if told:
        yield Prose(_labelled(shown, told.text))


def _explained(shown: Shown) -> Iterator[RenderableType]:
    if said := shown.target.version.explanation:
        yield Group(Text("Explanation", style="bold"), Prose(_labelled(shown, said.text)))
    if references := shown.version.references:
        lines = [line for one in references for line in _reference(one)]
        yield Group(Text("Recommended reading", style="bold"), *lines)


def _reference(row: ReferenceRow) -> Iterator[RenderableType]:
    yield Padding(Text(" ".join(filter(None, (row.lead, row.title, row.note)))), (0, 0, 0, 2))
    if row.url:  # in one piece, to be copied
        yield Text(f"  {row.url}", style="dim", no_wrap=True, overflow="ignore")


def _labelled(shown: Shown, text: str) -> str:
    """A text that names options by id, with the letters they have here."""
    return call_options(text, shown.names)
