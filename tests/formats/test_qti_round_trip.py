"""What is written is read back as it was, but for what is reported as lost."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from domain.grading import StatedValues
from domain.grading.cloze import StatedBlanks, TextBlank
from domain.grading.short_text import StatedText
from domain.questions import AnswerKey, Draft, Option, Scoring
from formats import FORMATS, find_format, is_question_file
from formats.writing import write_package
from tests.formats.qti_drafts import drafts

LOOKS = {"math_as_tex", "option_reference", "markup", "picture"}  # of players, not of the file
VERSIONS = ("qti3", "qti22", "qti21")


@pytest.mark.parametrize("name", VERSIONS)
@given(draft=drafts)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_draft_is_read_back(name: str, draft: Draft) -> None:
    form = FORMATS[name]
    written = form.render(draft)
    assert written.content is not None
    (read,) = form.read(written.content)
    assert read.problems == ()
    told = {loss.code for loss in written.losses}
    assert read.draft is not None
    kept = replace(read.draft, key=draft.key) if "key" in told else read.draft
    assert kept == draft
    assert told <= LOOKS | {"key"}
    assert {loss.code for loss in read.losses} <= {"picture"}


@pytest.mark.parametrize("name", VERSIONS)
def test_points_without_a_right_option_are_told(name: str) -> None:
    values = StatedValues(options=(Fraction(-1), Fraction(1)))
    draft = Draft(
        "T",
        "Which?",
        (Option("a"), Option("b")),
        AnswerKey(frozenset()),
        kind="multiple_response",
        scoring=Scoring(rule="weights", values=values),
    )
    written = FORMATS[name].render(draft)
    assert [(loss.path, loss.code) for loss in written.losses] == [("/key", "key")]
    (read,) = FORMATS[name].read(written.content or b"")
    assert read.draft == replace(draft, key=AnswerKey(frozenset({2})))


CHOICE = Draft(
    "T",
    "Which of {{these}} and {{{those}}}?",
    (Option("{{a}}", id="abcd"), Option("b", id="2345")),
    AnswerKey(frozenset({1})),
    slug="t-1",
)


def test_option_ids_are_kept() -> None:
    (read,) = FORMATS["qti3"].read(FORMATS["qti3"].render(CHOICE).content or b"")
    assert read.draft == CHOICE


@pytest.mark.parametrize("name", VERSIONS)
def test_no_text_has_two_braces_together(name: str) -> None:
    content = FORMATS[name].render(CHOICE).content or b""
    assert b"{{" not in content
    assert "Which of {{these}} and {{{those}}}?" in "".join(etree.fromstring(content).itertext("*"))


def test_what_is_not_carried_is_told() -> None:
    rich = replace(
        CHOICE,
        tags=("a",),
        difficulty=1.0,
        hints=("Think.",),
        release="never",
        date=date(2026, 1, 2),
        extra={"x": 1},
    )
    told = {loss.path for loss in FORMATS["qti22"].render(rich).losses}
    assert told == {"/tags", "/difficulty", "/hints", "/release", "/date", "/extra"}


def test_texts_that_only_patterns_accept_are_not_written() -> None:
    text = Draft("T", "What?", (), kind="short_text", answer=StatedText(patterns=("a+",)))
    blanks = StatedBlanks(blanks={"x": TextBlank(kind="short_text", patterns=("a+",))})
    cloze = Draft("T", "A [[x]].", (), kind="cloze", answer=blanks)
    for draft in (text, cloze):
        for name in (*VERSIONS, "qti12"):
            written = FORMATS[name].render(draft)
            assert written.content is None
            assert [loss.code for loss in written.losses] == ["not_expressible"]


SCHEMA_VERSIONS = {"qti3": "3.0.0", "qti22": "1.0.0", "qti21": "1.0.0", "qti12": "1.1.0"}


@pytest.mark.parametrize("name", SCHEMA_VERSIONS)
def test_a_package_names_what_it_holds_and_is_read_back(name: str) -> None:
    form, out = FORMATS[name], BytesIO()
    plain = replace(CHOICE, options=(Option("a"), Option("b")))
    pair = [replace(plain, slug="one"), replace(plain, slug="two", title="U")]
    assert [written.is_in for written in write_package(form, pair, out)] == [True, True]
    packed = ZipFile(out)
    manifest = etree.fromstring(packed.read("imsmanifest.xml"))
    assert manifest.findtext(".//{*}schemaversion") == SCHEMA_VERSIONS[name]
    named = [one.get("href") or "" for one in manifest.iter("{*}file")]
    assert sorted([*named, "imsmanifest.xml"]) == sorted(packed.namelist())
    members = {file: packed.read(file) for file in packed.namelist() if is_question_file(file)}
    assert all(find_format("auto", file, data) is form for file, data in members.items())
    read = [one.draft for data in members.values() for one in form.read(data)]
    assert read == pair
