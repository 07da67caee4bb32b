"""Numbers and texts to type, and choices in the text, as interactions."""

import re
from collections.abc import Iterator
from fractions import Fraction

from domain.grading.cloze import NAME, ChoiceBlank, StatedBlanks
from domain.grading.numeric import StatedNumber
from domain.grading.short_text import AcceptedText, StatedText
from domain.questions import Draft
from formats.qti.asking import (
    PLAIN,
    Asked,
    declaration,
    mapping,
    number_losses,
    option_names,
    text_losses,
)
from formats.qti.blanks import BLANK
from formats.qti.build import base, condition, make, number, setting, variable
from formats.qti.choice_scoring import RESPONSE
from formats.qti.text import fill, insert
from formats.qti.xml import Element, text_of

_MARK = re.compile(rf"\[\[({NAME})\]\]")
ZERO = Fraction(0)


def ask_number(draft: Draft) -> Asked:
    """A number to type."""
    answer = draft.answer
    assert isinstance(answer, StatedNumber)
    asked = Asked(losses=list(number_losses(answer, "/answer")))
    asked.declarations = [declaration(RESPONSE, "single", "float", [number(answer.value)])]
    full = draft.scoring.max_points
    asked.rules = [condition((is_number(answer, RESPONSE), setting(base(full))))]
    asked.interaction = _entry(RESPONSE)
    return asked


def _entry(name: str, **attributes: str) -> Element:
    return make("textEntryInteraction", responseIdentifier=name, **attributes)


def _blank(name: str) -> Element:
    """An entry that stays a blank where it is the only one."""
    return _entry(name, **{"class": BLANK})


def margin_of(answer: StatedNumber) -> Fraction:
    """How far from the value a number may be."""
    return answer.tolerance or (answer.relative or ZERO) * abs(answer.value)


def is_number(answer: StatedNumber, name: str) -> Element:
    """Whether a number is within the margin.

    Its ends stand there as numbers: engines that add a tolerance to the value as a float refuse
    some numbers at the end, and one takes a relative tolerance of a negative value the wrong way.
    """
    margin = margin_of(answer)
    if not margin:
        return make("equal", base(answer.value), variable(name), toleranceMode="exact")
    return make(
        "and",
        make("gte", variable(name), base(answer.value - margin)),
        make("lte", variable(name), base(answer.value + margin)),
    )


def ask_text(draft: Draft) -> Asked | None:
    """A text to type; ``None`` where only patterns say what is right."""
    answer = draft.answer
    assert isinstance(answer, StatedText)
    asked = Asked(losses=list(text_losses(answer, "/answer")))
    accepted = accepted_texts(answer)
    if draft.scoring.rule == PLAIN:
        accepted = [one for one in accepted if one.score == 1]
    if not any(one.score == 1 for one in accepted):
        return None
    full = draft.scoring.max_points
    values = {one.text: one.score * full for one in accepted}
    mapped = mapping(values, caseSensitive="true" if answer.case else "false")
    asked.declarations = [declaration(RESPONSE, "single", "string", [_best(accepted)], mapped)]
    asked.template = "map_response"
    asked.rules = [
        condition(
            (make("isNull", variable(RESPONSE)), setting(base(ZERO))),
            (None, setting(make("mapResponse", identifier=RESPONSE))),
        )
    ]
    asked.interaction = _entry(RESPONSE)
    return asked


def _best(accepted: list[AcceptedText]) -> str:
    return next(one.text for one in accepted if one.score == 1)


def accepted_texts(answer: StatedText) -> list[AcceptedText]:
    """The accepted texts, each once under its highest score."""
    best: dict[str, AcceptedText] = {}
    for one in answer.accept:
        key = one.text if answer.case else one.text.casefold()
        if key not in best or best[key].score < one.score:
            best[key] = one
    return list(best.values())


def ask_blanks(draft: Draft) -> Asked | None:
    """Blanks in the text; ``None`` where one has only patterns or does not stand in the text."""
    answer = draft.answer
    assert isinstance(answer, StatedBlanks)
    asked = Asked()
    made: dict[str, Element] = {}
    tests: list[list[tuple[Element, Fraction]]] = []
    for name in answer.blanks:
        one = _ask_blank(draft, asked, name)
        if one is None:
            return None
        made[name], ways = one
        tests.append(ways)
    asked.fill_body = lambda body: _put(body, made)
    asked.rules = list(_blank_rules(draft, tests))
    return asked


def _put(body: Element, made: dict[str, Element]) -> bool:
    """Put each blank where its mark stands; whether all found their places."""
    left = dict(made)

    def element(name: str) -> Element:
        return left.pop(name) if name in left else make("span", f"[[{name}]]")

    insert(body, _MARK, element)
    return not left


def _ask_blank(
    draft: Draft, asked: Asked, name: str
) -> tuple[Element, list[tuple[Element, Fraction]]] | None:
    assert isinstance(draft.answer, StatedBlanks)
    blank, path = draft.answer.blanks[name], f"/answer/blanks/{name}"
    if isinstance(blank, ChoiceBlank):
        return _ask_choice(draft, asked, name, blank)
    if isinstance(blank, StatedNumber):
        asked.losses += number_losses(blank, path)
        asked.declarations.append(declaration(name, "single", "float", [number(blank.value)]))
        return _blank(name), [(is_number(blank, name), Fraction(1))]
    asked.losses += text_losses(blank, path)
    accepted = accepted_texts(blank)
    if not any(one.score == 1 for one in accepted):
        return None
    case = "true" if blank.case else "false"
    values = {one.text: one.score for one in accepted}
    mapped = mapping(values, caseSensitive=case)
    asked.declarations.append(declaration(name, "single", "string", [_best(accepted)], mapped))
    ordered = sorted(accepted, key=lambda one: -one.score)
    return _blank(name), [(_is_text(name, one.text, case), one.score) for one in ordered]


def _is_text(name: str, text: str, case: str) -> Element:
    return make("stringMatch", variable(name), base(text, "string"), caseSensitive=case)


def _ask_choice(
    draft: Draft, asked: Asked, name: str, blank: ChoiceBlank
) -> tuple[Element, list[tuple[Element, Fraction]]]:
    names = dict(zip(map(id, draft.options), option_names(draft.options), strict=True))
    options = [option for option in draft.options if option.part == name]
    right = names[id(options[blank.key - 1])]
    asked.declarations.append(declaration(name, "single", "identifier", [right]))
    choices = [
        make("inlineChoice", text_of(fill(make("div"), option.text)), identifier=names[id(option)])
        for option in options
    ]
    test = make("match", variable(name), make("correct", identifier=name))
    return make("inlineChoiceInteraction", *choices, responseIdentifier=name, shuffle="false"), [
        (test, Fraction(1))
    ]


def _blank_rules(draft: Draft, tests: list[list[tuple[Element, Fraction]]]) -> Iterator[Element]:
    full = draft.scoring.max_points
    if draft.scoring.rule == PLAIN:
        right = [[test for test, score in ways if score == 1] for ways in tests]
        joined = [ways[0] if len(ways) == 1 else make("or", *ways) for ways in right]
        test = joined[0] if len(joined) == 1 else make("and", *joined)
        yield condition((test, setting(base(full))))
        return
    share = full / len(tests)
    for ways in tests:
        yield condition(*((test, _added(score * share)) for test, score in ways))


def _added(points: Fraction) -> Element:
    return setting(make("sum", variable("SCORE"), base(points)))
