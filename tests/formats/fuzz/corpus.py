"""The good files that are damaged: written by us in every kind, and others' in ``foreign/``."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from domain.grading import KINDS, StatedValues
from domain.questions import TRUTHS, AnswerKey, Draft, Option, Scoring
from formats import FORMATS, Format
from formats.writing import write_file, write_package
from tests.factories import DRAFT
from tests.formats.quiz_drafts import ANSWERS, PARTS
from tests.formats.test_qti_items import newer

ZIP = "zip"
TARGETS = (*FORMATS, ZIP)
_CORPUS = Path(__file__).parents[1] / "foreign"
_PAGES = Path(__file__).parents[3] / "docs" / "formats"
_EXAMPLE = re.compile(r"^(`{3,})(\w+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_WORDS = re.compile(rb"\w+|[^\w\s]{1,4}|\s+")


class Corpus(NamedTuple):
    """Files of one format, and the pieces of text that mean something to its reader."""

    files: tuple[bytes, ...]
    tokens: tuple[bytes, ...]


@cache
def corpus(target: str) -> Corpus:
    """The good files of a format, or of zips of all formats."""
    files = tuple(dict.fromkeys(_packed() if target == ZIP else _files(FORMATS[target])))
    words = {} if target == ZIP else dict.fromkeys(_WORDS.findall(b"\n".join(files)))
    return Corpus(files, (*words, *_TOKENS))


def _files(form: Format) -> Iterator[bytes]:
    if form.is_written:
        yield from _written(form)
    for path in sorted(_CORPUS.iterdir()):
        name = path.stem.partition("-")[0]
        if name == form.name:
            yield path.read_bytes()
        elif name in ("qti21", "qti22") and form.name == "qti3":
            yield newer(path.read_bytes())
    page = _PAGES / f"{form.name.replace('_', '-')}.md"
    if page.exists():
        yield from (found[3].encode() for found in _EXAMPLE.finditer(page.read_text()))


def _written(form: Format) -> Iterator[bytes]:
    """Each draft by itself, and all that go into one file."""
    for some in (*((draft,) for draft in drafts()), drafts()):
        out = BytesIO()
        told = list(write_file(form, some, out))
        if any(one.is_in for one in told):
            yield out.getvalue()


def _packed() -> Iterator[bytes]:
    for name in ("qti3", "qti12", "quarto", "gift"):
        out = BytesIO()
        list(write_package(FORMATS[name], drafts(), out))
        yield out.getvalue()


@cache
def drafts() -> Sequence[Draft]:
    """A draft of every kind and of every form that an answer may have."""
    values = StatedValues.read({"options": ["1/2", "-1/3", "1/2", "0"], "lower": "0"})
    right = AnswerKey(frozenset({2}))
    truths = tuple(Option(text) for text in TRUTHS)
    made = [
        DRAFT,
        replace(DRAFT, slug="b", scoring=Scoring("weights", Fraction(2), values)),
        replace(DRAFT, slug="c", kind="single_choice", key=right, tags=("a", "b"), hints=("h",)),
        replace(DRAFT, slug="d", kind="true_false", key=right, options=truths),
        replace(DRAFT, slug="e", scoring=Scoring("balanced_weights"), external_id="ml-1"),
    ]
    for kind, answers in ANSWERS.items():
        made += [_answered(f"{kind}-{at}", kind, one) for at, one in enumerate(answers)]
    return tuple(made)


def _answered(name: str, kind: str, said: dict[str, object]) -> Draft:
    own = (Option("one", feedback="f"), Option("two")) if KINDS[kind].has_options else ()
    part = PARTS.get(kind, "")
    asks = part == "targets" or "inline_choice" in str(said)
    others = (Option("target 1", part=part), Option("target 2", part=part)) if asks else ()
    prompt = f"What is [[{part}]]?" if kind == "cloze" else "What of $x^2$?"
    answer = KINDS[kind].stated.read(said)
    options, slug = (*own, *others), name.replace("_", "-")
    return replace(
        DRAFT, slug=slug, kind=kind, prompt=prompt, options=options, answer=answer, key=AnswerKey()
    )


# What breaks readers of anything: ends, numbers without end, marks that open and never close.
_TOKENS = tuple(
    token.encode("utf-8", "surrogatepass")
    for token in (
        *("", " ", "\n", "\r\n", "\r", "\t", "\0", "\x0b", "\x1c", "\x85", "\u2028", "\ufeff"),
        *("\ud800", "\ue000", "\U0001f600", "²", "٣", "é", "e\u0301", "\u202e", "\u017f", "\u0130"),
        *("0", "-1", "-", "+", ".", "1/0", "1/3", "1e999999999", "1e-9999", "NaN", "inf", "-0"),
        *("9" * 30, "9" * 5_000, "0x1F", "1_000", "1,5", "%", "%%", "100%"),
        *("null", "true", "[]", "{}", '""', "''", "<", ">", "&", "&lt;", "&#0;", "&x;", "]]>"),
        *("<![CDATA[", "<!--", "-->", "<?a b?>", "<!DOCTYPE a>", "<a>", "</a>", "<b/>"),
        *("[[", "]]", "{{", "}}", "$", "$$", "\\", "\\(", "```", "~~~", ":::", "---", "# ", "> "),
        *("- ", "* ", "1. ", "- [x] ", "=", "~", "#", "{", "}", "->", "::", "a: &a", "*a", "!!a"),
    )
)
