"""What the answers to a question say, as figures and bars for a terminal."""

from collections.abc import Iterator
from fractions import Fraction
from textwrap import shorten

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from domain.statistics import ItemStatistics
from domain.statistics.item import Estimate, Guessing, Pattern
from formats.markdown_text import first_words
from operations.analyse_item import ItemAnalysis
from terminal.answers import spell
from terminal.pages import BAD, GOOD, figure, marked, stack
from terminal.shown import Shown, shown_version

BAR = 20  # letters of a share of 1
MOST_PATTERNS = 10
LONGEST_OPTION = 40


def item_page(analysis: ItemAnalysis) -> RenderableType:
    """Facility beside what guessing earns, options, frequent answers and the time they took."""
    shown, told = shown_version(analysis.version), analysis.statistics
    parts: list[RenderableType] = [
        Text(analysis.version.title, style="bold"),
        Text(" · ".join(_about(analysis)), style="dim"),
    ]
    if told.facility and told.correct:
        parts.append(_estimates(told))
        parts += [_options(shown, told)] if told.options else []
        parts.append(_patterns(shown, told))
    else:
        parts.append(Text("Nobody has answered this version yet."))
    return stack(parts)


def _about(analysis: ItemAnalysis) -> Iterator[str]:
    yield analysis.version.question.slug
    yield f"version {analysis.version.number}"
    yield _count(analysis.statistics.submissions, "answer")
    if analysis.learners:
        yield _count(analysis.learners, "learner")
    others = {number: count for number, count in analysis.versions.items() if count}
    others.pop(analysis.version.number, None)
    for number, count in sorted(others.items()):
        yield f"{count:,} more to version {number}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _estimates(told: ItemStatistics) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    assert told.facility
    assert told.correct
    guessing = told.guessing
    table.add_row("Mean score", *_estimate(told.facility), _guessed(guessing, "score"))
    table.add_row("Wholly right", *_estimate(told.correct), _guessed(guessing, "correct"))
    if (time := told.time) is not None:
        spread = f"half: {_seconds(time.p25)} to {_seconds(time.p75)}"
        most = Text(f"nine of ten: up to {_seconds(time.p90)}", "dim")
        table.add_row("Time", Text(_seconds(time.p50), "bold"), Text(spread, "dim"), most)
    return table


def _estimate(one: Estimate) -> tuple[Text, Text]:
    within = one.interval
    told = f"{_percent(within.low)} to {_percent(within.high)}" if within else ""
    return Text(_percent(one.mean), "bold"), Text(told, "dim")


def _guessed(guessing: Guessing | None, of: str) -> Text:
    said = f"guessing: {_percent(getattr(guessing, of))}" if guessing else ""
    return Text(said, "dim")


def _options(shown: Shown, told: ItemStatistics) -> RenderableType:
    rates = {rate.id: rate for rate in told.options}
    table = _table("", "option", "picked", "", "score with it", "without it", "")
    for one in shown.options:
        rate = rates[one.id]
        table.add_row(
            f"{one.name})",
            shorten(first_words(one.row.text), LONGEST_OPTION, placeholder="…"),
            f"{_percent(rate.share)}",
            _bar(rate.share),
            _score(rate.mean_of_pickers),
            _score(rate.mean_of_others),
            marked(GOOD, "Right") if rate.right else "",
        )
    return table


def _patterns(shown: Shown, told: ItemStatistics) -> RenderableType:
    table = _table("answer", "count", "", "", "score", "")
    listed = told.patterns[:MOST_PATTERNS]
    for one in listed:
        table.add_row(
            _typed(shown, one),
            f"{one.count:,}",
            _percent(one.share),
            _bar(one.share),
            _score(one.mean_score),
            marked(GOOD, "Right") if one.correct else marked(BAD, "Not right"),
        )
    if rest := told.submissions - sum(one.count for one in listed):
        table.add_row("others", f"{rest:,}", _percent(Fraction(rest, told.submissions)), "", "", "")
    return table


def _typed(shown: Shown, one: Pattern) -> str:
    said = one.response if one.selected is None else {"selected": one.selected}
    return "  ".join(spell(shown, said or {}))


def _table(*heads: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


def _bar(share: Fraction) -> str:
    return "█" * round(share * BAR)


def _percent(share: Fraction | float) -> str:
    return f"{float(share):.0%}"


def _score(mean: Fraction | None) -> str:
    return "-" if mean is None else figure(mean)


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3g} s"
