"""The line that says which options are right, read and written.

Numbers (``2, 3``, ``2 and 3``, ``2; 3``, ``2 & 3``), ``All of the above`` or ``None of the
above``. Where one option itself says "None of the above", that option is meant; the single
word ``None`` always says that no option is right, and ``All`` that every option is.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Literal

LONGEST_LINE = 4000
_EMPHASIS = re.compile(r"[*_`]")
_PREFIX = re.compile(
    r"(?:the )?(?:(?:correct|right) )?(?:answers?|options?|choices?)(?: (?:is|are))?\s?:?\s?"
)
_SEPARATOR = re.compile(r" ?(?:, ?and\b|[,;&]|\band\b) ?")
_ABOVE = re.compile(
    r"(all|none) of (?:the )?(?:above|these|them|options|statements|answers|choices)"
    r"(?: (?:is|are) (?:correct|right|true))?"
)

Word = Literal["all", "none"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the line says: option ``numbers``, a ``word`` that may name an option, or a truth."""

    numbers: tuple[int, ...] = ()
    truth: bool | None = None
    word: Word | None = None
    may_name_an_option: bool = False


def read_answer(line: str) -> Answer | None:
    """The answer that a line gives, or ``None`` if it is not an answer line."""
    if len(line) > LONGEST_LINE:
        return None
    said = _plain(_EMPHASIS.sub("", line))
    said = said[match.end() :] if (match := _PREFIX.match(said)) else said
    if said in ("true", "false"):
        return Answer(truth=said == "true")
    if word := _as_word(said):
        return Answer(word=word)
    if above := _ABOVE.fullmatch(said):
        return Answer(word=_as_word(above[1]), may_name_an_option=True)
    parts = _SEPARATOR.split(said)
    if not all(part.isascii() and part.isdigit() and len(part) <= 9 for part in parts):
        return None
    return Answer(tuple(int(part) for part in parts))


def positions_of_word(answer: Answer, options: Sequence[str]) -> frozenset[int]:
    """The positions, from 1, that an answer in words means for options of these texts."""
    if answer.may_name_an_option and (named := _saying(answer.word, options)):
        return frozenset({named})
    return frozenset(range(1, len(options) + 1) if answer.word == "all" else ())


def write_answer(positions: Set[int], options: Sequence[str]) -> str:
    """A line that :func:`read_answer` reads as these positions of a list that starts at 1."""
    if positions:
        return ", ".join(str(position) for position in sorted(positions))
    return "None" if _saying("none", options) else "None of the above"


def _saying(word: Word | None, options: Sequence[str]) -> int | None:
    """The position of the one option whose own text is "all (or none) of the above"."""
    said = (_ABOVE.fullmatch(_plain(text)) for text in options)
    found = [place for place, above in enumerate(said, 1) if above and above[1] == word]
    return found[0] if len(found) == 1 else None


def _as_word(text: str) -> Word | None:
    return "all" if text == "all" else "none" if text == "none" else None


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(". ").lower()
