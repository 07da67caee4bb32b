"""What people type to answer a question of each kind, and the right answer spelled the same way.

Letters name options, numbers name targets: ``b,c`` picks, ``c,a,b`` orders, ``a=2,b=1`` matches,
``9.81 m/s`` is a number with its unit, ``rate=9.81 m/s`` fills a blank.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.grading import CHOICE_KINDS, ChoiceKey
from domain.grading.cloze import blanks_in
from domain.grading.matching import TARGETS
from operations.grade_answer import Answer
from terminal.shown import Choice, Shown

NOTHING = "nothing"  # said instead of an empty answer


class UnreadableAnswerError(ValueError):
    """What was typed is no answer to the question. ``str(error)`` says what would be."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing to ask for. What is typed comes behind the ``prefix``."""

    words: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """How a kind is answered at a keyboard. What ``spell`` gives, ``read`` takes."""

    ask: Callable[[Shown], Sequence[Ask]]
    read: Callable[[Shown, Sequence[str]], Answer]
    spell: Callable[[Shown, Mapping[str, Any]], Sequence[str]]


def asks(shown: Shown) -> Sequence[Ask]:
    """What to ask for, one by one."""
    return TYPED[shown.version.kind].ask(shown)


def read_answer(shown: Shown, typed: Sequence[str]) -> Answer:
    """What was typed, as an answer; :class:`UnreadableAnswerError` if it is none."""
    return TYPED[shown.version.kind].read(shown, typed)


def spell_right(shown: Shown) -> Sequence[str]:
    """A right answer as it would be typed."""
    key = shown.target.version.key
    if isinstance(key, ChoiceKey):
        right = [one.id for one in shown.options if one.id in key.correct]
        solution: Mapping[str, Any] = {"selected": right}
    else:
        solution = key.kind.solution(key.stated, key.parts)
    return spell(shown, solution)


def spell(shown: Shown, answer: Mapping[str, Any]) -> Sequence[str]:
    """An answer as it would be typed; ``selected`` holds picked options, else it is a response."""
    return TYPED[shown.version.kind].spell(shown, answer)


def _words(typed: Iterable[str]) -> list[str]:
    return re.split(r"[,\s]+", ",".join(typed).strip(", ")) if any(map(str.strip, typed)) else []


def _id_of(word: str, among: Sequence[Choice], what: str = "option") -> str:
    for one in among:
        if word.lower() == one.name or word == one.id:
            return one.id
    known = ", ".join(one.name for one in among)
    raise UnreadableAnswerError(f"There is no {what} {word!r}. Name one of {known}.")


def _ask_picks(shown: Shown) -> Sequence[Ask]:
    most = shown.version.select_max
    many = f"Letters of up to {most} options, as a,b; or {NOTHING}"
    return [Ask("The letter of one option" if most == 1 else many)]


def _read_picks(shown: Shown, typed: Sequence[str]) -> Answer:
    words = [word for word in _words(typed) if word != NOTHING]
    return Answer(selected=tuple(_id_of(word, shown.options) for word in words))


def _spell_picks(shown: Shown, solution: Mapping[str, Any]) -> Sequence[str]:
    return [",".join(shown.names[id_] for id_ in solution["selected"]) or NOTHING]


def _one(typed: Sequence[str]) -> str:
    if len(typed) != 1:
        raise UnreadableAnswerError(f"Give one answer, not {len(typed)}.")
    return typed[0].strip()


def _number(text: str) -> dict[str, str]:
    value, _, unit = text.strip().partition(" ")
    return {"value": value, "unit": unit.strip()} if unit else {"value": value}


def _spell_number(solution: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (solution["value"], solution.get("unit"))))


def _ask_number(units: Sequence[str]) -> str:
    return f"A number and one of {', '.join(units)}" if units else "A number, as 9.81 or 1/3"


def _read_order(shown: Shown, typed: Sequence[str]) -> Answer:
    order = [_id_of(word, shown.options) for word in _words(typed)]
    if sorted(order) != sorted(one.id for one in shown.options):
        names = ", ".join(one.name for one in shown.options)
        raise UnreadableAnswerError(f"Name each of {names} once, the first one first.")
    return Answer(response={"order": order})


def _named(typed: Iterable[str], example: str) -> Iterable[tuple[str, str]]:
    """Each ``name=value``, unless the value is left open."""
    for one in typed:
        name, equals, value = one.partition("=")
        if not equals:
            raise UnreadableAnswerError(f"{one!r} says not what it is for: write it as {example}.")
        if value.strip():
            yield name.strip(), value.strip()


def _ask_pairs(shown: Shown) -> Sequence[Ask]:
    last = shown.parts[TARGETS][-1].name
    words = f"{{}} belongs to (1 to {last}; nothing typed leaves it open)"
    return [Ask(words.format(one.name), f"{one.name}=") for one in shown.options]


def _read_pairs(shown: Shown, typed: Sequence[str]) -> Answer:
    targets = shown.parts[TARGETS]
    pairs = {
        _id_of(name, shown.options): _id_of(value, targets, "target")
        for name, value in _named(_words(typed), "a=1")
    }
    return Answer(response={"pairs": pairs})


def _spell_pairs(shown: Shown, solution: Mapping[str, Any]) -> Sequence[str]:
    pairs = solution["pairs"]
    names = shown.names
    said = (f"{one.name}={names[pairs[one.id]]}" for one in shown.options if one.id in pairs)
    return [",".join(said)]


def blanks_of(shown: Shown) -> Sequence[Mapping[str, Any]]:
    """The blanks in the order of the stem: ``name``, ``kind`` and, for numbers, ``units``."""
    blanks = (shown.version.interaction or {}).get("blanks", ())
    places = blanks_in(shown.version.prompt)
    return sorted(blanks, key=lambda blank: places.index(blank["name"]))


def _ask_blanks(shown: Shown) -> Sequence[Ask]:
    return [
        Ask(f"[[{one['name']}]] {_ask_blank(one)}", f"{one['name']}=") for one in blanks_of(shown)
    ]


def _ask_blank(blank: Mapping[str, Any]) -> str:
    if blank["kind"] == "numeric":
        return _ask_number(blank.get("units", ()))
    return "The letter of one option" if blank["kind"] == "inline_choice" else "A text"


def _read_blanks(shown: Shown, typed: Sequence[str]) -> Answer:
    kinds = {one["name"]: one["kind"] for one in blanks_of(shown)}
    blanks: dict[str, dict[str, Any]] = {}
    for name, value in _named(typed, f"{next(iter(kinds))}=..."):
        if name not in kinds:
            raise UnreadableAnswerError(f"There is no blank {name!r}. Known: {', '.join(kinds)}.")
        blanks[name] = _read_blank(kinds[name], value, shown.parts.get(name, ()))
    return Answer(response={"blanks": blanks})


def _read_blank(kind: str, value: str, options: Sequence[Choice]) -> dict[str, Any]:
    if kind == "numeric":
        return {**_number(value)}
    return {"selected": [_id_of(value, options)]} if kind == "inline_choice" else {"text": value}


def _spell_blanks(shown: Shown, solution: Mapping[str, Any]) -> Sequence[str]:
    blanks, names = solution["blanks"], [blank["name"] for blank in blanks_of(shown)]
    return [f"{name}={_spell_blank(shown, blanks[name])}" for name in names if name in blanks]


def _spell_blank(shown: Shown, said: Mapping[str, Any]) -> str:
    if "value" in said:
        return _spell_number(said)
    return shown.names[said["selected"][0]] if "selected" in said else said["text"] or ""


_PICKED = Typed(_ask_picks, _read_picks, _spell_picks)
TYPED: Mapping[str, Typed] = {
    **dict.fromkeys(CHOICE_KINDS, _PICKED),
    "numeric": Typed(
        lambda shown: [Ask(_ask_number((shown.version.interaction or {}).get("units", ())))],
        lambda _, typed: Answer(response=_number(_one(typed))),
        lambda _, solution: [_spell_number(solution)],
    ),
    "short_text": Typed(
        lambda _: [Ask("A short text")],
        lambda _, typed: Answer(response={"text": _one(typed)}),
        lambda _, solution: [solution["text"] or ""],
    ),
    "ordering": Typed(
        lambda _: [Ask("All letters in the right order, as b,a,c")],
        _read_order,
        lambda shown, solution: [",".join(shown.names[id_] for id_ in solution["order"])],
    ),
    "matching": Typed(_ask_pairs, _read_pairs, _spell_pairs),
    "cloze": Typed(_ask_blanks, _read_blanks, _spell_blanks),
}
