"""From an element of Moodle XML to a question."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any, BinaryIO

from domain.grading.numbers import read_number
from domain.problems import Problem
from formats.format import Parsed
from formats.moodle import Answer, Pair, Question, Refused, to_parsed
from formats.moodle.categories import category_tags
from formats.moodle.fractions import read_percent
from formats.moodle.question import check_count
from formats.moodle_xml.elements import Element, read_elements
from formats.moodle_xml.gaps import read_cloze, read_missing_words
from formats.moodle_xml.texts import Texts, inner_text, words

_TRUE = {"1", "true", "yes", "on"}
_USUAL_PENALTIES = ("", "0", "1", "0.3333333", "0.1")
_HOW = ("correct", "partially correct", "incorrect")
_USUAL_FEEDBACK = ("", *(f"Your answer is {how}." for how in _HOW))
_COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
_NOT_MARKED = {
    "description": "A description asks nothing. Leave it out, or make it part of a stem.",
    "essay": "An essay is marked by hand. Leave it out, or ask for a short answer.",
}


def parse(stream: BinaryIO) -> Iterator[Parsed]:
    """The questions of a file one by one; categories become tags of those that follow."""
    category: tuple[str, ...] = ()
    for element in read_elements(stream):
        if isinstance(element, Problem):
            yield Parsed(None, (element,))
        elif element.tag == "question" and element.get("type") == "category":
            category = category_tags(words(element.find("category")))
        elif element.tag == "question":
            yield _parsed(element, category)


def _parsed(element: Element, category: tuple[str, ...]) -> Parsed:
    texts = Texts()
    try:
        question = _question(element, texts, category)
    except Refused as refused:
        problem = refused.problem
        return Parsed(None, (replace(problem, line=problem.line or element.sourceline),))
    return replace(to_parsed(question), media=texts.media)


def _question(element: Element, texts: Texts, category: tuple[str, ...]) -> Question:
    type_ = element.get("type") or ""
    if type_ not in _READERS:
        told = f"Questions of the type `{type_[:40]}` are not read."
        hint = _NOT_MARKED.get(type_, f"Known types: {', '.join(_READERS)}.")
        raise Refused(type_ if type_ in _NOT_MARKED else "unknown_type", told, hint)
    stem = element.find("questiontext")
    if stem is not None:
        texts.form = texts.form_of(stem)
    said = {"text": "", **_READERS[type_](element, texts)}
    said["text"] = said["text"] or texts.read(stem)
    common = _common(element, texts, category)
    _tell_rest(element, texts)
    losses = tuple(texts.losses)
    return Question(**{**common, **said, "losses": losses, "line": element.sourceline})


def _common(element: Element, texts: Texts, category: tuple[str, ...]) -> dict[str, Any]:
    tags = tuple(filter(None, map(words, element.iterfind("tags/tag"))))
    return {
        "name": words(element.find("name")),
        "feedback": texts.read(element.find("generalfeedback")),
        "shuffle": is_true(element.findtext("shuffleanswers")),
        "points": _number(element.findtext("defaultgrade"), "defaultgrade"),
        "external_id": (element.findtext("idnumber") or "").strip() or None,
        "slug": (element.findtext("slug") or "").strip() or None,
        "tags": (*tags, *category),
        "hints": tuple(filter(None, map(texts.read, element.iterfind("hint")))),
    }


def _tell_rest(element: Element, texts: Texts) -> None:
    """Note what Moodle knows of a question and a draft does not."""
    penalty = (element.findtext("penalty") or "").strip()
    if penalty.rstrip("0").rstrip(".") not in _USUAL_PENALTIES and penalty:
        texts.lose("penalty", f"The penalty of {penalty} for each further try.")
    for name in _COMBINED:
        said = texts.read(element.find(name))
        if said not in _USUAL_FEEDBACK:
            texts.lose(name, f"The {name} `{said[:60]}`.")
    if element.find("units/unit") is not None:
        texts.lose("units", "The units of the number.", "/answer/units")
    if element.find("image_base64") is not None:
        texts.lose("image", "The picture in the old form `image_base64`.")


def _number(text: str | None, name: str) -> Fraction:
    try:
        return read_number(text) if text and text.strip() else Fraction(1)
    except ValueError as error:
        told = f"`{name}` {error}."
        raise Refused("bad_number", told, f"Write `<{name}>1.0</{name}>`.") from None


def is_true(text: str | None) -> bool:
    """Whether an element says yes in one of the ways that Moodle knows."""
    return (text or "").strip().lower() in _TRUE


def _share(answer: Element) -> Fraction:
    try:
        return read_percent(answer.get("fraction") or "0")
    except ValueError as error:
        told = f"`fraction` {error}."
        line = answer.sourceline
        raise Refused("bad_number", told, 'Write `fraction="100"`.', line) from None


def _answers(element: Element, texts: Texts, read: Callable[[Element], str]) -> tuple[Answer, ...]:
    return tuple(
        Answer(
            read(answer),
            _share(answer),
            texts.read(answer.find("feedback")),
            answer.findtext("tolerance") or "0",
        )
        for answer in check_count(element.findall("answer"))
    )


def _choice(element: Element, texts: Texts) -> dict[str, Any]:
    single = element.findtext("single")
    answers = _answers(element, texts, texts.read)
    said = {"type": "multichoice", "answers": answers, "single": single is None or is_true(single)}
    return said if answers else _without_answers()


def _choice_set(element: Element, texts: Texts) -> dict[str, Any]:
    return {**_choice(element, texts), "type": "multichoiceset"}


def _without_answers() -> dict[str, Any]:
    raise Refused("no_answers", "The question has no answers.", "Add `<answer>` elements.")


def _truth(element: Element, texts: Texts) -> dict[str, Any]:
    answers = _answers(element, texts, words)
    if len(answers) != 2:
        told = f"A true or false question has {len(answers)} answers."
        raise Refused("true_false_answers", told, "Write one for `true` and one for `false`.")
    if answers[0].text.lower() == "false":
        answers = answers[::-1]
    return {"type": "truefalse", "answers": answers}


def _words(element: Element, texts: Texts) -> dict[str, Any]:
    answers = _answers(element, texts, lambda answer: inner_text(answer).strip())
    case = is_true(element.findtext("usecase"))
    return {"type": "shortanswer", "answers": answers, "case": case}


def _numbers(element: Element, texts: Texts) -> dict[str, Any]:
    return {"type": "numerical", "answers": _answers(element, texts, words)}


def _pairs(element: Element, texts: Texts) -> dict[str, Any]:
    plain = replace(texts, form="markdown" if texts.form == "markdown" else "plain_text")
    pairs = tuple(
        Pair(texts.read(pair), plain.read(pair.find("answer")))
        for pair in check_count(element.findall("subquestion"))
    )
    return {"type": "match", "pairs": pairs}


def _order(element: Element, texts: Texts) -> dict[str, Any]:
    places = [_number(one.get("fraction"), "fraction") for one in element.iterchildren("answer")]
    answers = _answers(element, texts, texts.read)
    order = sorted(range(len(answers)), key=places.__getitem__)
    grading = (element.findtext("gradingtype") or "ABSOLUTE_POSITION").strip()
    in_order = tuple(answers[place] for place in order)
    return {"type": "ordering", "answers": in_order, "grading": grading}


_READERS: dict[str, Callable[[Element, Texts], dict[str, Any]]] = {
    "multichoice": _choice,
    "multichoiceset": _choice_set,
    "truefalse": _truth,
    "shortanswer": _words,
    "numerical": _numbers,
    "matching": _pairs,
    "match": _pairs,
    "ordering": _order,
    "cloze": read_cloze,
    "multianswer": read_cloze,
    "gapselect": read_missing_words,
    "ddwtos": read_missing_words,
}
