"""The examples of the documentation are read, and say what the text around them promises."""

from fractions import Fraction
from pathlib import Path

import pytest

from domain.completeness import completeness
from domain.grading.numbers import spell_number
from domain.questions import Draft, Scoring
from formats import FORMATS, find_format
from formats.moodle.fractions import SHARES, read_percent

FOLDER = Path(__file__).parents[2] / "docs" / "formats"
PAGES = {"aiken": "aiken.md", "gift": "gift.md", "moodle_xml": "moodle-xml.md"}


def example(name: str) -> bytes:
    text = (FOLDER / PAGES[name]).read_text(encoding="utf-8")
    return text.split("````")[1].partition("\n")[2].encode()


def drafts(name: str) -> list[Draft]:
    return [one.draft for one in FORMATS[name].read(example(name)) if one.draft]


@pytest.mark.parametrize("name", PAGES)
def test_examples_are_complete_questions_of_their_format(name: str) -> None:
    found = find_format("auto", f"file{FORMATS[name].suffixes[0]}", example(name))
    assert found is FORMATS[name]
    for parsed in found.read(example(name)):
        assert (parsed.problems, parsed.losses) == ((), ())
        assert parsed.draft is not None
        assert completeness(parsed.draft) == ()


def test_the_example_of_aiken() -> None:
    rivers, product = drafts("aiken")
    assert rivers.key.positions == {2}
    assert (product.prompt, product.title) == ("How much is 2 \\* 3?", "How much is 2 * 3?")


def test_the_example_of_gift() -> None:
    kinds = [draft.kind for draft in drafts("gift")]
    single, several, short, truth, number, span, pairs = drafts("gift")
    assert kinds == [
        *("single_choice", "multiple_response", "short_text", "true_false"),
        *("numeric", "numeric", "matching"),
    ]
    assert (single.external_id, single.tags, single.scoring.rule) == (
        "ml-0042",
        ("rivers",),
        "weights",
    )
    assert single.options[2].text == "A canal: the *Kiel Canal*"
    assert (several.scoring.rule, several.tags) == ("net_right", ("Europe", "Rivers"))
    assert short.prompt == "Two plus two equals \\_\\_\\_\\_\\_ exactly."
    assert [one.feedback for one in truth.options] == ["Right.", "It is."]
    assert str(number.answer).startswith("value=Fraction(1233, 1) tolerance=Fraction(5, 1)")
    assert str(span.answer).startswith("value=Fraction(1825, 1) tolerance=Fraction(25, 1)")
    assert [one.text for one in pairs.options if one.part] == ["Ottawa", "Rome", "Paris"]


def test_the_example_of_moodle_xml() -> None:
    rivers, length = drafts("moodle_xml")
    assert rivers.prompt == "Which reach the **North Sea**?"
    assert rivers.scoring == Scoring("net_right", Fraction(2))
    assert (rivers.external_id, rivers.tags, rivers.shuffle) == ("geo-1", ("Rivers",), True)
    assert rivers.explanation.text == "The Danube does not."
    assert length.prompt == "The [[gap1]] is [[gap2]] km long."


def test_the_fractions_are_those_that_moodle_takes() -> None:
    text = " ".join((FOLDER / PAGES["moodle_xml"]).read_text(encoding="utf-8").split())
    listed = text.partition("of both signs, ")[2].partition(". Others")[0].replace(" and ", ", ")
    spelled = ["0", *listed.split(", ")]
    assert sorted({one.removeprefix("-") for one in SHARES.values()}) == sorted(spelled)
    for share, one in SHARES.items():
        assert read_percent(one) == share
        assert "/" not in spell_number(share) or share.denominator in {3, 6, 7, 9}


@pytest.mark.parametrize("mark", ["~=", "~ ="])
def test_both_marks_of_gift_together_are_one_right_option(mark: str) -> None:
    source = f"Not many people {{{mark}like#Yes.~likes#No.}} raw fish."
    (read,) = FORMATS["gift"].read(source.encode())
    assert read.draft is not None
    told = [(option.text, option.feedback) for option in read.draft.options]
    assert told == [("like", "Yes."), ("likes", "No.")]
    assert read.draft.kind == "single_choice"
    assert read.draft.key.positions == {1}
