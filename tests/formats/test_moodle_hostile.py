"""Whatever the bytes, a reader of Moodle's formats returns soon, in bounds, and never raises."""

import os
import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.completeness import completeness
from formats import Format
from formats.format import Parsed
from tests.cpu import soon
from tests.formats.moodle_drafts import AIKEN, GIFT, MOODLE_XML

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + ']><quiz><question type="multichoice"><name><text>&i;</text></name></question></quiz>'
)
OUTSIDE = (
    '<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz><question>&x;</question></quiz>'
)


def quiz(text: str, type_: str = "multichoice", answers: str = "") -> str:
    stem = f"<questiontext><text><![CDATA[{text}]]></text></questiontext>"
    return f'<quiz><question type="{type_}">{stem}{answers}</question></quiz>'


TWO = '<answer fraction="100"><text>a</text></answer><answer><text>b</text></answer>'
REFUSED_XML = {
    "billion laughs": (BOMB, "doctype"),
    "outside": (OUTSIDE, "doctype"),
    "parameter": ('<!DOCTYPE quiz [<!ENTITY % p "x">]><quiz/>', "doctype"),
    "nested": ("<quiz>" + "<a>" * 100_000, "bad_xml"),
    "truncated": (quiz("a", answers=TWO)[:150], "bad_xml"),
    "unknown entity": ("<quiz>&nbsp;</quiz>", "bad_xml"),
    "attributes": ("<quiz><question " + " ".join(f'a{n}="1"' for n in range(50_000)), "bad_xml"),
    "other root": ("<html><quiz/></html>", "not_a_quiz"),
    "empty": ("", "bad_xml"),
    "long text": ("<quiz><question><name>" + "a" * 11_000_000, "bad_xml"),
}
SLOW_XML = {
    "nested html": quiz("<div>" * 100_000, answers=TWO),
    "nested lists": quiz("<ul><li>" * 50_000, answers=TWO),
    "nested quotes": quiz("<blockquote>a" * 20_000, answers=TWO),
    "maths": quiz("\\(" * 200_000, answers=TWO),
    "dollars": quiz("$$" * 200_000, answers=TWO),
    "gaps": quiz("{1:SA:" * 100_000, "cloze"),
    "escapes": quiz("{1:SA:" + "\\" * 500_000, "cloze"),
    "tildes": quiz("{1:MC:" + "~" * 500_000 + "}", "cloze"),
    "many gaps": quiz("{1:SA:=a}" * 50_000, "cloze"),
    "words": quiz("[[1]]" * 50_000, "gapselect"),
    "readings": quiz(
        "a", answers=TWO + "<generalfeedback>" + "\n* [" * 200_000 + "</generalfeedback>"
    ),
    "answers": quiz("a", answers="<answer><text>a</text></answer>" * 50_000),
    "wildcards": quiz("a", "shortanswer", f'<answer fraction="100">{"*a" * 100_000}</answer>'),
    "number": quiz("a", "numerical", f'<answer fraction="100">{"9" * 500_000}</answer>'),
    "pictures": quiz("@@PLUGINFILE@@/" * 50_000, answers=TWO),
    "questions": f"<quiz>{'<question/>' * 50_000}</quiz>",
}
SLOW_GIFT = {
    "braces": "{" * 1_000_000,
    "closed": "a{~" + "}" * 1_000_000,
    "colons": "::" * 400_000,
    "escapes": "\\" * 1_000_000 + "{T}",
    "tildes": "a{" + "~" * 500_000 + "}",
    "equals": "a{" + "=" * 500_000 + "->}",
    "hashes": "a{=" + "#" * 500_000 + "}",
    "percents": "a{~" + "%1" * 300_000 + "}",
    "tags": "// " + "[tag:" * 150_000 + "\na{T}",
    "ids": "// " + "[id:\\" * 150_000 + "\na{T}",
    "lines": "a\n" * 400_000,
    "comments": "//\n" * 300_000,
    "markup": "a" + "<b>" * 300_000 + "{T}",
    "categories": "$CATEGORY: a/" * 60_000,
    "span": "a{#" + "9" * 500_000 + ".." + "9" * 400_000 + "}",
}
SLOW_AIKEN = {
    "stem": "a\n" * 400_000,
    "options": "Q\n" + "A. a\n" * 200_000 + "ANSWER: A",
    "answers": "ANSWER: A\n" * 50_000,
    "marks": "Q" + "*_`[" * 200_000 + "\nA. a\nB. b\nANSWER: A",
    "long line": "a" * 3_000_000,
}
SLOW = [
    *((MOODLE_XML, name, text) for name, text in SLOW_XML.items()),
    *((GIFT, name, text) for name, text in SLOW_GIFT.items()),
    *((AIKEN, name, text) for name, text in SLOW_AIKEN.items()),
]


def read_soon(form: Format, data: bytes) -> list[Parsed]:
    with soon(2):
        form.sniff(data[:65536])
        found = list(form.read(data))
    for parsed in found:
        assert (parsed.draft is None) == any(one.severity == "error" for one in parsed.problems)
    return found


@pytest.mark.parametrize(("text", "code"), REFUSED_XML.values(), ids=REFUSED_XML)
def test_hostile_xml_is_refused_soon(text: str, code: str) -> None:
    (*_, last) = read_soon(MOODLE_XML, text.encode())
    assert [problem.code for problem in last.problems] == [code]
    assert "root:" not in str(last)


@pytest.mark.parametrize(
    ("form", "text"),
    [(form, text) for form, _, text in SLOW],
    ids=[f"{form.name} {name}" for form, name, _ in SLOW],
)
def test_reading_takes_linear_time(form: Format, text: str) -> None:
    read_soon(form, text.encode())


GIFT_FILE = "::T::[markdown]Stem?{\n=a#b\n~%50%c\n####why\n}\n\nn{#1..5}\n\nm{=a -> b =c -> d}\n"
XML_FILE = quiz("Stem <b>x</b>", answers=TWO)
AIKEN_FILE = "Q?\nA. a\nB) b\nANSWER: B\n\nR?\nA. a\nB) b\nANSWER: A\n"
FILES = [(GIFT, GIFT_FILE), (MOODLE_XML, XML_FILE), (AIKEN, AIKEN_FILE)]
EACH = pytest.mark.parametrize(("form", "text"), FILES, ids=lambda one: getattr(one, "name", ""))


@EACH
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_ends_of_lines_do_not_matter(
    form: Format, text: str, encoding: str, end: str
) -> None:
    data = text.replace("\n", end).encode(encoding)
    assert form.sniff(data)
    assert [one.draft for one in form.read(data)] == [one.draft for one in form.read(text.encode())]
    assert all(one.draft for one in form.read(data))


@EACH
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_bytes_of_no_encoding_are_named(form: Format, text: str, encoding: str) -> None:
    found = read_soon(form, text.replace("a", "é").encode(encoding))
    problems = [problem for one in found for problem in one.problems]
    assert {"not_utf8", "bad_xml"} & {problem.code for problem in problems}
    assert all(problem.line for problem in problems)


def test_broken_utf_16_is_refused() -> None:
    for form in (GIFT, AIKEN):
        found = read_soon(form, GIFT_FILE.encode("utf-16") + b"\x00\xd8a")
        assert found[-1].problems[0].code in {"bad_encoding", "no_answer_line"}


@st.composite
def mutated(draw: st.DrawFn) -> tuple[Format, bytes]:
    """A file with some pieces deleted, doubled, moved or replaced."""
    form, text = draw(st.sampled_from(FILES))
    chance, data = random.Random(draw(st.integers(0, 2**32))), bytearray(text.encode())  # noqa: S311
    for _ in range(chance.randrange(1, 8)):
        start = chance.randrange(len(data) + 1)
        piece = data[start : start + chance.randrange(12)]
        other = chance.randrange(len(data) + 1)
        noise = bytes(chance.choice(b"{}=~#%:\\<>&]A.\n\xff\x00") for _ in range(3))
        data[other:other] = chance.choice([piece, noise, b""])
        del data[start : start + chance.choice([0, 0, len(piece)])]
    return form, bytes(data)


@settings(deadline=None, max_examples=400)
@given(mutated())
def test_mutated_files_never_raise(case: tuple[Format, bytes]) -> None:
    form, data = case
    for parsed in read_soon(form, data):
        if parsed.draft is not None and not completeness(parsed.draft):
            form.render(parsed.draft)


class Endless(BytesIO):
    """A file that is made while it is read: pieces, one after the other."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces, self._rest = pieces, b""

    def read(self, size: int | None = -1) -> bytes:
        size = size or -1
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


def test_a_long_file_is_read_in_little_memory() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"<quiz>"
        yield from (XML_FILE[6:-7].encode() + b" " * 30_000 for _ in range(2_000))
        yield b"</quiz>"

    most, before = 0, held()
    for count, parsed in enumerate(MOODLE_XML.parse(Endless(pieces())), 1):
        assert parsed.draft is not None
        most = max(most, held() if count % 100 == 0 else 0)
    assert count == 2_000
    assert most - before < 16 * 2**20  # of 60 MiB


def held() -> int:
    """Resident bytes of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_both_text_formats_read_question_by_question() -> None:
    for form, text in ((GIFT, "a{T}\n\n"), (AIKEN, "Q\nA. a\nB. b\nANSWER: A\n\n")):
        stream = BytesIO(text.encode() * 100_000)
        found = form.parse(stream)
        assert next(found).draft is not None
        assert next(found).draft is not None
        found.close()  # type: ignore[attr-defined]
        assert not stream.closed
