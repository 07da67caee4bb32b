"""From the bytes of an exercise to a draft."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from domain.grading import KINDS, Stated
from domain.grading.numbers import read_number
from domain.losses import Loss
from domain.questions import AnswerKey, Draft, Explanation, Option, Scoring, is_slug
from formats.format import Parsed
from formats.lines import LARGEST_FILE, read_lines
from formats.refusals import Refused, did_you_mean, quote, refuse
from formats.rexams.sections import ANSWERS, QUESTION, SOLUTION, Exercise, read_exercise, read_meta

CHOICES = {"schoice": "single_choice", "mchoice": "multiple_response"}
OTHERS = {"num": "numeric", "string": "short_text"}
READ = ("exname", "extitle", "extype", "exsolution", "extol", "exshuffle", "expoints")
_BITS = re.compile("[01]{1,200}")
Meta = Mapping[str, tuple[str, int]]


def parse(stream: BinaryIO) -> Iterator[Parsed]:
    """The one exercise of a file."""
    try:
        exercise = read_exercise(read_lines(stream.read(LARGEST_FILE + 1)))
        meta = read_meta(exercise)
        yield Parsed(_draft(exercise, meta), (), tuple(_losses(exercise, meta)))
    except Refused as refused:
        yield Parsed(None, refused.problems)


def _losses(exercise: Exercise, meta: Meta) -> Iterator[Loss]:
    for name, (said, _) in meta.items():
        if name not in READ:
            yield Loss("", "meta_not_read", f"`{name}` says {quote(said)}.", "It was left out.")
    shuffle = meta.get("exshuffle", ("", 1))[0]
    if shuffle.isdigit():
        what = f"R/exams draws {shuffle} of the options."
        yield Loss("/shuffle", "subset_not_drawn", what, "All of them are shown, shuffled.")
    if exercise.text(""):
        yield Loss("", "preamble_not_read", "Text before the question.", "It was left out.")


def _draft(exercise: Exercise, meta: Meta) -> Draft:
    kind = _kind(meta)
    stem = exercise.text(QUESTION)
    if not stem:
        hint = "Write the question below the heading `Question`."
        refuse("empty_stem", "There is no question.", hint, exercise.line(QUESTION))
    options = _options(exercise, meta) if kind in CHOICES.values() else ()
    title = meta.get("extitle", meta.get("exname", ("", 1)))[0]
    name = meta.get("exname", ("", 1))[0]
    return Draft(
        title=title or stem.partition("\n")[0][:200],
        prompt=stem,
        options=options,
        key=_key(meta, kind, len(options)),
        explanation=Explanation(exercise.text(SOLUTION)),
        kind=kind,
        answer=_answer(meta, kind),
        slug=name if "extitle" in meta and is_slug(name) else None,
        scoring=Scoring(max_points=_number(meta, "expoints", "1")),
        shuffle=_shuffle(meta),
    )


def _kind(meta: Meta) -> str:
    said, line = meta.get("extype", ("", 1))
    known = CHOICES | OTHERS
    if said not in known:
        told = f"`extype` says {quote(said)}." if said else "There is no `extype`."
        refuse("bad_extype", told, did_you_mean(said, tuple(known)), line)
    return known[said]


def _solution(meta: Meta) -> tuple[str, int]:
    said, line = meta.get("exsolution", ("", 1))
    if not said:
        hint = "Write `exsolution: 01` with a digit for each option, or the answer."
        refuse("missing_key", "There is no `exsolution`.", hint, line)
    return said, line


def _options(exercise: Exercise, meta: Meta) -> tuple[Option, ...]:
    texts, told = exercise.items(QUESTION, ANSWERS), exercise.items(SOLUTION, ANSWERS)
    if len(texts) < 2:
        hint = "List them as `* ...` below `Answerlist` and `----------`."
        refuse("no_options", "The question has no two answers.", hint, exercise.line(QUESTION))
    if told and len(told) != len(texts):
        message = f"The solution tells of {len(told)} answers; the question has {len(texts)}."
        line = exercise.line(SOLUTION, ANSWERS)
        refuse("wrong_number_of_answers", message, "Write one item for each.", line)
    feedback: Sequence[str] = told or [""] * len(texts)
    return tuple(Option(a, None, b or None) for a, b in zip(texts, feedback, strict=True))


def _key(meta: Meta, kind: str, options: int) -> AnswerKey:
    if not options:
        return AnswerKey()
    bits, line = _solution(meta)
    if not _BITS.fullmatch(bits) or len(bits) != options:
        told = f"`exsolution` says {quote(bits)}; there are {options} answers."
        refuse("bad_solution", told, "Write 0 or 1 for each answer, in their order.", line)
    if kind == CHOICES["schoice"] and bits.count("1") != 1:
        hint = "Mark one, or write `extype: mchoice`."
        refuse("single_choice_key", "`schoice` has exactly one right answer.", hint, line)
    return AnswerKey(frozenset(place for place, bit in enumerate(bits, 1) if bit == "1"))


def _answer(meta: Meta, kind: str) -> Stated | None:
    if kind in CHOICES.values():
        return None
    said, line = _solution(meta)
    document: dict[str, Any] = {"accept": [said]}
    if kind == OTHERS["num"]:
        document = {"value": _number(meta, "exsolution", "")}
        if "extol" in meta:
            document["tolerance"] = _number(meta, "extol", "")
    try:
        stated: Stated = KINDS[kind].stated.read(document)
    except ValueError:
        hint = "State a number from 0 on as `extol`, and a text of at most 1,000 characters."
        refuse("bad_solution", "The solution or its tolerance makes no sense.", hint, line)
    return stated


def _number(meta: Meta, name: str, usual: str) -> Any:
    said, line = meta.get(name, (usual, 1))
    try:
        return read_number(said)
    except ValueError as error:
        refuse("bad_number", f"`{name}`: {error}.", "Write it out, without R.", line)


def _shuffle(meta: Meta) -> bool:
    said, line = meta.get("exshuffle", ("FALSE", 1))
    if said.upper() not in ("TRUE", "FALSE", "T", "F") and not said.isdigit():
        hint = "Write TRUE, FALSE or a number."
        refuse("bad_shuffle", f"`exshuffle` says {quote(said)}.", hint, line)
    return said.upper() not in ("FALSE", "F")
