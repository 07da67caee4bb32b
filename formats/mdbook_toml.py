"""The TOML of mdbook-quiz: tables ``[[questions]]`` of three types. It is only read."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NoReturn

from domain.grading import KINDS
from domain.losses import Loss
from domain.questions import AnswerKey, Draft, Explanation, Option
from formats.format import Format, Parsed
from formats.lines import LARGEST_FILE, decode
from formats.refusals import Refused, did_you_mean, quote, refuse

TYPES = ("MultipleChoice", "ShortAnswer", "Tracing")
READ = {"type", "id", "prompt", "answer", "context"}
SHAPE = "https://github.com/cognitive-engineering-lab/mdbook-quiz describes the shape."
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*questions[ \t]*\]\]", re.MULTILINE)
_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)")
TRACING = (
    "```rust\n{program}\n```\n\nDoes this program compile? [[compiles]]\n\n"
    "If it does, what does it print? [[stdout]]"
)
COMPILING = "```rust\n{program}\n```\n\nDoes this program compile?"


def parse(stream: BinaryIO) -> Iterator[Parsed]:
    """The questions of the file, each read by itself."""
    try:
        text = decode(stream.read(LARGEST_FILE + 1))
        questions = _load(text)
    except Refused as refused:
        yield Parsed(None, refused.problems)
        return
    lines = enumerate(text.split("\n"), 1)
    starts = [number for number, line in lines if _HEADER.match(line)]
    for place, said in enumerate(questions):
        line = starts[place] if len(starts) == len(questions) else 1
        try:
            yield _Reading(said, line).parsed()
        except Refused as refused:
            yield Parsed(None, refused.problems)


def _load(text: str) -> Sequence[Any]:
    try:
        said = tomllib.loads(text).get("questions")
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        place = _PLACE.search(str(error))
        line, column = (int(place[1]), int(place[2])) if place else (text.count("\n") + 1, 1)
        told = _PLACE.sub("", str(error)) or "it nests too deep"
        refuse("bad_toml", f"This is not TOML: {told}.", "Mend it there.", line, column)
    if not isinstance(said, list):
        refuse("no_questions", "There are no tables `[[questions]]`.", SHAPE)
    return said


class _Reading:
    """One table of a question and the line where it begins."""

    def __init__(self, said: Any, line: int) -> None:
        self._line = line
        if not isinstance(said, Mapping):
            self._refuse("not_a_table", "This is no question.", SHAPE)
        self._said: Mapping[str, Any] = said

    def _refuse(self, code: str, message: str, hint: str) -> NoReturn:
        refuse(code, message, hint, self._line)

    def parsed(self) -> Parsed:
        kind = self._said.get("type")
        if kind not in TYPES:
            told = f"There is no type {quote(str(kind))}."
            self._refuse("bad_type", told, did_you_mean(str(kind), TYPES))
        make = {"MultipleChoice": self._choice, "ShortAnswer": self._text, "Tracing": self._traced}
        draft = make[kind](self._table("prompt"), self._table("answer"))
        return Parsed(draft, (), tuple(self._losses()))

    def _losses(self) -> Iterator[Loss]:
        tables = [("", self._said, READ), ("answer.", self._table("answer"), _ANSWER_READ)]
        tables.append(("prompt.", self._table("prompt"), _PROMPT_READ))
        for where, table, read in tables:
            for name, value in table.items():
                if name not in read:
                    what = f"`{where}{name}` is {_shown(value)}."
                    yield Loss("", "field_not_read", what, "It was left out.")

    def _table(self, name: str) -> Mapping[str, Any]:
        table = self._said.get(name)
        if not isinstance(table, Mapping):
            self._refuse("missing_table", f"There is no `{name}` with its fields.", SHAPE)
        return table

    def _texts(self, said: Any, name: str) -> list[str]:
        texts = said if isinstance(said, list) else [said]
        if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
            self._refuse("missing_text", f"`{name}` is no text.", SHAPE)
        return [text.strip("\n") for text in texts]

    def _one_text(self, said: Any, name: str) -> str:
        if isinstance(said, list):
            self._refuse("missing_text", f"`{name}` is a list, no text.", SHAPE)
        (text,) = self._texts(said, name)
        return text

    def _draft(self, stem: str, **said: Any) -> Draft:
        context, name = self._said.get("context", ""), self._said.get("id")
        if not isinstance(context, str) or not isinstance(name, str | None):
            self._refuse("bad_field", "`context` or `id` is no text.", SHAPE)
        title = next((line for line in stem.split("\n") if line and "```" not in line), stem)
        explanation = Explanation(context.strip("\n"))
        return Draft(
            title[:200],
            stem,
            said.pop("options", ()),
            explanation=explanation,
            external_id=name,
            **said,
        )

    def _choice(self, prompt: Mapping[str, Any], answer: Mapping[str, Any]) -> Draft:
        """The right options first, and shuffled when shown, as mdbook-quiz does."""
        stem = self._one_text(prompt.get("prompt"), "prompt.prompt")
        right = self._texts(answer.get("answer"), "answer.answer")
        others = prompt.get("distractors")
        wrong = [] if others == [] else self._texts(others, "prompt.distractors")
        return self._draft(
            stem,
            options=tuple(map(Option, (*right, *wrong))),
            key=AnswerKey(frozenset(range(1, len(right) + 1))),
            kind="multiple_response" if isinstance(answer["answer"], list) else "single_choice",
            shuffle=True,
        )

    def _text(self, prompt: Mapping[str, Any], answer: Mapping[str, Any]) -> Draft:
        stem = self._one_text(prompt.get("prompt"), "prompt.prompt")
        right = self._one_text(answer.get("answer"), "answer.answer")
        others = answer.get("alternatives") or []
        accepted = [right, *(self._texts(others, "answer.alternatives") if others else [])]
        return self._stated(stem, "short_text", {"accept": accepted})

    def _traced(self, prompt: Mapping[str, Any], answer: Mapping[str, Any]) -> Draft:
        program = self._one_text(prompt.get("program"), "prompt.program")
        compiles = answer.get("doesCompile")
        if not isinstance(compiles, bool):
            self._refuse("missing_key", "`answer.doesCompile` is not said.", "Say true or false.")
        if not compiles:
            return self._draft(
                COMPILING.format(program=program),
                options=(Option("True"), Option("False")),
                key=AnswerKey(frozenset({2})),
                kind="true_false",
            )
        printed = self._one_text(answer.get("stdout"), "answer.stdout")
        blanks = {
            "compiles": {"kind": "inline_choice", "key": 1},
            "stdout": {"kind": "short_text", "accept": [printed], "case": True},
        }
        options = (Option("True", part="compiles"), Option("False", part="compiles"))
        stem = TRACING.format(program=program)
        return self._stated(stem, "cloze", {"blanks": blanks}, options=options)

    def _stated(self, stem: str, kind: str, answer: Mapping[str, Any], **said: Any) -> Draft:
        try:
            return self._draft(stem, kind=kind, answer=KINDS[kind].stated.read(answer), **said)
        except ValueError:
            self._refuse("wrong_answer", "The answer makes no sense.", SHAPE)


def _shown(value: Any) -> str:
    try:
        return quote(str(value))
    except RecursionError:  # a table in tables, a thousand deep
        return "nested too deep to show"


_PROMPT_READ = {"prompt", "distractors", "program"}
_ANSWER_READ = {"answer", "alternatives", "doesCompile", "stdout"}


def _sniff(head: bytes) -> bool:
    return _HEADER.search(head.decode("utf-8", "replace")) is not None


FORMAT = Format("mdbook_toml", (".toml",), sniff=_sniff, parse=parse)
