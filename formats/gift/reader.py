"""From a block of GIFT to a question, in the steps in which Moodle takes it apart."""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, BinaryIO, NamedTuple

from domain.grading.numbers import read_number, spell_number
from domain.losses import Loss
from formats.format import Parsed
from formats.gift.blocks import Block, read_blocks
from formats.gift.escapes import hide, place_in, reveal
from formats.html_text import html_to_markdown
from formats.markdown_text import escape_markdown, trim
from formats.moodle import Answer, Pair, Question, Refused, to_parsed
from formats.moodle.categories import category_tags
from formats.moodle.fractions import read_percent
from formats.moodle.question import check_count

BLANK = "_____"
LONGEST_COMMENTS = 20_000  # characters that are searched for names
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]")
_MARKS = re.compile(r"(~\s*=|[~=])")  # both together mark what is right, too
_WEIGHT = re.compile(r"%(-?[0-9]{1,3}(?:\.[0-9]{0,9})?)%")
_ID = re.compile(r"\[id:((?:[^\]\\]|\\.){1,255}+)\]")
_TAG = re.compile(r"\[tag:([^\[\]<>`]+)\]")
_SLUG = re.compile(r"\[slug:([a-z0-9-]+)\]")
_TRUTHS = {"T": True, "TRUE": True, "F": False, "FALSE": False}


def parse(stream: BinaryIO) -> Iterator[Parsed]:
    """The questions of a file one by one."""
    for block in read_blocks(stream):
        if block.problems:
            yield Parsed(None, tuple(block.problems))
            continue
        try:
            yield to_parsed(_question(block))
        except Refused as refused:
            yield Parsed(None, (refused.problem,))


class _Texts(NamedTuple):
    """How texts of a question are read unless they say otherwise."""

    form: str

    def read(self, raw: str) -> str:
        """The markdown of a piece of a hidden text."""
        form, text = _split_format(raw.strip(), self.form)
        return _Texts(form).convert(text)

    def convert(self, text: str) -> str:
        """The markdown of a text whose format was told before."""
        return _CONVERT[self.form](trim(reveal(text.strip())))


def _split_format(text: str, usual: str) -> tuple[str, str]:
    found = _FORMAT.match(text)
    return (found[1], text[found.end() :]) if found else (usual, text)


def _moodle_format(text: str) -> str:
    """Moodle's own format is HTML in which the end of a line is one."""
    if "\n" not in text:
        return html_to_markdown(text)
    return html_to_markdown(text.replace("\n\n", "<p>").replace("\n", "<br>"))


_CONVERT: dict[str, Callable[[str], str]] = {
    "html": html_to_markdown,
    "moodle": _moodle_format,
    "plain": escape_markdown,
    "markdown": lambda text: text,
}


def _question(block: Block) -> Question:
    text = hide("\n".join(block.lines))
    name, start = _name(text)
    opening, closing = _braces(block, text, start)
    form, before = _split_format(text[start:opening].lstrip(), "moodle")
    texts, tail = _Texts(form), text[closing + 1 :].rstrip()
    stem = before + BLANK + tail if tail else before
    inside, _, feedback = _cut_feedback(text[opening + 1 : closing])
    said = _answers(inside.strip(), texts, block, text, opening)
    comments = "\n".join(block.comments)[:LONGEST_COMMENTS]
    return Question(
        name=" ".join(reveal(name).split()),
        text=texts.convert(stem),
        feedback=texts.read(feedback),
        line=_line(block, text, start)[0],
        **_naming(comments, block.category),
        **said,
    )


def _name(text: str) -> tuple[str, int]:
    """The name between double colons, and where the text goes on after it."""
    start = len(text) - len(text.lstrip())
    if not text.startswith("::", start):
        return "", start
    end = text.find("::", start + 2)
    return ("", start) if end < 0 else (text[start + 2 : end], end + 2)


def _braces(block: Block, text: str, start: int) -> tuple[int, int]:
    """Where the answers begin and end: braces stand once in a question."""
    opening, closing = text.find("{", start), text.find("}", start)
    if opening < 0 and closing < 0:
        told, hint = (
            "A text without answers is a description.",
            "Add answers in braces, or drop it.",
        )
        raise Refused("description", told, hint, *_line(block, text, start))
    if opening < 0 or closing < opening:
        hint = "Write `{` before the answers and `}` after them; `\\{` and `\\}` in texts."
        place = max(closing, opening, 0) if closing < 0 or opening < 0 else closing
        raise Refused("braces", "A brace has no partner.", hint, *_line(block, text, place))
    again = re.compile(r"[{}]").search(text, closing + 1)
    nested = text.find("{", opening + 1, closing)
    if again or nested >= 0:
        place = nested if nested >= 0 or again is None else again.start()
        hint = "Write `\\{` and `\\}` for braces in texts; a question has one set of answers."
        raise Refused("braces", "There are more braces.", hint, *_line(block, text, place))
    return opening, closing


def _line(block: Block, text: str, offset: int) -> tuple[int, int]:
    lines, column = place_in(text, offset)
    return block.start + lines, column


def _cut_feedback(inside: str) -> tuple[str, str, str]:
    before, mark, after = inside.rpartition("####")
    return (before, mark, after) if mark else (inside, "", "")


def _naming(comments: str, category: str) -> dict[str, Any]:
    external, slug = _ID.search(comments), _SLUG.search(comments)
    tags = [tag.strip() for tag in _TAG.findall(comments)]
    return {
        "external_id": re.sub(r"\\(.)", r"\1", external[1]) if external else None,
        "slug": slug[1] if slug else None,
        "tags": (*tags, *category_tags(category)),
    }


def _answers(inside: str, texts: _Texts, block: Block, text: str, at: int) -> dict[str, Any]:
    if not inside:
        told, hint = "An essay is marked by hand.", "Add answers between the braces, or drop it."
        raise Refused("essay", told, hint, *_line(block, text, at))
    if inside.startswith("#"):
        return _numbers(inside[1:], texts)
    if "~" in inside:
        return _choices(inside, texts)
    if "=" in inside and "->" in inside:
        return _pairs(inside, texts)
    truth = _TRUTHS.get(inside.partition("#")[0].strip().upper())
    return _words(inside, texts) if truth is None else _truth(truth, inside, texts)


def _choices(inside: str, texts: _Texts) -> dict[str, Any]:
    pieces = check_count(_MARKS.split(inside))
    answers = [
        _choice(mark, piece.strip(), texts)
        for mark, piece in zip(pieces[1::2], pieces[2::2], strict=True)
    ]
    if pieces[0].strip():
        answers.insert(0, _choice("~", pieces[0].strip(), texts))
    return {
        "type": "multichoice",
        "answers": tuple(answers),
        "single": "=" in "".join(pieces[1::2]),
    }


def _choice(mark: str, piece: str, texts: _Texts) -> Answer:
    share, rest = (Fraction(1), piece) if "=" in mark else _weight(piece, Fraction(0))
    return _answer(rest, share, texts)


def _answer(piece: str, share: Fraction, texts: _Texts) -> Answer:
    text, _, feedback = piece.partition("#")
    return Answer(texts.read(text), share, texts.read(feedback))


def _weight(piece: str, usual: Fraction) -> tuple[Fraction, str]:
    found = _WEIGHT.match(piece)
    return (read_percent(found[1]), piece[found.end() :]) if found else (usual, piece)


def _truth(truth: bool, inside: str, texts: _Texts) -> dict[str, Any]:
    _, wrong, right = [*map(texts.read, inside.split("#", 2)), "", ""][:3]
    shares = (Fraction(truth), Fraction(not truth))
    said = (right, wrong) if truth else (wrong, right)
    answers = tuple(Answer("", share, words) for share, words in zip(shares, said, strict=True))
    return {"type": "truefalse", "answers": answers}


def _pairs(inside: str, texts: _Texts) -> dict[str, Any]:
    pairs = []
    for piece in _pieces(inside):
        premise, arrow, target = piece.partition("->")
        if not arrow:
            told = f"The pair `{reveal(piece.strip())[:40]}` has no arrow."
            raise Refused("no_arrow", told, "Write pairs as `=premise -> target`.")
        pairs.append(Pair(texts.read(premise), texts.read(target)))
    return {"type": "match", "pairs": tuple(pairs)}


def _words(inside: str, texts: _Texts) -> dict[str, Any]:
    plain, answers = _Texts("markdown"), []  # what learners type is no markup
    for piece in _pieces(inside):
        share, rest = _weight(piece.strip(), Fraction(1))
        text, _, feedback = rest.partition("#")
        answers.append(Answer(plain.read(text), share, texts.read(feedback)))
    return {"type": "shortanswer", "answers": tuple(answers)}


def _numbers(inside: str, texts: _Texts) -> dict[str, Any]:
    inside, wrong, feedback = inside.partition("~")
    answers = []
    for piece in _pieces(inside):
        share, rest = _weight(piece.strip(), Fraction(1))
        text, _, words = rest.partition("#")
        answers.append(_number(reveal(text.strip()), share, texts.read(words)))
    what = f"The feedback on wrong numbers `{reveal(feedback.strip(' #'))[:60]}`."
    losses = (Loss("/answers", "feedback", what, "It was left out."),) if wrong else ()
    return {"type": "numerical", "answers": tuple(answers), "losses": losses}


def _pieces(inside: str) -> Iterator[str]:
    """What stands behind each equals sign."""
    return filter(str.strip, check_count(inside.split("=")))


def _number(text: str, share: Fraction, feedback: str) -> Answer:
    if ".." not in text:
        value, _, tolerance = text.partition(":")
        return Answer(value.strip(), share, feedback, tolerance.strip() or "0")
    least, _, most = text.partition("..")
    try:
        ends = read_number(least), read_number(most)
    except ValueError as error:
        hint = "Write a span as `{#1..5}`."
        raise Refused("bad_number", f"`{text[:40]}` {error}.", hint) from None
    middle, half = sum(ends, Fraction(0)) / 2, abs(ends[1] - ends[0]) / 2
    return Answer(spell_number(middle), share, feedback, spell_number(half))
