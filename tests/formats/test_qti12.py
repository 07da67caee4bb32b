"""QTI 1.2: what Canvas writes is read, and what is written is read back."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from domain.grading.cloze import Blank, NumericBlank, StatedBlanks, TextBlank
from domain.grading.matching import StatedPairs
from domain.grading.numeric import StatedNumber
from domain.grading.short_text import AcceptedText
from domain.questions import Draft, Scoring
from formats import FORMATS
from formats.format import Parsed
from formats.qti.build import number
from tests.formats.qti_drafts import drafts

QTI12 = FORMATS["qti12"]
HEAD = "<questestinterop xmlns='http://www.imsglobal.org/xsd/ims_qtiasiv1p2'><assessment><section>"
TAIL = "</section></assessment></questestinterop>"
LOOKS = {"math_as_tex", "option_reference", "markup", "picture", "relative"}


@given(draft=drafts)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_draft_is_read_back_but_for_what_is_told(draft: Draft) -> None:
    written = QTI12.render(draft)
    codes = {loss.code for loss in written.losses}
    if written.content is None:
        assert codes == {"not_expressible"}
        return
    (read,) = QTI12.read(written.content)
    assert read.draft is not None, read.problems
    assert read.draft == expected(draft, read.draft, codes)
    assert {loss.code for loss in read.losses} <= {"picture"}


def expected(draft: Draft, read: Draft, lost: set[str]) -> Draft:
    """The draft without exactly what was told as lost."""
    changes: dict[str, Any] = {}
    if "external_id" in lost:
        changes["external_id"] = None
    if "language" in lost:
        changes["language"] = "en"
    if lost & {"pinned", "feedback"}:
        kept = "feedback" not in lost
        changes["options"] = tuple(
            replace(one, pinned=False, feedback=one.feedback if kept else None)
            for one in draft.options
        )
    if "rule" in lost:
        plain = {"matching": "each_pair", "cloze": "each_blank"}.get(draft.kind, "all_or_nothing")
        changes["scoring"] = replace(read.scoring, max_points=draft.scoring.max_points)
        assert read.scoring == Scoring(plain, draft.scoring.max_points) or len(draft.options) < 3
    if lost & {"partial_texts", "relative", "case"}:
        changes |= {"answer": read.answer, "scoring": read.scoring}
    if isinstance(draft.answer, StatedBlanks):
        blanks = draft.answer.blanks
        if len(blanks) == 1:  # then all rules are one
            changes["scoring"] = Scoring("all_or_nothing", draft.scoring.max_points)
        changes["answer"] = StatedBlanks(blanks={name: as_written(blanks[name]) for name in blanks})
    if draft.kind in ("matching", "ordering"):
        changes["shuffle"] = False
    return replace(draft, **changes)


def typed(*texts: str) -> TextBlank:
    """A blank to type one of these into."""
    accept = tuple(AcceptedText(text=text) for text in texts)
    return TextBlank(kind="short_text", accept=accept, whitespace=True)


def as_written(blank: Blank) -> Blank:
    """What is left of a blank: a number is a text, only what is wholly right is accepted."""
    if isinstance(blank, NumericBlank):
        return typed(number(blank.value))
    if isinstance(blank, TextBlank):
        return typed(*(one.text for one in blank.accept if one.score == 1))
    return blank


def item(kind: str, presentation: str, processing: str, more: str = "") -> Parsed:
    text = f"""<item ident='i1' title='T'><itemmetadata><qtimetadata>
        {field("question_type", kind)}{field("points_possible", "2.0")}
        </qtimetadata></itemmetadata><presentation><material>
        <mattext texttype='text/html'>&lt;p&gt;What of [a] &amp;amp; [b]?&lt;/p&gt;</mattext>
        </material>{presentation}</presentation><resprocessing><outcomes>
        <decvar maxvalue='100' minvalue='0' varname='SCORE' vartype='Decimal'/></outcomes>
        {processing}</resprocessing>{more}</item>"""
    text = HEAD + " ".join(line.strip() for line in text.split("\n")) + TAIL
    (parsed,) = QTI12.read(text.encode())
    return parsed


def field(label: str, entry: str) -> str:
    return f"""<qtimetadatafield><fieldlabel>{label}</fieldlabel>
        <fieldentry>{entry}</fieldentry></qtimetadatafield>"""


def material(text: str) -> str:
    return f"<material><mattext texttype='text/plain'>{text}</mattext></material>"


def lid(name: str, labels: str, cardinality: str = "Single", text: str = "") -> str:
    options = "".join(
        f"<response_label ident='{one}'>{material(f'Text {one}')}</response_label>"
        for one in labels
    )
    said = material(text) if text else ""
    choices = f"{said}<render_choice>{options}</render_choice>"
    return f"<response_lid ident='{name}' rcardinality='{cardinality}'>{choices}</response_lid>"


def earns(test: str, action: str = "Set", points: str = "100") -> str:
    return (
        f"<respcondition continue='{'Yes' if action == 'Add' else 'No'}'>"
        f"<conditionvar>{test}</conditionvar>"
        f"<setvar action='{action}' varname='SCORE'>{points}</setvar></respcondition>"
    )


def equal(text: str, name: str = "response1") -> str:
    return f"<varequal respident='{name}'>{text}</varequal>"


def between(lower: str, upper: str) -> str:
    return (
        f"<vargte respident='response1'>{lower}</vargte>"
        f"<varlte respident='response1'>{upper}</varlte>"
    )


FILL = "<response_str ident='response1' rcardinality='Single'><render_fib/></response_str>"
THREE = "".join(earns(equal(right, f"r{at}"), "Add", "33.33") for at, right in enumerate("123"))
ACCEPTED = [
    (
        "multiple_choice_question",
        lid("response1", "123"),
        earns(equal("2")),
        "single_choice",
        "all_or_nothing",
    ),
    (
        "true_false_question",
        lid("response1", "12"),
        earns(equal("1")),
        "true_false",
        "all_or_nothing",
    ),
    (
        "multiple_answers_question",
        lid("response1", "123", "Multiple"),
        earns(f"<and>{equal('1')}{equal('3')}<not>{equal('2')}</not></and>"),
        "multiple_response",
        "all_or_nothing",
    ),
    (
        "short_answer_question",
        FILL,
        earns(equal("cell")) + earns(equal("Zelle")),
        "short_text",
        "all_or_nothing",
    ),
    (
        "numerical_question",
        FILL,
        earns(f"<or>{equal('4')}<and>{between('3.5', '4.5')}</and></or>"),
        "numeric",
        "all_or_nothing",
    ),
    (
        "matching_question",
        "".join(lid(f"r{at}", "123", text=f"P{at}") for at in range(3)),
        THREE,
        "matching",
        "each_pair",
    ),
    (
        "multiple_dropdowns_question",
        lid("ra", "12", text="a") + lid("rb", "34", text="b"),
        earns(equal("1", "ra"), "Add", "50") + earns(equal("4", "rb"), "Add", "50"),
        "cloze",
        "each_blank",
    ),
    (
        "fill_in_multiple_blanks_question",
        lid("ra", "12", text="a") + lid("rb", "34", text="b"),
        earns(equal("1", "ra"), "Add", "50") + earns(equal("4", "rb"), "Add", "50"),
        "cloze",
        "each_blank",
    ),
]


@pytest.mark.parametrize(("kind", "presentation", "processing", "ours", "rule"), ACCEPTED)
def test_the_types_of_canvas(
    kind: str, presentation: str, processing: str, ours: str, rule: str
) -> None:
    parsed = item(kind, presentation, processing)
    assert parsed.problems == ()
    assert parsed.losses == ()
    assert parsed.draft is not None
    assert (parsed.draft.kind, parsed.draft.scoring) == (ours, Scoring(rule, Fraction(2)))
    assert "&" in parsed.draft.prompt


TWO_LISTS = lid("r1", "123", "Multiple", "P1") + lid("r2", "123", "Multiple", "P2")
SORTED = earns(equal("1", "r1") + equal("3", "r1"), "Add") + earns(equal("2", "r2"), "Add")
TWO_BLANKS = lid("ra", "12", text="a") + lid("rb", "34", text="b")
BOTH_OF_A = "".join(earns(equal(one, f"r{name}"), "Add", "50") for one, name in ("1a", "2a", "3b"))
REFUSED = [
    ("essay_question", FILL, "", "not_gradable"),
    ("text_only_question", "", "", "not_gradable"),
    ("multiple_choice_question", lid("response1", "123"), "", "no_answer"),
    ("multiple_choice_question", lid("response1", "123"), earns(equal("9")), "unknown_answer"),
    ("multiple_choice_question", lid("response1", "11"), earns(equal("1")), "bad_identifiers"),
    ("numerical_question", FILL, earns(equal("4") + equal("5")), "several_numbers"),
    ("numerical_question", FILL, earns(equal("9") + between("3.5", "4.5")), "several_numbers"),
    ("numerical_question", FILL, earns(between("2", "3") + between("1", "4")), "several_numbers"),
    ("numerical_question", FILL, earns(equal("four")), "bad_number"),
    ("short_answer_question", FILL, "", "no_answer"),
    ("categorization_question", TWO_LISTS, SORTED, "several_right"),
    ("multiple_dropdowns_question", TWO_BLANKS, BOTH_OF_A, "several_right"),
]


@pytest.mark.parametrize(("kind", "presentation", "processing", "code"), REFUSED)
def test_what_is_refused_says_why(kind: str, presentation: str, processing: str, code: str) -> None:
    parsed = item(kind, presentation, processing)
    assert parsed.draft is None
    assert [problem.code for problem in parsed.problems] == [code]
    assert parsed.problems[0].line == 1


def test_scoring_that_is_not_ours_is_told() -> None:
    wild = earns("<durequal>3</durequal>") + earns(equal("2"))
    parsed = item("multiple_choice_question", lid("response1", "123"), wild)
    assert [loss.code for loss in parsed.losses] == ["processing_not_understood"]


def test_an_entry_for_numbers_is_one_where_the_type_is_not_said() -> None:
    fill = FILL.replace("<render_fib/>", "<render_fib fibtype='Decimal'/>")
    draft = item("", fill, earns(equal("12.0"))).draft
    assert draft is not None
    assert draft.answer == StatedNumber(value=Fraction(12))


def test_blanks_named_by_their_responses_are_found_in_the_stem() -> None:
    blanks = lid("response_a", "12", text="Text 1") + lid("response_b", "34", text="Text 4")
    right = earns(equal("1", "response_a"), "Add", "50")
    right += earns(equal("4", "response_b"), "Add", "50")
    draft = item("fill_in_multiple_blanks_question", blanks, right).draft
    assert draft is not None
    assert draft.prompt == "What of [[a]] & [[b]]?"


def test_several_lists_that_no_blank_asks_for_are_matched() -> None:
    lists = "".join(lid(f"r{at}", "123", text=f"P{at}") for at in range(3))
    draft = item("multiple_answers_question", lists, THREE).draft
    assert draft is not None
    assert draft.answer == StatedPairs(pairs=(1, 2, 3))


def test_wrong_options_without_a_text_are_left_out_and_told() -> None:
    choice = lid("response1", "1234").replace("Text 1", "").replace("Text 3", "")
    parsed = item("multiple_choice_question", choice, earns(equal("4")))
    assert parsed.draft is not None
    assert [option.text for option in parsed.draft.options] == ["Text 2", "Text 4"]
    assert parsed.draft.key.positions == {2}
    assert [loss.code for loss in parsed.losses] == ["empty_option"]


def test_an_option_that_costs_points_is_not_right() -> None:
    scored = earns(equal("1"), "Add") + earns(equal("2"), "Subtract")
    draft = item("multiple_answers_question", lid("response1", "12", "Multiple"), scored).draft
    assert draft is not None
    assert draft.key.positions == {1}


@pytest.mark.parametrize(
    ("points", "positions", "losses"),
    [({"1": "1.0", "2": "2.0"}, {2}, []), ({"1": "2.0", "3": "2.0"}, {1}, ["several_right"])],
)
def test_points_that_vary_by_the_answer_are_points(
    points: dict[str, str], positions: set[int], losses: list[str]
) -> None:
    scored = "".join(earns(equal(one), points=amount) for one, amount in points.items())
    parsed = item("multiple_choice_question", lid("response1", "123"), scored)
    assert parsed.draft is not None
    assert parsed.draft.kind == "single_choice"
    assert parsed.draft.key.positions == positions
    assert [loss.code for loss in parsed.losses] == losses
    scoring = parsed.draft.scoring
    assert scoring.values is not None
    assert scoring.values.options == tuple(Fraction(points.get(one, "0")) for one in "123")
    assert scoring.max_points == scoring.values.maximum == 2
