"""Questions of quizdown that ask for an order: a numbered list without boxes, in the right order.

Any page may have such a list, so that it is a question only in a file of quizdown: one that
begins with quizdown's settings, or whose questions are lists with numbers and boxes.
"""

import re
from collections.abc import Iterator, Sequence

from domain.grading.ordering import StatedOrder
from domain.questions import Draft
from formats.format import Parsed
from formats.lines import Line
from formats.markdown_quiz.sections import Section, stem_of
from formats.markdown_quiz.tasks import Item, belongs, hints_of, option_of
from formats.refusals import Refused, refuse

_STEP = re.compile(r" {0,3}[0-9]{1,9}[.)][ \t]+(\S.*)")
_BOX = re.compile(r" {0,3}[0-9]{1,9}[.)][ \t]+\[[ xX]\][ \t]")
_SETTING = re.compile(
    r"(?:primary_color|secondary_color|title_color|text_color|shuffle_answers|shuffle_questions"
    r"|start_on_load|locale|pass_threshold|n_questions|enable_retry|custom_\w+_msg)[ \t]*:"
)
FEWEST = 2


def is_quizdown(settings: Sequence[Line], lines: Sequence[Line]) -> bool:
    """Whether a file with these settings and lines is one of quizdown."""
    if any(_SETTING.match(line.text) for line in settings):
        return True
    return any(_BOX.match(line.structure) for line in lines)


def has_sequence(section: Section) -> bool:
    """Whether there is a heading and, below it, a numbered list."""
    return bool(section.heading) and any(_STEP.fullmatch(line.structure) for line in section.lines)


def read_sequence(section: Section) -> Iterator[Parsed]:
    """The question of the section, its options in the right order."""
    try:
        yield Parsed(_draft(section))
    except Refused as refused:
        yield Parsed(None, refused.problems)


def _draft(section: Section) -> Draft:
    before, items = _split(section.lines)
    if len(items) < FEWEST:
        told = "There is one step, so there is nothing to bring into order."
        refuse("fewer_than_two_options", told, "Add more.", items[0].line)
    hints = hints_of(before)
    title, stem = stem_of(section.heading, [] if hints else before)
    return Draft(
        title=title,
        prompt=stem,
        options=tuple(map(option_of, items)),
        kind="ordering",
        answer=StatedOrder(),
        hints=hints,
    )


def _split(lines: Sequence[Line]) -> tuple[list[Line], list[Item]]:
    """What stands before the steps, and the steps; :class:`Refused` for what follows them."""
    before: list[Line] = []
    items: list[Item] = []
    for line in lines:
        if step := _STEP.fullmatch(line.structure):
            items.append(Item(line.number, False, [Line(line.number, step[1])]))
        elif not items:
            before.append(line)
        elif belongs(line, items):
            items[-1].lines.append(line)
        else:
            hint = "Write the steps last; give options boxes, as in `1. [x]`, if they are no steps."
            refuse("text_after_steps", "A text follows the steps.", hint, line.number)
    return before, items
