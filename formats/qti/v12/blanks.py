"""Blanks of QTI 1.2 in a stem: a name in brackets, and a response that says what fits there."""

from collections.abc import Iterator, Sequence
from typing import Any

from domain.grading.cloze import Blank, ChoiceBlank, StatedBlanks, TextBlank
from domain.grading.short_text import AcceptedText
from domain.questions import Option
from formats.qti.interactions import no_answer
from formats.qti.item import Item
from formats.qti.markdown import escape
from formats.qti.probes import near_responses
from formats.qti.v12.material import read_material
from formats.qti.v12.parts import Shape, labels_of, only_right, right_of
from formats.qti.v12.processing import Given
from formats.qti.xml import Element, child, refused, text_of

TYPED_BLANKS, DROPDOWNS = "fill_in_multiple_blanks_question", "multiple_dropdowns_question"
# How New Quizzes say of each option that a blank is answered; a bank of words is picked from, too.
TYPED, PICKED, WORDS = "openEntry", "dropdown", "wordbank"
_LOOSE = frozenset({"TextContainsAnswer", "TextCloseEnough"})
# A blank's name and its response; how it can be filled, the right way first, `None` for not at all.
_Way = tuple[str, str, list[tuple[str, dict[str, Any]] | None]]


def are_marked(item: Item, responses: Sequence[Element]) -> bool:
    """Whether the stem names any of the responses in brackets."""
    prompt = read_material(item.body)
    return any(escape(f"[{_said(one, prompt)}]") in prompt for one in responses)


def _said(response: Element, prompt: str) -> str:
    """What the stem calls a blank: the response's text, or its identifier behind `response_`."""
    ident = response.get("ident", "")
    names = [text_of(child(response, "material")) or ident, ident.removeprefix("response_")]
    return next((one for one in names if escape(f"[{one}]") in prompt), names[0])


def read_blanks(item: Item, responses: Sequence[Element], kind: str) -> Shape:
    """The stem with its blanks, and what each of them takes."""
    blanks: dict[str, Blank] = {}
    options: list[Option] = []
    prompt = read_material(item.body)
    ways: list[_Way] = []
    for number, one in enumerate(responses, 1):
        ident = one.get("ident", "")
        said = _said(one, prompt)
        name = f"blank_{number}" if not _is_name(said, blanks) else said
        prompt = prompt.replace(escape(f"[{said}]"), f"[[{name}]]", 1)
        right = right_of(item.root, ident)
        labels = {label.get("ident", ""): read_material(label) for label in labels_of(one)}
        if not right or (labels and not set(right) <= labels.keys()):
            raise no_answer(one)
        if _is_typed(one, kind):
            _tell_comparison(item, one, name)
            texts = [labels.get(label, label) for label in right]
            accept = tuple(AcceptedText(text=text) for text in dict.fromkeys(texts))
            blanks[name] = TextBlank(kind="short_text", accept=accept, whitespace=True)
            typed = [(label, {"text": labels.get(label, label)}) for label in right]
            ways.append((name, ident, [*typed, None, ("?", {"text": "something else"})]))
        else:
            keys, only = list(labels), only_right(right, one)
            blanks[name] = ChoiceBlank(kind="inline_choice", key=keys.index(only or "") + 1)
            options += [Option(text, part=name) for text in labels.values()]
            picks = [(label, {"selected": [str(at)]}) for at, label in enumerate(keys, 1)]
            picks.insert(0, picks.pop(keys.index(right[0])))
            ways.append((name, ident, [*picks, None]))
    return Shape(
        "cloze", prompt, lambda _: _filled(ways), tuple(options), answer=StatedBlanks(blanks=blanks)
    )


def _is_typed(response: Element, kind: str) -> bool:
    """Whether a blank is typed in, as its options say or else the type of the question."""
    said = {one.get("answer_type") for one in labels_of(response)}
    if said & {TYPED, PICKED, WORDS}:
        return TYPED in said
    return kind == TYPED_BLANKS or not said


def _tell_comparison(item: Item, response: Element, name: str) -> None:
    """Refuse a pattern, and tell what else is not compared as a whole."""
    said = {one.get("scoring_algorithm") for one in labels_of(response)}
    if "TextRegex" in said:
        told = "A blank is compared with a pattern."
        raise refused("pattern", told, "List the texts that are right.", response)
    if said & _LOOSE:
        told = "That a text nearly like the right one, or with more around it, is right, too."
        item.lose(f"/answer/blanks/{name}", "comparison", told, "It has to be the right one.")


def _is_name(said: str, taken: dict[str, Blank]) -> bool:
    return (
        said not in taken
        and said.isascii()
        and said.islower()
        and said.isidentifier()
        and said[0] != "_"
    )


def _filled(ways: Sequence[_Way]) -> Iterator[tuple[Given, Any]]:
    choices = [options for _, _, options in ways]
    for chosen in near_responses(choices, [options[0] for options in choices]):
        pairs = [
            (name, ident, one) for (name, ident, _), one in zip(ways, chosen, strict=True) if one
        ]
        yield (
            {ident: (label,) for _, ident, (label, _) in pairs},
            {"blanks": {name: sent for name, _, (_, sent) in pairs}},
        )
