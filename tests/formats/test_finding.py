"""Which format a file is of, told by its name and its beginning."""

from dataclasses import replace

import pytest

from domain.questions import AnswerKey, Option
from formats import FORMATS, find_format, is_question_file, may_hold_questions
from tests.factories import DRAFT

CHOICE = replace(
    DRAFT,
    kind="single_choice",
    key=AnswerKey(frozenset({2})),
    options=tuple(Option(text) for text in ("The Rhine", "The Danube", "The Elbe")),
)
WRITTEN = [name for name, form in FORMATS.items() if form.is_written]


@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_format_writes_is_known_as_its_own(name: str) -> None:
    form = FORMATS[name]
    content = form.render(CHOICE).content
    assert content is not None
    data = form.book.head + content + form.book.tail if form.book else content
    for suffix in (form.suffixes[0], ".txt", ".unknown"):
        assert find_format("auto", f"file{suffix}", data) is form, suffix
    assert is_question_file(f"file{form.suffixes[0]}")


@pytest.mark.parametrize("name", WRITTEN)
def test_a_choice_goes_out_and_comes_back(name: str) -> None:
    form = FORMATS[name]
    content = form.render(CHOICE).content
    assert content is not None
    book = form.book
    (found,) = form.read(book.head + content + book.tail if book else content)
    assert found.draft is not None
    assert [option.text for option in found.draft.options] == [
        "The Rhine",
        "The Danube",
        "The Elbe",
    ]
    assert found.draft.key == CHOICE.key
    assert found.draft.kind == "single_choice"


def test_what_is_no_question_file_is_of_no_format() -> None:
    assert find_format("auto", "picture.png", b"\x89PNG\r\n\x1a\n") is None
    assert not is_question_file("picture.png")


@pytest.mark.parametrize(
    "answers", ["{=A ~B}", "{ ~A\n=B}", "{#3:1}", "{#=3}", "{T}", "{ false#No }"]
)
def test_answers_in_braces_are_known_as_gift(answers: str) -> None:
    form = find_format("auto", "quiz.txt", f"Which one? {answers}\n".encode())
    assert form is FORMATS["gift"]


def test_a_stray_file_in_a_folder_is_left_alone() -> None:
    assert not may_hold_questions("notes.txt", b"Buy milk.")
    assert not may_hold_questions("README.md", b"# My course\n\nNotes for colleagues.\n")
    assert may_hold_questions("quiz.md", b"# My quiz\n\nWhich?\n\n- [x] one\n- [ ] two\n")
    assert not may_hold_questions("package.json", b'{"name": "x"}')
    assert not may_hold_questions("schema.json", b'{\n "title": "A schema",\n "type": "object"\n}')
    assert not may_hold_questions("output.txt", b"error: unused\n  fn main() {}\n  if a { #[x] }\n")
    assert not may_hold_questions(
        "page.txt", b"So: {{#each rows}}\nTake x^{T} or \\mathbf{T} ~ {y}\n"
    )
    assert may_hold_questions("quiz.txt", FORMATS["aiken"].render(CHOICE).content or b"")
    assert may_hold_questions("broken.qmd", b"nothing of a question")
