"""Questions with a task list: ``- [x]`` is right, ``- [ ]`` is not; also as quizdown has them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from domain.questions import AnswerKey, Draft, Explanation, Option
from formats.format import Parsed
from formats.lines import Line, dedented, joined
from formats.markdown_quiz.sections import Section, stem_of, without_rule
from formats.refusals import Refused, refuse

_ITEM = re.compile(r" {0,3}(?:[-*+]|[0-9]{1,9}[.)])[ \t]+\[([ xX])\](?:[ \t]+(.*)|[ \t]*)")
_BROKEN = re.compile(r" {0,3}(?:[-*+]|[0-9]{1,9}[.)])[ \t]*\[([^\]]?|[ xX]{2})\](?![(\[])")
_PLAIN = re.compile(r" {0,3}[-*+][ \t]+\S")
FEWEST = 2


@dataclass(slots=True)
class Item:
    """An item of a list: where it begins, whether it is ticked, and its lines."""

    line: int
    is_right: bool
    lines: list[Line] = field(default_factory=list)


Run: TypeAlias = tuple[list[Line], list[Item]]  # a text, and the list that follows it


def has_tasks(section: Section) -> bool:
    """Whether there is a task list, or what was meant as one."""
    return any(_ITEM.fullmatch(line.structure) for line in section.lines)


def read_tasks(section: Section) -> Iterator[Parsed]:
    """A question for each task list of the section; text behind the last one explains it."""
    runs = _labels_joined(list(_runs(section.lines)))
    for place, (before, items) in enumerate(runs):
        if items:
            after = runs[place + 1][0] if place == len(runs) - 2 else []
            try:
                yield Parsed(_draft(section, before, items, after))
            except Refused as refused:
                yield Parsed(None, refused.problems)


def _runs(lines: Sequence[Line]) -> Iterator[Run]:
    """Texts, each with the list that follows it; the last text has none."""
    before: list[Line] = []
    items: list[Item] = []
    for line in lines:
        if item := _ITEM.fullmatch(line.structure):
            items.append(Item(line.number, item[1] != " ", [Line(line.number, item[2] or "")]))
        elif not items:
            before.append(line)
        elif belongs(line, items):
            items[-1].lines.append(line)
        else:
            code = _code_behind(items)
            yield before, items
            before, items = [*code, line], []
    code = _code_behind(items)
    yield before, items
    if items:
        yield code, []


def _labels_joined(runs: list[Run]) -> list[Run]:
    """One list of those that have one item each: labels of the texts behind them."""
    *lists, (behind, _) = runs
    if len(lists) < FEWEST or any(len(items) > 1 for _, items in lists):
        return runs
    items = [item for _, (item,) in lists]
    for item, text in zip(items, [*(before for before, _ in lists[1:]), behind], strict=True):
        item.lines.extend(text)
    return [(lists[0][0], items), ([], [])]


def belongs(line: Line, items: Sequence[Item]) -> bool:
    """Whether a line goes on with the last item: indented, blank, code, or a lazy line."""
    if not line.text.strip() or line.text.startswith(("  ", "\t")):
        return True
    if line.is_opaque:
        return not line.text.startswith("<!--")
    last = items[-1].lines[-1]
    return bool(last.structure.strip()) and not line.text.startswith((">", "#", "<", "|"))


def _code_behind(items: Sequence[Item]) -> list[Line]:
    """Take code at the margin away from the last option, unless options here hold such code."""
    if not items or not items[-1].lines[0].text.strip() or any(map(_code_at, items[:-1])):
        return []
    last = items[-1].lines
    begins = _code_at(items[-1]) or len(last)
    taken, last[begins:] = last[begins:], []
    return taken


def _code_at(item: Item) -> int:
    """Where code at the margin begins among the lines of an item; 0 for nowhere."""
    lines = enumerate(item.lines)
    return next((at for at, one in lines if at and one.is_opaque and one.text[:1].strip()), 0)


def _draft(
    section: Section, before: Sequence[Line], items: Sequence[Item], after: Sequence[Line]
) -> Draft:
    _check(before, items)
    hints = hints_of(before)
    title, stem = stem_of(section.heading, [] if hints else before)
    if not stem:
        hint = "Write the question above the list, as a heading or a text."
        refuse("empty_stem", "There is no question above the options.", hint, items[0].line)
    right = frozenset(place for place, item in enumerate(items, 1) if item.is_right)
    return Draft(
        title=title,
        prompt=stem,
        options=tuple(map(option_of, items)),
        key=AnswerKey(right),
        explanation=Explanation(without_rule(after)),
        kind="single_choice" if len(right) == 1 else "multiple_response",
        hints=hints,
    )


def _check(before: Sequence[Line], items: Sequence[Item]) -> None:
    inside = [line for item in items for line in item.lines[1:]]
    for line in (*before, *inside):
        if _BROKEN.match(line.structure):
            hint = "Write `- [x]` for a right option and `- [ ]` for a wrong one."
            refuse("bad_mark", "This is no item of a task list.", hint, line.number)
    for line in inside:
        if _PLAIN.match(line.structure) and not line.text.startswith("  "):
            hint = "Give it a box `[ ]`, or indent it if it belongs to the option above."
            refuse("no_mark", "This item has no box, those around it have.", hint, line.number)
    if len(items) < FEWEST:
        refuse("fewer_than_two_options", "There is one option.", "Add more.", items[0].line)
    if not any(item.is_right for item in items):
        hint = "Tick the right options: `- [x]`."
        refuse("missing_key", "No option is ticked.", hint, items[0].line)
    for item in items:
        if not joined(item.lines):
            refuse("empty_option", "The option has no text.", "Write it.", item.line)


def hints_of(before: Sequence[Line]) -> tuple[str, ...]:
    """The quotes below a heading, where there is nothing else, as quizdown has hints."""
    said = [line.text.strip() for line in before if line.text.strip()]
    if not said or not all(text.startswith(">") for text in said):
        return ()
    return ("\n".join(_unquote(text) for text in said),)


def _unquote(text: str) -> str:
    return text.removeprefix(">").removeprefix(" ")


def option_of(item: Item) -> Option:
    """The text without its indentation; a quote at its end is the feedback."""
    lines = dedented(item.lines)
    while lines and not lines[-1].text.strip():
        lines.pop()
    end = len(lines)
    while end > 1 and lines[end - 1].structure.startswith(">"):
        end -= 1
    feedback = "\n".join(_unquote(line.text) for line in lines[end:]).strip("\n")
    return Option(joined(lines[:end]), None, feedback or None)
