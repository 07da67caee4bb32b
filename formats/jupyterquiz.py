"""The JSON of jupyterquiz: a list of questions of four types. It is only read."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, BinaryIO, NamedTuple, NoReturn

from domain.grading import KINDS
from domain.grading.numbers import read_number
from domain.losses import Loss
from domain.questions import AnswerKey, Draft, Option
from formats.format import Format, Parsed
from formats.jsonl.places import column_of, members
from formats.lines import LARGEST_FILE, decode
from formats.refusals import Refused, did_you_mean, quote, refuse

CHOICES = {"many_choice": "multiple_response", "multiple_choice": "single_choice"}
TYPES = (*CHOICES, "numeric", "string")
READ = {"question", "code", "type", "answers", "hints"}
SHAPE = "https://github.com/jmshea/jupyterquiz describes the shape of questions."


class _Source(NamedTuple):
    """One question of the list: its text, where that begins, and where each line does."""

    text: str
    start: int
    lines: Sequence[int]

    def place(self, path: Sequence[str | int]) -> tuple[int, int]:
        """Line and column of the value at ``path``."""
        offset = self.start + column_of(self.text, path) - 1
        line = bisect_right(self.lines, offset)
        return line, offset - self.lines[line - 1] + 1


def parse(stream: BinaryIO) -> Iterator[Parsed]:
    """The questions of the list, each read by itself."""
    try:
        for source, said in _load(decode(stream.read(LARGEST_FILE + 1))):
            yield _parse_one(source, said)
    except Refused as refused:
        yield Parsed(None, refused.problems)


def _parse_one(source: _Source, said: Any) -> Parsed:
    try:
        return _Reading(source, said).parsed()
    except Refused as refused:
        return Parsed(None, refused.problems)


def _load(text: str) -> Iterator[tuple[_Source, Any]]:
    """Each question of the list with its source."""
    try:
        said = json.loads(text)
    except json.JSONDecodeError as error:
        told = f"This is not JSON: {error.msg}."
        refuse("bad_json", told, "Mend it there.", error.lineno, error.colno)
    except (ValueError, RecursionError):
        refuse("bad_json", "A number is huge, or it nests too deep.", "Write it flatter.")
    if not isinstance(said, list):
        refuse("not_a_list", "The file is no list of questions.", SHAPE)
    lines = [0, *(found.end() for found in re.finditer("\n", text))]
    for start, end, one in members(text, text.index("[")):
        yield _Source(text[start:end], start, lines), one


class _Reading:
    """One question of the list."""

    def __init__(self, source: _Source, said: Any) -> None:
        self._source, self._said = source, said
        self._losses: list[Loss] = []
        if not isinstance(said, Mapping):
            self._refuse("not_an_object", "This is no question.", SHAPE)

    def parsed(self) -> Parsed:
        kind = self._said.get("type")
        if kind not in TYPES:
            told = f"There is no type {quote(str(kind))}."
            self._refuse("bad_type", told, did_you_mean(str(kind), TYPES), "type")
        stem = self._text_at(self._said, "question").strip("\n")
        title = stem.partition("\n")[0][:200]
        if "code" in self._said:
            stem += f"\n\n```\n{self._text_at(self._said, 'code')}\n```"
        draft = Draft(title=title, prompt=stem, options=())
        answers = self._answers()
        for name, value in self._said.items():
            if name not in READ:
                self._lose("", "field_not_read", f"`{name}` is {quote(str(value))}.")
        fields = self._choice(kind, answers) if kind in CHOICES else self._other(kind, answers)
        hints = self._said.get("hints", [])
        if not isinstance(hints, list) or not all(isinstance(hint, str) for hint in hints):
            self._refuse("bad_hints", "`hints` is no list of texts.", SHAPE, "hints")
        return Parsed(replace(draft, **fields, hints=tuple(hints)), (), tuple(self._losses))

    def _lose(self, path: str, code: str, what: str) -> None:
        self._losses.append(Loss(path, code, what, "It was left out."))

    def _refuse(self, code: str, message: str, hint: str, *path: str | int) -> NoReturn:
        refuse(code, message, hint, *self._source.place(path))

    def _text_at(self, said: Mapping[str, Any], name: str, *path: str | int) -> str:
        text = said.get(name)
        if not isinstance(text, str) or not text.strip():
            self._refuse("missing_text", f"There is no text `{name}`.", SHAPE, *path, name)
        return text

    def _answers(self) -> list[Mapping[str, Any]]:
        answers = self._said.get("answers")
        if not isinstance(answers, list) or not all(isinstance(one, Mapping) for one in answers):
            self._refuse("bad_answers", "`answers` is no list of answers.", SHAPE, "answers")
        for place, one in enumerate(answers):
            if not isinstance(one.get("correct", False), bool):
                told = "`correct` is neither true nor false."
                self._refuse("bad_correct", told, SHAPE, "answers", place, "correct")
        return list(answers)

    def _choice(self, kind: str, answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        for place, one in enumerate(answers):
            if "correct" not in one:
                hint = "Say true or false of each answer."
                self._refuse("missing_key", "`correct` is not said.", hint, "answers", place)
        right = frozenset(place for place, one in enumerate(answers, 1) if one["correct"])
        if kind == "multiple_choice" and len(right) != 1:
            told = f"A question of one choice has {len(right)} right answers."
            self._refuse("single_choice_key", told, "Use `many_choice`.", "answers")
        options = tuple(self._option(place, one) for place, one in enumerate(answers))
        return {"kind": CHOICES[kind], "options": options, "key": AnswerKey(right)}

    def _option(self, place: int, said: Mapping[str, Any]) -> Option:
        if "code" in said:
            text = f"```\n{self._text_at(said, 'code', 'answers', place)}\n```"
        else:
            text = self._text_at(said, "answer", "answers", place).strip("\n")
        return Option(text, None, str(said.get("feedback") or "") or None)

    def _other(self, kind: str, answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        right = [(place, one) for place, one in enumerate(answers) if one.get("correct")]
        if not right:
            self._refuse("missing_key", "No answer is correct.", "Mark one as correct.", "answers")
        for place, one in enumerate(answers):
            if said := one.get("feedback"):
                self._lose(f"/answers/{place}", "feedback", f"The feedback {quote(str(said))}.")
        for place, one in right[1:] if kind == "numeric" else ():
            also = one.get("range", one.get("value"))
            self._lose(f"/answers/{place}", "other_number", f"The answer {also!s:.80} as well.")
        name = {"numeric": "numeric", "string": "short_text"}[kind]
        said = self._number(*right[0]) if kind == "numeric" else self._texts(right)
        try:
            return {"kind": name, "answer": KINDS[name].stated.read(said)}
        except ValueError:
            self._refuse("wrong_answer", "The answer makes no sense.", SHAPE, "answers")

    def _number(self, place: int, said: Mapping[str, Any]) -> dict[str, Any]:
        bounds = said.get("range", [said.get("value")] * 2)
        try:
            low, high = (read_number(str(bound)) for bound in bounds)
        except (TypeError, ValueError):
            self._refuse("bad_number", "There is no `value` or `range`.", SHAPE, "answers", place)
        middle: Fraction = (low + high) / 2
        return {"value": middle, "tolerance": high - middle} if low != high else {"value": low}

    def _texts(self, right: Sequence[tuple[int, Mapping[str, Any]]]) -> dict[str, Any]:
        texts = [self._text_at(one, "answer", "answers", place) for place, one in right]
        for place, one in right:
            if one.get("fuzzy_threshold"):
                hint = "Write the texts that are right, each as an answer."
                self._refuse("fuzzy", "The text need not match.", hint, "answers", place)
        return {"accept": texts, "case": any(one.get("match_case") for _, one in right)}


def _sniff(head: bytes) -> bool:
    said = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return said.startswith(b"[") and b'"question"' in said and b'"answers"' in said


FORMAT = Format("jupyterquiz", (".json",), sniff=_sniff, parse=parse)
