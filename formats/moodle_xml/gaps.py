"""Questions with gaps: embedded answers (cloze), and words to be dragged or selected."""

import re
from collections.abc import Iterator
from fractions import Fraction
from html import unescape
from typing import Any, NamedTuple

from domain.grading.cloze import MOST_BLANKS, StatedBlanks
from domain.grading.numbers import spell_number
from formats.moodle.fractions import read_percent
from formats.moodle.question import Refused, check_count
from formats.moodle.to_draft import read_stated
from formats.moodle.wildcards import has_wildcard, literal, pattern_of
from formats.moodle_xml.elements import Element
from formats.moodle_xml.texts import Texts

_HEAD = re.compile(r"\{([0-9]{0,4}):([A-Z_]{2,20}):")
_BODY = re.compile(r"((?:[^\\}]|\\.)*+)\}", re.DOTALL)
_ANSWER = re.compile(r"(?:[^\\~]|\\.)+", re.DOTALL)
_SHARE = re.compile(r"=|%(-?[0-9]{0,3}(?:\.[0-9]{0,9})?)%")
_ESCAPE = re.compile(r"\\([^a-zA-Z0-9\s*])")
_FEEDBACK = re.compile(r"(?<!\\)#")
_PLACE = re.compile(r"\[\[([0-9]{1,3})\]\]")
_HELD = re.compile("\ue000([0-9]{1,4})\ue001")


class _Given(NamedTuple):
    """One answer of a gap and the share of the gap's points that it earns."""

    text: str
    share: Fraction


class _Gap(NamedTuple):
    """A gap as it is written: its weight, its type and its answers."""

    weight: int
    type: str
    source: str


class _Gaps(NamedTuple):
    """What is gathered about the gaps of a question: the answers, and the options of each."""

    blanks: dict[str, Any]
    choices: dict[str, tuple[str, ...]]


def read_cloze(element: Element, texts: Texts) -> dict[str, Any]:
    """The parts of a question with embedded answers."""
    text, form = texts.raw(element.find("questiontext"))
    stem, found = _cut(text)
    names = _names(element, len(found))
    gaps, weights = _Gaps({}, {}), [gap.weight for gap in found]
    for name, gap in zip(names, found, strict=True):
        source = gap.source if form == "markdown" else unescape(gap.source)
        given = list(_given(source, name, texts))
        gaps.blanks[name] = _blank(gap.type, given, name, gaps, texts, form)
    if len(set(weights)) > 1:
        texts.lose("gap_weights", f"The weights {weights} of the gaps.", "/scoring")
    return _said(texts.convert(stem, form), names, gaps, Fraction(sum(weights) or 1))


def _cut(text: str) -> tuple[str, list[_Gap]]:
    """The text with a mark for each gap, and the gaps; one without an end ends the search."""
    parts: list[str] = []
    gaps: list[_Gap] = []
    end = 0
    while (head := _HEAD.search(text, end)) and (body := _BODY.match(text, head.end())):
        parts += [text[end : head.start()], f"\ue000{len(gaps)}\ue001"]
        gaps.append(_Gap(int(head[1] or "1"), head[2], body[1]))
        end = body.end()
        _check_count(len(gaps))
    return "".join([*parts, text[end:]]), gaps


def _check_count(gaps: int) -> None:
    if gaps > MOST_BLANKS:
        raise Refused("too_many_gaps", f"There are over {MOST_BLANKS} gaps.", "Split the question.")


def read_missing_words(element: Element, texts: Texts) -> dict[str, Any]:
    """The parts of a question whose gaps are numbered by the words that fill them."""
    text, form = texts.raw(element.find("questiontext"))
    words = [(texts.read(one), one.findtext("group") or "1") for one in _words(element)]
    found = list(_PLACE.finditer(text))
    _check_count(len(found))
    names, gaps = _names(element, len(found)), _Gaps({}, {})
    for name, place in zip(names, map(int, (one[1] for one in found)), strict=True):
        if not 1 <= place <= len(words):
            told = f"The stem has the gap [[{place}]], and there is no such word."
            raise Refused("unknown_word", told, "Add the word, or delete the gap.")
        right, group = words[place - 1]
        gaps.choices[name] = tuple(dict.fromkeys(word for word, of in words if of == group))
        key = gaps.choices[name].index(right) + 1
        gaps.blanks[name] = {"kind": "inline_choice", "key": key}
    held = iter(range(len(found)))
    stem = _PLACE.sub(lambda _: f"\ue000{next(held)}\ue001", text)
    return _said(texts.convert(stem, form), names, gaps)


def _words(element: Element) -> Iterator[Element]:
    yield from element.iterchildren("dragbox", "selectoption")


def _names(element: Element, count: int) -> list[str]:
    """Names for the gaps: those that our own writer noted, else ``gap1`` and so on."""
    noted = (element.findtext("gapnames") or "").split()
    is_fitting = len(noted) == count == len(set(noted))
    return noted if is_fitting else [f"gap{n}" for n in range(1, count + 1)]


def _said(
    stem: str, names: list[str], gaps: _Gaps, points: Fraction | None = None
) -> dict[str, Any]:
    if not gaps.blanks:
        told = "The stem has no gap."
        raise Refused("no_gaps", told, "Write gaps as `{1:SHORTANSWER:=word}` or `[[1]]`.")

    def named(found: re.Match[str]) -> str:
        place = int(found[1])
        return f"[[{names[place]}]]" if place < len(names) else found[0]

    said: dict[str, Any] = {"type": "cloze", "text": _HELD.sub(named, stem)}
    said |= {"blanks": read_stated(StatedBlanks, {"blanks": gaps.blanks}), "choices": gaps.choices}
    return said if points is None else said | {"points": points}


def _given(source: str, name: str, texts: Texts) -> Iterator[_Given]:
    for piece in check_count(_ANSWER.findall(source)):
        share = _SHARE.match(piece.lstrip())
        text, *feedback = _FEEDBACK.split(piece.lstrip()[share.end() if share else 0 :], maxsplit=1)
        if any(map(str.strip, feedback)):
            told = f"The feedback `{feedback[0][:60]}` in the gap {name}."
            texts.lose("gap_feedback", told, f"/answer/blanks/{name}")
        yield _Given(_ESCAPE.sub(r"\1", text.strip()), _worth(share))


def _worth(share: re.Match[str] | None) -> Fraction:
    if share is None:
        return Fraction(0)
    try:
        return Fraction(1) if share[0] == "=" else read_percent(share[1] or "0")
    except ValueError as error:
        told = f"The share `{share[0]}` of a gap {error}."
        raise Refused("bad_number", told, "Write it as `%50%`.") from None


def _blank(
    type_: str, given: list[_Given], name: str, gaps: _Gaps, texts: Texts, form: str
) -> dict[str, Any]:
    """What goes into a gap, as a document."""
    if type_.startswith(("MULTICHOICE", "MC")):
        gaps.choices[name] = tuple(texts.convert(one.text, form) for one in given)
        return _choice(given, name, texts)
    if type_ in {"NUMERICAL", "NM"}:
        return _number(given, name, texts)
    if type_ in {"SHORTANSWER", "SA", "MW"}:
        return _text(given, name, texts)
    if type_ in {"SHORTANSWER_C", "SAC", "MWC"}:
        return {**_text(given, name, texts), "case": True}
    told = f"Gaps of the type `{type_}` are not read."
    raise Refused("unknown_gap", told, "Use SHORTANSWER, NUMERICAL or MULTICHOICE.")


def _right(given: list[_Given], name: str) -> int:
    """The place of the first answer that earns all points."""
    place = next((place for place, one in enumerate(given) if one.share == 1), None)
    if place is None:
        told = f"No answer of the gap {name} earns all points."
        raise Refused("no_right_answer", told, "Mark it by `=`.")
    return place


def _lose(texts: Texts, name: str, lost: _Given) -> None:
    told = f"That `{lost.text[:60]}` earns {spell_number(lost.share)} in the gap {name}."
    texts.lose("gap_answer", told, f"/answer/blanks/{name}")


def _choice(given: list[_Given], name: str, texts: Texts) -> dict[str, Any]:
    place = _right(given, name)
    for other, one in enumerate(given):
        if one.share and other != place:
            _lose(texts, name, one)
    return {"kind": "inline_choice", "key": place + 1}


def _number(given: list[_Given], name: str, texts: Texts) -> dict[str, Any]:
    place = _right(given, name)
    for other, one in enumerate(given):
        if other != place and (one.share or one.text != "*"):
            _lose(texts, name, one)
    value, _, tolerance = given[place].text.partition(":")
    margin = {"tolerance": tolerance.strip()} if tolerance.strip(" 0.") else {}
    return {"kind": "numeric", "value": value.strip(), **margin}


def _text(given: list[_Given], name: str, texts: Texts) -> dict[str, Any]:
    accept: list[Any] = []
    patterns: list[str] = []
    for one in given:
        if one.share <= 0 or (has_wildcard(one.text) and one.share < 1):
            _lose(texts, name, one)
        elif has_wildcard(one.text):
            patterns.append(pattern_of(one.text))
        elif one.share < 1:
            accept.append({"text": literal(one.text), "score": spell_number(one.share)})
        else:
            accept.append(literal(one.text))
    return {"kind": "short_text", "accept": accept, **({"patterns": patterns} if patterns else {})}
