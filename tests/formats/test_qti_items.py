"""Items of QTI 3 and 2.x as others write them: what they become, and what is refused or told."""

import re
from fractions import Fraction
from typing import Any

import pytest

from domain.grading import StatedValues
from domain.grading.cloze import StatedBlanks
from domain.grading.matching import StatedPairs
from domain.grading.numeric import StatedNumber
from domain.grading.short_text import StatedText
from domain.questions import Draft, Scoring
from formats import FORMATS, find_format, is_question_file
from formats.format import Parsed

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
SINGLE = """<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">
<correctResponse><value>B</value></correctResponse></responseDeclaration>"""
CHOICE = """<choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="1">
<prompt>Which?</prompt><simpleChoice identifier="A">One</simpleChoice>
<simpleChoice identifier="B" fixed="true">Two</simpleChoice></choiceInteraction>"""
MATCH_CORRECT = '<responseProcessing template="http://x/rptemplates/match_correct"/>'
MAP = '<responseProcessing template="http://x/rptemplates/map_response.xml"/>'
ANSWERED = """<match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>"""
ONE = """<setOutcomeValue identifier="SCORE"><baseValue baseType="float">{}</baseValue>
</setOutcomeValue>"""


def source(declarations: str, body: str, processing: str = MATCH_CORRECT, more: str = "") -> bytes:
    text = f"""<assessmentItem xmlns="{NAMESPACE}" identifier="x" title="T" adaptive="false">
{declarations}<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
<itemBody>{body}</itemBody>{processing}{more}</assessmentItem>"""
    return text.encode()


def newer(data: bytes) -> bytes:
    """The same item under the names of QTI 3."""

    def kebab(name: str) -> str:
        return re.sub("(?<=[a-z])([A-Z])", lambda found: "-" + found[1].lower(), name)

    html = r"(?!(?:p|em|math|mi|mn|msup|img|strong|div)\b)"
    text = re.sub(rf"(</?){html}([a-zA-Z]+)", lambda f: f"{f[1]}qti-{kebab(f[2])}", data.decode())
    text = re.sub(r" ([a-zA-Z]+)=", lambda f: f" {kebab(f[1])}=", text)
    return text.replace(NAMESPACE, "http://www.imsglobal.org/xsd/imsqtiasi_v3p0").encode()


def read(data: bytes) -> Parsed:
    """What an item is, the same under the names of both versions."""
    (two,), (three,) = FORMATS["qti21"].read(data), FORMATS["qti3"].read(newer(data))
    assert two.draft == three.draft
    assert [one.code for one in two.losses] == [one.code for one in three.losses]
    assert [one.code for one in two.problems] == [one.code for one in three.problems]
    return two


def draft(data: bytes, *losses: str) -> Draft:
    parsed = read(data)
    assert parsed.problems == ()
    assert tuple(loss.code for loss in parsed.losses) == losses
    assert parsed.draft is not None
    return parsed.draft


def declare(name: str, cardinality: str, kind: str, values: str, mapping: str = "") -> str:
    inside = "".join(f"<value>{value}</value>" for value in values.split("|") if value)
    right = f"<correctResponse>{inside}</correctResponse>" if inside else ""
    return f"""<responseDeclaration identifier="{name}" cardinality="{cardinality}"
 baseType="{kind}">{right}{mapping}</responseDeclaration>"""


def test_a_choice() -> None:
    found = draft(source(SINGLE, f"<p>Look at <em>this</em>.</p>{CHOICE}"))
    assert found.prompt == "Look at *this*.\n\nWhich?"
    assert [option.text for option in found.options] == ["One", "Two"]
    assert [option.pinned for option in found.options] == [False, True]
    assert (found.kind, found.key.positions, found.shuffle) == (
        "single_choice",
        frozenset({2}),
        True,
    )
    assert (found.external_id, found.scoring) == ("x", Scoring())


def if_right(points: str, otherwise: str = "") -> str:
    other = f"<responseElse>{ONE.format(otherwise)}</responseElse>" if otherwise else ""
    then = f"<responseIf>{ANSWERED}{ONE.format(points)}</responseIf>"
    condition = f"<responseCondition>{then}{other}</responseCondition>"
    return f"<responseProcessing>{condition}</responseProcessing>"


SCORINGS = [
    (MATCH_CORRECT, Scoring(), ()),
    (if_right("2"), Scoring(max_points=Fraction(2)), ()),
    ("", Scoring(), ("no_processing",)),
    ("<responseProcessing/>", Scoring(), ("no_processing",)),
    ('<responseProcessing template="http://x/other"/>', Scoring(), ("processing_not_understood",)),
    ("<responseProcessing><lookup/></responseProcessing>", Scoring(), ("no_processing",)),
    ('<responseProcessing template="http://x/CC2_match_basic.xml"/>', Scoring(), ()),
]


@pytest.mark.parametrize(("processing", "scoring", "losses"), SCORINGS)
def test_scoring(processing: str, scoring: Scoring, losses: tuple[str, ...]) -> None:
    assert draft(source(SINGLE, CHOICE, processing), *losses).scoring == scoring


def test_points_for_a_wrong_answer_are_not_overlooked() -> None:
    """No rule of ours takes points for an answer that is left open."""
    found = draft(source(SINGLE, CHOICE, if_right("1", "-0.5")), "scoring")
    assert found.scoring == Scoring()


MAPPED = """<mapping defaultValue="-2" lowerBound="0"><mapEntry mapKey="A" mappedValue="1"/>
<mapEntry mapKey="B" mappedValue="1"/></mapping>"""
THREE = """<choiceInteraction responseIdentifier="RESPONSE" maxChoices="0"><prompt>Which?</prompt>
<simpleChoice identifier="A">One</simpleChoice><simpleChoice identifier="B">Two</simpleChoice>
<simpleChoice identifier="C">Three</simpleChoice></choiceInteraction>"""


def test_a_mapping_keeps_its_default_and_bounds() -> None:
    found = draft(source(declare("RESPONSE", "multiple", "identifier", "A|B", MAPPED), THREE, MAP))
    assert found.scoring.rule == "mapping"
    assert found.scoring.values == StatedValues(
        options=(Fraction(1), Fraction(1), None),
        default=Fraction(-2),
        lower=Fraction(0),
        maximum=Fraction(2),
    )


def test_texts_and_numbers() -> None:
    entry = '<p>Type it.</p><textEntryInteraction responseIdentifier="RESPONSE"/>'
    mapping = """<mapping><mapEntry mapKey="York" mappedValue="1"/>
        <mapEntry mapKey="york" mappedValue="0.5"/></mapping>"""
    found = draft(source(declare("RESPONSE", "single", "string", "York", mapping), entry, MAP))
    assert isinstance(found.answer, StatedText)
    assert [(one.text, one.score) for one in found.answer.accept] == [
        ("York", 1),
        ("york", Fraction(1, 2)),
    ]
    assert (found.answer.case, found.answer.whitespace) == (True, True)
    assert found.scoring == Scoring("best_answer")
    found = draft(source(declare("RESPONSE", "single", "float", "9.81"), entry))
    assert found.answer == StatedNumber(value=Fraction("9.81"))


def test_a_match_whose_second_side_has_one_partner() -> None:
    body = """<matchInteraction responseIdentifier="RESPONSE" maxAssociations="2"><simpleMatchSet>
<simpleAssociableChoice identifier="a" matchMax="2">A</simpleAssociableChoice>
<simpleAssociableChoice identifier="b" matchMax="2">B</simpleAssociableChoice></simpleMatchSet>
<simpleMatchSet><simpleAssociableChoice identifier="c" matchMax="1">C</simpleAssociableChoice>
<simpleAssociableChoice identifier="d" matchMax="1">D</simpleAssociableChoice></simpleMatchSet>
</matchInteraction><p>Match.</p>"""
    declared = declare("RESPONSE", "multiple", "directedPair", "a c|a d")
    found = draft(source(declared, body), "sides_swapped", "target_limit")
    assert found.answer == StatedPairs(pairs=(1, 1))
    assert [option.text for option in found.options] == ["C", "D", "A", "B"]


GAPS = """<gapMatchInteraction responseIdentifier="RESPONSE"><gapText identifier="w" matchMax="0">
winter</gapText><gapText identifier="s" matchMax="0">summer</gapText>
<p>Now is the <gap identifier="G1"/>
of our <gap identifier="G2"/></p></gapMatchInteraction>"""


def test_gaps_are_blanks() -> None:
    found = draft(source(declare("RESPONSE", "multiple", "directedPair", "w G1|s G2"), GAPS))
    assert found.prompt == "Now is the [[g1]] of our [[g2]]"
    assert isinstance(found.answer, StatedBlanks)
    assert [one.key for one in found.answer.blanks.values()] == [1, 2]  # type: ignore[union-attr]


def test_blanks_of_two_variables_that_are_summed() -> None:
    entry = '<inlineChoiceInteraction responseIdentifier="{0}">{1}</inlineChoiceInteraction>'
    word = '<inlineChoice identifier="{0}">word {0}</inlineChoice>'
    words = "".join(map(word.format, "ABC"))
    body = f"<p>A {entry.format('one', words)} and {entry.format('two', words)}.</p>"
    declared = declare("one", "single", "identifier", "A") + declare(
        "two", "single", "identifier", "C"
    )
    rule = """<responseCondition><responseIf><match><variable identifier="{0}"/><correct
 identifier="{0}"/></match><setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/>
<baseValue baseType="float">1</baseValue></sum></setOutcomeValue>
</responseIf></responseCondition>"""
    processing = (
        f"<responseProcessing>{rule.format('one')}{rule.format('two')}</responseProcessing>"
    )
    found = draft(source(declared, body, processing))
    assert found.prompt == "A [[one]] and [[two]]."
    assert found.scoring == Scoring("each_blank", Fraction(2))


def test_feedback_formulas_and_media() -> None:
    told = CHOICE.replace(
        "One<", 'One<feedbackInline outcomeIdentifier="F" identifier="A">No.</feedbackInline><'
    )
    more = '<modalFeedback outcomeIdentifier="F" identifier="x">Because.</modalFeedback>'
    math = """<p><math xmlns="http://www.w3.org/1998/Math/MathML"><msup><mi>x</mi><mn>2</mn></msup>
</math><img src="a.png" alt="a plot"/>
<object data="b.svg" type="image/svg+xml">a map</object></p>"""
    found = draft(source(SINGLE, math + told, more=more), "feedback_condition")
    assert found.options[0].feedback == "No."
    assert found.explanation.text == "Because."
    assert found.prompt.startswith("${x}^{2}$")
    assert "![a plot](a.png) ![a map](b.svg)" in found.prompt


def test_feedback_blocks_and_instructions_for_learners() -> None:
    told = """<rubricBlock view="candidate tutor"><p>Read twice.</p></rubricBlock>
<rubricBlock view="scorer"><p>Two points.</p></rubricBlock>"""
    blocks = """<feedbackBlock outcomeIdentifier="F" identifier="A"><p>Not A.</p></feedbackBlock>
<feedbackBlock outcomeIdentifier="F" identifier="B" showHide="hide"><p>Look again.</p>
</feedbackBlock>"""
    found = draft(source(SINGLE, told + CHOICE + blocks), "rubric", "feedback_condition")
    assert found.prompt.startswith("Read twice.")
    assert "points" not in found.prompt
    assert [option.feedback for option in found.options][:2] == ["Not A.", None]
    assert found.explanation.text == "Look again."


SEVERAL = declare("RESPONSE", "multiple", "identifier", "")


def test_a_choice_of_which_nobody_says_what_is_right_is_refused() -> None:
    told = f"<match><variable identifier='RESPONSE'/>{{}}</match>{ONE.format(1)}"
    sets = told.format("<multiple><baseValue baseType='identifier'>A</baseValue></multiple>")
    listed = f"<responseCondition><responseIf>{sets}</responseIf></responseCondition>"
    for processing in ("", f"<responseProcessing>{listed}</responseProcessing>"):
        parsed = read(source(SEVERAL, CHOICE, processing))
        assert [problem.code for problem in parsed.problems] == ["no_answer"]


ESSAY = '<extendedTextInteraction responseIdentifier="RESPONSE"/>'
REFUSED: list[tuple[str, str, str]] = [
    (SINGLE, ESSAY, "not_gradable"),
    (SINGLE, "<hotspotInteraction/>", "unsupported_interaction"),
    (SINGLE, "<p>Nothing is asked.</p>", "no_interaction"),
    ("", CHOICE, "undeclared_response"),
    (SINGLE.replace(">B<", ">X<"), CHOICE, "unknown_answer"),
    (SINGLE, CHOICE.replace('"A"', '"B"'), "bad_identifiers"),
    (declare("RESPONSE", "single", "identifier", ""), CHOICE, "no_answer"),
    (declare("RESPONSE", "single", "float", "4|5").replace("single", "multiple"),
     '<textEntryInteraction responseIdentifier="RESPONSE"/>', "several_numbers"),
    (declare("RESPONSE", "single", "float", "four"),
     '<textEntryInteraction responseIdentifier="RESPONSE"/>', "bad_number"),
    (SINGLE, CHOICE + CHOICE, "several_interactions"),
]  # fmt: skip


@pytest.mark.parametrize(("declared", "body", "code"), REFUSED)
def test_what_is_refused_says_why(declared: str, body: str, code: str) -> None:
    parsed = read(source(declared, body))
    assert parsed.draft is None
    assert [problem.code for problem in parsed.problems] == [code]
    assert parsed.problems[0].line is not None
    assert parsed.problems[0].hint


SNIFFED: list[tuple[bytes, str]] = [
    (source(SINGLE, CHOICE), "qti21"),
    (source(SINGLE, CHOICE).replace(b"v2p1", b"v2p2"), "qti22"),
    (source(SINGLE, CHOICE).replace(b"v2p1", b"v2p0"), "qti21"),
    (newer(source(SINGLE, CHOICE)), "qti3"),
    (b"<questestinterop/>", "qti12"),
    (source(SINGLE, CHOICE).decode().encode("utf-16"), "qti21"),
]


@pytest.mark.parametrize(("data", "name"), SNIFFED)
def test_a_file_is_known_by_its_beginning(data: bytes, name: str) -> None:
    found: Any = find_format("auto", "item.xml", data)
    assert found.name == name


def test_the_index_of_a_package_is_no_question() -> None:
    assert is_question_file("a/item.xml")
    assert not is_question_file("a/imsmanifest.xml")


def test_a_button_for_a_hint_is_left_out_and_told() -> None:
    hint = """<responseDeclaration identifier="HINT" cardinality="single" baseType="boolean"/>"""
    button = """<endAttemptInteraction responseIdentifier="HINT" title="Hint"/>"""
    (parsed,) = FORMATS["qti22"].read(source(SINGLE + hint, CHOICE + f"<p>{button}</p>"))
    assert parsed.draft is not None
    assert parsed.draft.key.positions == {2}
    assert [loss.code for loss in parsed.losses] == ["button"]
