"""Answers as a form without scripts says them, by the kind of question.

The fields of each kind are a macro of its name in ``web/templates/playground/fields.html``.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from fastapi import Request
from markupsafe import Markup

from api.protocol_errors import MalformedRequest
from api.schemas.interactions import BlankOut, ClozeInteraction, MatchingInteraction, OptionOut
from api.schemas.interactions import NumericInteraction as Numeric
from api.schemas.questions import QuestionOut
from domain.errors import Fault, InvalidResponse
from domain.option_references import letter
from operations.grade_answer import Answer

Fields = Mapping[str, list[str]]
Response = dict[str, Any]

MOST_FIELDS = 300  # of a form: a question has at most 64 options, and a blank up to two fields
LONGEST_NUMBER = 10  # digits
_MORE_THAN_TEXT = re.compile('<(?:img|pre|table|ul|ol)|class="math')
_TAG_OR_BLANK = re.compile(r"""<(?:[^"'>]|"[^"]*"|'[^']*')*>|\[\[([a-z][a-z0-9_]*)\]\]""")


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind is answered: what its fields say, and some answer to show what one is like.

    An ``example`` is made from what a learner sees, so nothing in it depends on what is right.
    """

    read: Callable[[Fields], Response]
    example: Callable[[QuestionOut], Response]


async def form_fields(request: Request) -> Fields:
    """The fields of a posted form, each with all its values; empty ones are left out."""
    body = (await request.body()).decode(errors="replace")
    if "\0" in body or "%00" in body:
        raise MalformedRequest("The form contains a NUL character.")
    try:
        return parse_qs(body, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise MalformedRequest(f"The form has over {MOST_FIELDS} fields.") from None


def read_answer(fields: Fields) -> Answer:
    """The answer that a form says; :class:`InvalidResponse` where it says none."""
    form, version = FORMS.get(first(fields, "kind")), first(fields, "version")
    return Answer(
        selected=None if form else tuple(fields.get("selected", ())),
        response=form.read(fields) if form else None,
        # A number that no version has, where it is none at all: the answer is refused.
        version=int(version) if version.isdecimal() and len(version) < LONGEST_NUMBER else 0,
        language=first(fields, "language") or None,
    )


def example_answer(question: QuestionOut) -> dict[str, Any]:
    """The body of a submission that the question takes, right or not."""
    if form := FORMS.get(question.kind):
        return {"response": form.example(question), "version": question.version}
    picked = [option.id for option in question.options[: min(1, question.select.max)]]
    return {"selected": picked, "version": question.version}


def first(fields: Fields, name: str) -> str:
    """The value of a field, empty where it is not there."""
    return fields.get(name, [""])[0]


def cut_at_blanks(html: str, names: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """The HTML of a stem in pieces, each with the blank that comes behind it, if one does.

    A blank that the text does not mark, such as one in an address, comes behind all of it.
    """
    left, end = list(names), 0
    for found in _TAG_OR_BLANK.finditer(html):
        if found[1] in left:
            left.remove(found[1])
            yield html[end : found.start()], found[1]
            end = found.end()
    yield html[end:], None
    yield from (("", name) for name in left)


def has_letters(options: Sequence[OptionOut]) -> bool:
    """Whether options hold more than a choice can show, so that letters stand for them there."""
    return any(_MORE_THAN_TEXT.search(option.html) for option in options)


def names_of(options: Sequence[OptionOut]) -> dict[str, str]:
    """What a choice calls each option: its text, or its letter."""
    if has_letters(options):
        return {option.id: letter(place) for place, option in enumerate(options)}
    texts = {option.id: Markup(option.html) for option in options}  # noqa: S704 - sanitised
    return {id_: html.striptags() for id_, html in texts.items()}


def _below(fields: Fields, prefix: str) -> Iterator[tuple[str, str]]:
    """The fields whose name begins so, by the rest of it."""
    for name in fields:
        if name.startswith(prefix):
            yield name.removeprefix(prefix), first(fields, name)


def _number(fields: Fields, value: str = "value", unit: str = "unit") -> Response:
    stated = {"unit": first(fields, unit)} if unit in fields else {}
    return {"value": first(fields, value), **stated}


def _order(fields: Fields) -> Response:
    places = dict(_below(fields, "place."))
    if {*places.values()} != {str(n) for n in range(1, len(places) + 1)}:
        told = f"Give each a place of its own, from 1 to {len(places)}."
        raise InvalidResponse(faults=(Fault("/response/order", "repeated_place", told),))
    return {"order": sorted(places, key=lambda id_: int(places[id_]))}


def _blanks(fields: Fields) -> Response:
    picked = {name: {"selected": [id_]} for name, id_ in _below(fields, "pick.")}
    written = {name: {"text": text} for name, text in _below(fields, "text.")}
    numbers = {
        name: _number(fields, f"value.{name}", f"unit.{name}")
        for name, _ in _below(fields, "value.")
    }
    return {"blanks": {**picked, **written, **numbers}}


def _some_number(units: list[str]) -> Response:
    return {"value": "1", **({"unit": units[0]} if units else {})}


def _some_pairs(question: QuestionOut) -> Response:
    assert isinstance(question.interaction, MatchingInteraction)
    targets = question.interaction.targets
    return {"pairs": {option.id: targets[0].id for option in question.options[:1]}}


def _some_blank(blank: BlankOut) -> Response:
    if blank.kind == "inline_choice":
        return {"selected": [blank.options[0].id]}
    return _some_number(blank.units) if blank.kind == "numeric" else {"text": "a word"}


def _some_blanks(question: QuestionOut) -> Response:
    assert isinstance(question.interaction, ClozeInteraction)
    return {"blanks": {one.name: _some_blank(one) for one in question.interaction.blanks}}


def _some_value(question: QuestionOut) -> Response:
    assert isinstance(question.interaction, Numeric)
    return _some_number(question.interaction.units)


# Kinds where options are picked have no form of their own.
FORMS: Mapping[str, Form] = {
    "numeric": Form(_number, _some_value),
    "short_text": Form(
        lambda fields: {"text": first(fields, "text")}, lambda _: {"text": "a word"}
    ),
    "ordering": Form(
        _order, lambda question: {"order": [option.id for option in question.options]}
    ),
    "matching": Form(lambda fields: {"pairs": dict(_below(fields, "pair."))}, _some_pairs),
    "cloze": Form(_blanks, _some_blanks),
}
