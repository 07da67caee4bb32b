"""Short texts: a word or a phrase, compared with those that the author accepts."""

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError, SchemaError

from domain.grading.kinds import Kind, KindRule, Parts, register_kind
from domain.grading.numbers import Share, spell_number
from domain.grading.stated import Sent, Stated

LONGEST_TEXT = 1000
LONGEST_PATTERN = 500
MOST_TEXTS = 200
ZERO, ONE = Fraction(0), Fraction(1)
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
# One block only: the marks of other scripts are often letters of their own.
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_FINAL = ".!?"


def _storable(text: str) -> str:
    if _UNSTORABLE.search(text):
        raise PydanticCustomError(
            "unstorable_text", "should not hold NUL or half of a surrogate pair"
        )
    return text


Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_storable)]
Pattern = Annotated[str, Field(min_length=1, max_length=LONGEST_PATTERN), AfterValidator(_storable)]


class AcceptedText(Stated):
    """A text that earns a share of the points: 1 is right, less is partly right."""

    text: Text
    score: Share = ONE


def _in_full(accepted: Any) -> Any:
    return {"text": accepted} if isinstance(accepted, str) else accepted


def _in_short(accepted: AcceptedText) -> str | dict[str, str]:
    if accepted.score == 1:
        return accepted.text
    return {"text": accepted.text, "score": spell_number(accepted.score)}


Accepted = Annotated[
    AcceptedText,
    BeforeValidator(_in_full, json_schema_input_type=Text | AcceptedText),
    PlainSerializer(_in_short),
]


class StatedText(Stated):
    """The texts and patterns that are right, and which differences from them matter.

    A pattern is a regular expression of the Rust crate ``regex``: it matches in linear time and
    knows neither look-around nor back-references. It has to match the whole answer, and what it
    matches is right. ``case`` and ``accents`` say whether these matter; accents are the marks
    over and under letters (é is e, but ø is not o). Unless ``whitespace`` matters, runs of white
    space equal one blank and those at the ends nothing. Unless ``punctuation`` matters, a final
    full stop, exclamation or question mark is ignored. ``form`` is the Unicode normal form.
    """

    accept: Annotated[tuple[Accepted, ...], Field(strict=False, max_length=MOST_TEXTS)] = ()
    patterns: Annotated[tuple[Pattern, ...], Field(strict=False, max_length=MOST_TEXTS)] = ()
    case: bool = False
    accents: bool = True
    whitespace: bool = False
    punctuation: bool = True
    form: Literal["NFC", "NFKC"] = "NFC"

    @model_validator(mode="after")
    def _fits(self) -> "StatedText":
        if not self.patterns and all(one.score < 1 for one in self.accept):
            raise ValueError("state one text that is right, or a pattern")
        if not all(_normal(self, one.text) for one in self.accept):
            raise ValueError("an accepted text has nothing that matters: no answer would be right")
        for pattern in self.patterns:
            try:
                _compiled(_letters(pattern, "NFC", self.accents), self.case)
            except SchemaError as error:
                reason = str(error).splitlines()[-1].rpartition("rror: ")[2]
                raise ValueError(f"the pattern {pattern!r} cannot be used: {reason}") from None
        return self


class SentText(Sent):
    """A text as the learner wrote it. An empty one is graded like any other."""

    text: Text = Field(examples=["photosynthesis"])


def _letters(text: str, form: Literal["NFC", "NFKC"], accents: bool) -> str:
    if not accents:
        apart: Literal["NFD", "NFKD"] = "NFD" if form == "NFC" else "NFKD"
        text = _ACCENTS.sub("", unicodedata.normalize(apart, text))
    return unicodedata.normalize(form, text)


def _normal(stated: StatedText, text: str) -> str:
    """A text without the differences that do not matter, but for the case of its letters."""
    text = _letters(text, stated.form, stated.accents)
    if not stated.whitespace:
        text = " ".join(text.split())
    if not stated.punctuation:
        text = text.rstrip(_FINAL if stated.whitespace else _FINAL + " ")
    return text


def _compared(stated: StatedText, text: str) -> str:
    normal = _normal(stated, text)
    # Folding can leave letters and marks that have a joint spelling.
    return normal if stated.case else unicodedata.normalize(stated.form, normal.casefold())


@lru_cache(maxsize=256)
def _compiled(pattern: str, case: bool) -> TypeAdapter[str]:
    """What takes the texts that match as a whole; ``SchemaError`` if there can be none."""
    # By itself first: `a)|(?:b` is no pattern, but would be one between the brackets.
    TypeAdapter(Annotated[str, StringConstraints(pattern=pattern)])
    whole = rf"\A(?{'' if case else 'i'}:{pattern})\z"
    return TypeAdapter(Annotated[str, StringConstraints(pattern=whole)])


def _matches(stated: StatedText, pattern: str, normal: str) -> bool:
    try:
        _compiled(_letters(pattern, "NFC", stated.accents), stated.case).validate_python(normal)
    except ValidationError:
        return False
    return True


def _best(stated: StatedText, sent: SentText, _: Parts) -> Fraction:
    normal = _normal(stated, sent.text)
    if any(_matches(stated, pattern, normal) for pattern in stated.patterns):
        return ONE
    given = _compared(stated, sent.text)
    fitting = (one.score for one in stated.accept if _compared(stated, one.text) == given)
    return max(fitting, default=ZERO)


def _is_right(stated: StatedText, sent: SentText, parts: Parts) -> bool:
    return _best(stated, sent, parts) == 1


def _solution(stated: StatedText, _: Parts) -> dict[str, Any]:
    """The first text that is right; ``None`` where only patterns say what is."""
    return {"text": next((one.text for one in stated.accept if one.score == 1), None)}


def _mutants(stated: StatedText, _: Parts) -> Iterator[StatedText]:
    """Each text and each pattern with one letter more."""
    for place, one in enumerate(stated.accept):
        longer = one.model_copy(update={"text": one.text + "x"})
        accept = (*stated.accept[:place], longer, *stated.accept[place + 1 :])
        yield stated.model_copy(update={"accept": accept})
    for place, pattern in enumerate(stated.patterns):
        patterns = (*stated.patterns[:place], f"(?:{pattern})x", *stated.patterns[place + 1 :])
        yield stated.model_copy(update={"patterns": patterns})


SHORT_TEXT = register_kind(
    Kind(
        name="short_text",
        stated=StatedText,
        sent=SentText,
        is_right=_is_right,
        solution=_solution,
        mutants=_mutants,
        partial=(
            KindRule(
                name="best_answer",
                score=_best,
                formula="the highest score of the texts and patterns that fit, else 0",
                example='"mitochondrion" 1, "organelle" 1/2; sent "Organelle": 1/2',
                used_by="Moodle short answer, where the first text that fits counts",
                source="Source of Moodle, question/type/shortanswer "
                "(https://github.com/moodle/moodle)",
                policy="the best of the accepted answers that fits yours counts",
            ),
        ),
    )
)
