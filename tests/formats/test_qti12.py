"""QTI 1.2: what Canvas writes is read, and what is written is read back."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from domain.questions import Draft, Scoring
from formats import FORMATS
from formats.format import Parsed
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
    if draft.kind in ("matching", "ordering"):
        changes["shuffle"] = False
    return replace(draft, **changes)


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
        earns(
            f"<or>{equal('4')}<and><vargte respident='response1'>3.5</vargte>"
            "<varlte respident='response1'>4.5</varlte></and></or>"
        ),
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


REFUSED = [
    ("essay_question", FILL, "", "not_gradable"),
    ("text_only_question", "", "", "not_gradable"),
    ("multiple_choice_question", lid("response1", "123"), "", "no_answer"),
    ("multiple_choice_question", lid("response1", "123"), earns(equal("9")), "unknown_answer"),
    ("multiple_choice_question", lid("response1", "11"), earns(equal("1")), "bad_identifiers"),
    ("numerical_question", FILL, earns(equal("4") + equal("5")), "several_numbers"),
    ("numerical_question", FILL, earns(equal("four")), "bad_number"),
    ("short_answer_question", FILL, "", "no_answer"),
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
