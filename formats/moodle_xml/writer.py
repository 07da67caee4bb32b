"""From a draft to an element of Moodle XML, its texts marked as markdown and kept as they are."""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from xml.sax.saxutils import escape

from domain.grading.cloze import ChoiceBlank, NumericBlank, TextBlank
from domain.questions import Draft
from formats.moodle import Answer, Question, from_draft
from formats.moodle.fractions import spell_percent
from formats.moodle.from_draft import decimal
from formats.moodle.wildcards import answer_of
from formats.moodle.wildcards import escape as escape_wildcards

_TYPES = {"match": "matching"}
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES = {"\r": "&#13;"}
_IN_GAP = re.compile(r'[\\}~#/"]')


def write(draft: Draft) -> str | None:
    """The draft as an element; ``None`` for what Moodle cannot ask."""
    question = from_draft(draft)
    if question is None:
        return None
    type_ = _TYPES.get(question.type, question.type)
    lines = [*_common(question), *_WRITERS[question.type](question), *_rest(question)]
    inside = "".join(f"    {line}\n" for line in lines)
    return f'  <question type="{type_}">\n{inside}  </question>\n'


def _common(question: Question) -> Iterator[str]:
    yield _element("name", question.name)
    yield _markdown("questiontext", _with_gaps(question))
    yield _markdown("generalfeedback", question.feedback)
    yield f"<defaultgrade>{decimal(question.points)}</defaultgrade>"
    yield "<penalty>0</penalty>"
    yield "<hidden>0</hidden>"
    yield f"<idnumber>{_plain(question.external_id or '')}</idnumber>"
    yield f"<slug>{question.slug or ''}</slug>"  # Moodle reads over what it does not know
    yield f"<shuffleanswers>{_yes(question.shuffle)}</shuffleanswers>"


def _rest(question: Question) -> Iterator[str]:
    yield from (_markdown("hint", hint) for hint in question.hints)
    if question.tags:
        yield "<tags>" + "".join(_element("tag", tag) for tag in question.tags) + "</tags>"


def _plain(text: str) -> str:
    return escape(_NO_XML.sub("\ufffd", text), _ENTITIES)


def _element(name: str, text: str) -> str:
    return f"<{name}><text>{_plain(text)}</text></{name}>"


def _markdown(name: str, text: str) -> str:
    return f'<{name} format="markdown"><text>{_plain(text)}</text></{name}>'


def _yes(is_so: bool) -> str:
    return "true" if is_so else "false"


def _answer(answer: Answer, form: str = "markdown", more: str = "") -> str:
    feedback = _markdown("feedback", answer.feedback)
    percent = spell_percent(answer.fraction)
    text = f"<text>{_plain(answer.text)}</text>"
    return f'<answer fraction="{percent}" format="{form}">{text}{more}{feedback}</answer>'


def _choice(question: Question) -> Iterator[str]:
    yield f"<single>{_yes(question.single)}</single>"
    yield "<answernumbering>abc</answernumbering>"
    yield from map(_answer, question.answers)


def _truth(question: Question) -> Iterator[str]:
    for text, answer in zip(("true", "false"), question.answers, strict=True):
        yield _answer(answer._replace(text=text), "moodle_auto_format")


def _words(question: Question) -> Iterator[str]:
    yield f"<usecase>{int(question.case)}</usecase>"
    for answer in question.answers:
        yield _answer(answer, "plain_text")


def _numbers(question: Question) -> Iterator[str]:
    for answer in question.answers:
        yield _answer(answer, "plain_text", f"<tolerance>{answer.tolerance}</tolerance>")


def _pairs(question: Question) -> Iterator[str]:
    for premise, target in question.pairs:
        text, answer = f"<text>{_plain(premise)}</text>", _element("answer", target)
        yield f'<subquestion format="markdown">{text}{answer}</subquestion>'


def _order(question: Question) -> Iterator[str]:
    yield "<layouttype>VERTICAL</layouttype>"
    yield "<selecttype>ALL</selecttype>"
    yield "<selectcount>0</selectcount>"
    yield f"<gradingtype>{question.grading}</gradingtype>"
    yield "<showgrading>SHOW</showgrading>"
    for place, answer in enumerate(question.answers, 1):
        text = f"<text>{_plain(answer.text)}</text>"
        yield f'<answer fraction="{place}" format="markdown">{text}</answer>'


def _gap_names(question: Question) -> Iterator[str]:
    assert question.blanks is not None
    yield f"<gapnames>{' '.join(question.blanks.blanks)}</gapnames>"  # only we read them


def _with_gaps(question: Question) -> str:
    """The stem with each mark of a blank as an embedded answer; its weight is its points."""
    if question.blanks is None:
        return question.text
    text, blanks = question.text, question.blanks.blanks
    each = question.points / len(blanks)
    weight = each.numerator if each.denominator == 1 else 1
    for name, blank in blanks.items():
        gap = f"{{{weight}:{_gap(blank, question.choices[name])}}}"
        text = text.replace(f"[[{name}]]", gap)
    return text


def _gap(blank: NumericBlank | TextBlank | ChoiceBlank, choices: tuple[str, ...]) -> str:
    if isinstance(blank, NumericBlank):
        share = blank.relative * abs(blank.value) if blank.relative is not None else None
        margin = blank.tolerance or share or Fraction(0)
        return f"NUMERICAL:={decimal(blank.value)}:{decimal(margin)}"
    if isinstance(blank, ChoiceBlank):
        shares = ("=" if place == blank.key else "%0%" for place in range(1, len(choices) + 1))
        pairs = zip(shares, choices, strict=True)
        return "MULTICHOICE:" + "~".join(share + _in_gap(text) for share, text in pairs)
    type_ = "SHORTANSWER_C" if blank.case else "SHORTANSWER"
    given = [(spell_percent(one.score), escape_wildcards(one.text)) for one in blank.accept]
    said = filter(None, map(answer_of, blank.patterns))
    given += [("100", one) for one in said]
    return f"{type_}:" + "~".join(f"%{share}%{_in_gap(text)}" for share, text in given)


def _in_gap(text: str) -> str:
    return _IN_GAP.sub(r"\\\g<0>", text)


_WRITERS: dict[str, Callable[[Question], Iterator[str]]] = {
    "multichoice": _choice,
    "truefalse": _truth,
    "shortanswer": _words,
    "numerical": _numbers,
    "match": _pairs,
    "ordering": _order,
    "cloze": _gap_names,
}
