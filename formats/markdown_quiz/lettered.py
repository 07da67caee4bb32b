"""Lettered options with a folded answer, as lists of interview questions have them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from domain.questions import AnswerKey, Draft, Explanation, Option
from formats.format import Parsed
from formats.lines import Line, joined
from formats.markdown_quiz.sections import Section, stem_of, without_rule
from formats.refusals import Refused, quote, refuse

_ITEM = re.compile(
    r" {0,3}(?:[-*+][ \t]+)?(?:\*\*)?\(?([A-Za-z])(?:\*\*)?[.):](?:\*\*)?[ \t]+(\S.*)"
)
_FOREIGN = re.compile(r" {0,3}[-*+][ \t]+[^\W\d_][.):][ \t]+\S")
_BULLET = re.compile(r" {0,3}(?:[-*+]|[0-9]{1,9}[.)])[ \t]+(\S.*)")
_TAG = re.compile(r"</?(?:details|summary|p|b|strong|i|em|h[1-6]|br|div)\b[^<>]*>", re.I)
_PLAIN = re.compile(r"[*_`#]+")
_ANSWER = re.compile(
    r"(?:the )?(?:correct |right )?(?:answers?|options?|ans)(?: (?:is|are))?\s*[:\uff1a\-]\s*(.+)",
    re.I,
)
_LETTERS = re.compile(
    r"(?:options? )?(?:\([A-Za-z]\)|[A-Za-z]\b)"
    r"(?:\s*(?:,\s*and\b|[,;&/]|\band\b)\s*(?:\([A-Za-z]\)|[A-Za-z]\b))*",
    re.I,
)
_RUN = re.compile(r"[A-Z]{2,}")  # such as BCD; a word has its letters in no order
_REST = re.compile(r"\s*(?:[.):\uff1a]\s*|\s[-\u2013\u2014]\s+|\()(.*)|\s*")
_MASK = re.compile(r"(0b)?([01]{2,64})", re.I)
_HEADED = re.compile(r"#{1,6}[ \t]+[^:\uff1a]{1,40}[:\uff1a]\s*(.+)")  # in any language
_ANSWER_WORD = re.compile(r"(?:show |view |see |the |correct )*(?:answers?|solution)s?:?", re.I)


@dataclass(slots=True)
class _Answer:
    """What the answer line names, where it stands, and what it says besides."""

    line: Line
    said: str


@dataclass(slots=True)
class _Parts:
    before: list[Line] = field(default_factory=list)
    items: list[tuple[str, list[Line]]] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)


def has_letters(section: Section) -> bool:
    """Whether there are lettered options, or an answer that asks for options."""
    if has_options(section) or _has_foreign_letters(section.lines):
        return True
    return bool(section.lines) and _find(section.lines) is not None


def has_options(section: Section) -> bool:
    """Whether there are lettered options."""
    return len(_split(section.lines).items) > 1


def _has_foreign_letters(lines: Sequence[Line]) -> bool:
    """Whether options of another alphabet stand above a fold: better refused than passed over."""
    found = 0
    for line in lines:
        found += _FOREIGN.match(line.structure) is not None
        if "<details" in line.structure.lower():
            return found > 1
    return False


def read_lettered(section: Section) -> Iterator[Parsed]:
    """The question of the section."""
    try:
        yield Parsed(_draft(section))
    except Refused as refused:
        yield Parsed(None, refused.problems)


def _split(lines: Sequence[Line]) -> _Parts:
    """What stands before the options, the options, and what follows: a fold or an answer."""
    parts = _Parts()
    for line in lines:
        item = _ITEM.fullmatch(line.structure)
        ends = bool(parts.items) and _ends(line)
        if parts.after or ends:
            parts.after.append(line)
        elif item and item[1].lower() == _next_letter(parts):
            parts.items.append((item[1], [Line(line.number, item[2])]))
        elif parts.items:
            parts.items[-1][1].append(line)
        else:
            parts.before.append(line)
    return parts


def _next_letter(parts: _Parts) -> str:
    return chr(ord("a") + len(parts.items))


def _ends(line: Line) -> bool:
    """Whether the options end here."""
    text = line.structure
    if not text.strip():
        return False
    return "<details" in text.lower() or _said(text) is not None or text.strip() in ("---", "***")


def _plain(text: str) -> str:
    return _PLAIN.sub("", _TAG.sub("", text)).strip()


def _said(text: str) -> str | None:
    """What an answer line says behind its colon."""
    found = _ANSWER.fullmatch(_plain(text))
    return found[1].strip() if found else None


def _find(lines: Sequence[Line]) -> _Answer | None:
    """The answer, which stands once; two that differ are refused."""
    found = [_Answer(line, said) for line in lines if (said := _said(line.structure)) is not None]
    found = found or list(_below_summary(lines)) or list(_headed(lines))
    if any(one.said != found[0].said for one in found[1:]):
        hint = "Leave one answer in the section."
        refuse("answer_twice", "A second answer contradicts the first.", hint, found[1].line.number)
    return found[0] if found else None


def _below_summary(lines: Sequence[Line]) -> Iterator[_Answer]:
    """The letters alone in the first line below ``<summary>Answer</summary>``."""
    is_next = False
    for line in lines:
        plain = _plain(line.structure)
        if is_next and plain:
            if _LETTERS.fullmatch(plain) or _MASK.fullmatch(plain):
                yield _Answer(line, plain)
            is_next = False
        if "<summary" in line.structure.lower():
            is_next = _ANSWER_WORD.fullmatch(plain) is not None


def _headed(lines: Sequence[Line]) -> Iterator[_Answer]:
    """The letters alone behind the colon of a heading, which only a fold can hold here."""
    for line in lines:
        headed = _HEADED.fullmatch(line.structure.strip())
        if headed and _LETTERS.fullmatch(said := _plain(headed[1])):
            yield _Answer(line, said)


def _draft(section: Section) -> Draft:
    parts = _split(section.lines)
    answer = _find(parts.after) if parts.items else _find(section.lines)
    if not parts.items and answer and _MASK.fullmatch(answer.said):
        parts = _bullets(section.lines, answer)
    _check(section, parts, answer)
    assert answer is not None
    places, rest = _places(answer, len(parts.items))
    title, stem = stem_of(section.heading, parts.before)
    if not stem:
        hint = "Write the question above the options."
        refuse("empty_stem", "There is no question above the options.", hint, section.line)
    options = tuple(Option(joined(lines)) for _, lines in parts.items)
    return Draft(
        title=title,
        prompt=stem,
        options=options,
        key=AnswerKey(places),
        explanation=Explanation(_explanation(parts.after, answer, rest, options)),
        kind="single_choice" if len(places) == 1 else "multiple_response",
    )


def _bullets(lines: Sequence[Line], answer: _Answer) -> _Parts:
    """The last list above a mask, whose options need no letters."""
    parts = _Parts()
    for line in lines:
        item = _BULLET.fullmatch(line.structure)
        if line.number >= answer.line.number:
            parts.after.append(line)
        elif item:
            parts.items.append(("", [Line(line.number, item[1])]))
        elif parts.items and (not line.text.strip() or line.text.startswith("  ")):
            parts.items[-1][1].append(line)
        else:
            parts.before.extend(one for _, item_lines in parts.items for one in item_lines)
            parts.before.append(line)
            parts.items.clear()
    return parts


def _check(section: Section, parts: _Parts, answer: _Answer | None) -> None:
    if len(parts.items) < 2:
        line = answer.line.number if answer else section.line
        hint = "List the options as `- A: ...` above the answer."
        refuse("no_options", "There is an answer, but no options before it.", hint, line)
    if answer is None:
        hint = "Add a line such as `Answer: B`, or mark right options as `- [x]`."
        refuse("missing_key", "It is not said which option is right.", hint, section.line)


def _places(answer: _Answer, options: int) -> tuple[frozenset[int], str]:
    """The right options, and what the line says behind their names."""
    line, said = answer.line.number, answer.said
    if mask := _MASK.fullmatch(said):
        return _of_mask(mask, line, options), ""
    if _RUN.fullmatch(said) and len({*said.lower()}) == len(said) and [*said] == sorted(said):
        said = ",".join(said)
    letters = _LETTERS.match(said)
    rest = _REST.fullmatch(said, letters.end()) if letters else None
    if letters is None or rest is None:
        hint = "Write the letters alone, such as `Answer: A, C`."
        refuse("unclear_answer", f"The answer {quote(said)} names no options.", hint, line)
    named = re.findall(r"\b[A-Za-z]\b", letters[0])
    places = [ord(letter.lower()) - ord("a") + 1 for letter in named]
    if any(place > options for place in places):
        hint = f"Name the {options} options by their letters."
        refuse("unknown_option", f"The answer {quote(said)} names no option.", hint, line)
    if len(set(places)) < len(places):
        refuse("repeated_option", "The answer names an option twice.", "Cut it.", line)
    return frozenset(places), rest[1] or ""


def _of_mask(mask: re.Match[str], line: int, options: int) -> frozenset[int]:
    """A digit for each option in their order; with ``0b`` only if both ends are alike."""
    bits = mask[2]
    if len(bits) != options:
        told = f"The mask has {len(bits)} digits for {options} options."
        refuse("wrong_mask", told, "Write one digit for each option.", line)
    if mask[1] and bits != bits[::-1]:
        hint = "Write it without `0b`: the first digit is then the first option."
        refuse("unclear_mask", "Either end of the number may be the first option.", hint, line)
    if "1" not in bits:
        refuse("missing_key", "The mask marks no option as right.", "Mark one.", line)
    return frozenset(place for place, bit in enumerate(bits, 1) if bit == "1")


def _explanation(
    after: Sequence[Line], answer: _Answer, rest: str, options: Sequence[Option]
) -> str:
    """The text of the fold without its tags and its answer line."""
    told = "" if rest in ("", *(_plain(option.text) for option in options)) else rest
    kept = [Line(0, told), *filter(None, (_kept(line, answer) for line in after))]
    return without_rule(kept)


def _kept(line: Line, answer: _Answer) -> Line | None:
    if line.number == answer.line.number or "<summary" in line.structure.lower():
        return None
    if line.is_opaque or not _TAG.search(line.text):
        return line
    bare = re.sub(r"</?(?:details|summary|p|div)\b[^<>]*>", "", line.text, flags=re.I)
    return Line(line.number, bare) if bare.strip() else None
