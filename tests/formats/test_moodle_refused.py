"""What Moodle's formats refuse, where, and what they leave out while they read."""

import pytest

from formats import FORMATS, Format, find_format
from tests.formats.moodle_drafts import AIKEN, GIFT, MOODLE_XML

GIFT_REFUSED = [
    ("essay", "Why?{}", "essay", (1, 5)),
    ("description", "// x\nOnly words.", "description", (2, 1)),
    ("no end", "::T::Stem {=a\n~b", "braces", (1, 11)),
    ("no beginning", "Stem\n=a }", "braces", (2, 4)),
    ("twice", "Stem {T} and {F}", "braces", (1, 14)),
    ("TeX", "$\\frac{1}{2}$ {T}", "braces", (1, 10)),
    ("escapes before", "\\{\\} {=a {", "braces", (1, 6)),
    ("nothing right", "Stem {~a ~b}", "no_right_answer", (1, 1)),
    ("no number", "Stem {#many}", "bad_number", (1, 1)),
    ("no tolerance", "Stem {#1:wide}", "bad_number", (1, 1)),
    ("no span", "Stem {#1..many}", "bad_number", None),
    ("no arrow", "Stem {=a -> b =c}", "no_arrow", None),
    ("only partly right", "Stem {=%50%a}", "bad_answers", (1, 1)),
    ("many answers", "Stem {" + "~a" * 1_001 + "}", "too_many_answers", None),
    ("many lines", "a\n" * 5_001 + "{T}", "long_question", (5_001, 1)),
    ("NUL", "a\0b {T}", "not_utf8", (1, 2)),
]
AIKEN_REFUSED = [
    ("letters", "Q\nA. a\nC. c\nANSWER: A", "option_letters", (3, 1)),
    ("text", "Q\nA. a\nmore\nB. b\nANSWER: A", "text_after_options", (3, 1)),
    ("several", "Q\nA. a\nB. b\nANSWER: A, B", "bad_answer", (4, 1)),
    ("beyond", "Q\nA. a\nB. b\nANSWER: C", "bad_answer", (4, 1)),
    ("no stem", "A. a\nB. b\nANSWER: B", "missing_prompt", (3, 1)),
    ("no answer", "Q\nA. a\nB. b\n", "no_answer_line", (1, 1)),
    ("too long", "Q\n" * 1_001, "no_answer_line", (1_001, 1)),
]
STEM = "<questiontext><text>Stem</text></questiontext>"
XML_REFUSED = [
    ("essay", '<question type="essay"/>', "essay"),
    ("description", '<question type="description"/>', "description"),
    ("calculated", '<question type="calculated"/>', "unknown_type"),
    ("no type", "<question/>", "unknown_type"),
    ("no answers", f'<question type="multichoice">{STEM}</question>', "no_answers"),
    ("wrong", '<question type="multichoice"><answer fraction="0"/></question>', "no_right_answer"),
    ("fraction", '<question type="multichoice"><answer fraction="x"/></question>', "bad_number"),
    (
        "grade",
        '<question type="shortanswer"><defaultgrade>x</defaultgrade></question>',
        "bad_number",
    ),
    ("truth", '<question type="truefalse"><answer/></question>', "true_false_answers"),
    ("no gap", f'<question type="cloze">{STEM}</question>', "no_gaps"),
    (
        "no number",
        '<question type="numerical"><answer fraction="100">many</answer></question>',
        "bad_number",
    ),
    (
        "only *",
        '<question type="numerical"><answer fraction="100">*</answer></question>',
        "no_right_answer",
    ),
    ("no text", '<question type="shortanswer"/>', "bad_answers"),
]
GAPS = [
    ("{1:ESSAY:=a}", "unknown_gap"),
    ("{1:MULTIRESPONSE:=a~b}", "unknown_gap"),
    ("{1:MULTICHOICE:%50%a~b}", "no_right_answer"),
    ("{1:NUMERICAL:=many}", "bad_answers"),
    ("{1:SA:=a}" * 51, "too_many_gaps"),
]
TABLE = [(GIFT, *case[1:]) for case in GIFT_REFUSED] + [
    (AIKEN, *case[1:]) for case in AIKEN_REFUSED
]
NAMES = [f"gift {case[0]}" for case in GIFT_REFUSED] + [
    f"aiken {case[0]}" for case in AIKEN_REFUSED
]


@pytest.mark.parametrize(("form", "text", "code", "place"), TABLE, ids=NAMES)
def test_a_refusal_has_its_place(
    form: Format, text: str, code: str, place: tuple[int, int] | None
) -> None:
    parsed = form.read(text.encode())[0]
    assert parsed.draft is None
    (problem,) = parsed.problems
    assert (problem.code, problem.hint != "") == (code, True)
    if place is not None:
        assert (problem.line, problem.column or 1) == place


@pytest.mark.parametrize(("source", "code"), [case[1:] for case in XML_REFUSED])
def test_a_question_of_xml_is_refused_on_its_line(source: str, code: str) -> None:
    good = f'<question type="truefalse">{STEM}<answer fraction="100"/><answer/></question>'
    first, second, third = MOODLE_XML.read(f"<quiz>{good}\n\n{source}{good}</quiz>".encode())
    assert (first.problems, third.problems) == ((), ())
    (problem,) = second.problems
    assert (problem.code, problem.line, second.draft) == (code, 3, None)


@pytest.mark.parametrize(("text", "code"), GAPS)
def test_gaps_that_are_refused(text: str, code: str) -> None:
    source = xml("cloze", "").replace("Stem", text)
    (parsed,) = MOODLE_XML.read(source.encode())
    assert [problem.code for problem in parsed.problems] == [code]


def lost(form: Format, text: str) -> list[tuple[str, str]]:
    (parsed,) = form.read(text.encode())
    assert parsed.draft is not None, parsed.problems
    return [(loss.path, loss.code) for loss in parsed.losses]


def xml(type_: str, inside: str) -> str:
    return f'<quiz><question type="{type_}">{STEM}{inside}</question></quiz>'


RIGHT = '<answer fraction="100"><text>1</text></answer>'
LOST = [
    (
        GIFT,
        "a{=x =%50%y#no =%50%z*}",
        [("/answers/2", "feedback"), ("/answers/3", "partial_wildcard")],
    ),
    (GIFT, "a{#1 =%50%2 ~#no}", [("/answers", "feedback"), ("/answers/2", "other_number")]),
    (GIFT, "a{=x =y ~z}", [("/key", "several_right")]),
    (MOODLE_XML, xml("numerical", RIGHT + "<units><unit/></units>"), [("/answer/units", "units")]),
    (MOODLE_XML, xml("shortanswer", RIGHT + "<penalty>0.5</penalty>"), [("", "penalty")]),
    (MOODLE_XML, xml("shortanswer", RIGHT + "<penalty>0.3333333</penalty>"), []),
    (
        MOODLE_XML,
        xml("shortanswer", RIGHT + "<correctfeedback><text>Good!</text></correctfeedback>"),
        [("", "correctfeedback")],
    ),
    (
        MOODLE_XML,
        xml("ordering", RIGHT + RIGHT + "<gradingtype>ABSOLUTE_POSITION</gradingtype>"),
        [("/scoring/rule", "scoring")],
    ),
    (
        MOODLE_XML,
        xml("shortanswer", RIGHT + '<answer fraction="0"><text>2</text></answer>'),
        [("/answers/2", "wrong_answer")],
    ),
]


@pytest.mark.parametrize(("form", "text", "losses"), LOST)
def test_what_is_left_out_is_told(form: Format, text: str, losses: list[tuple[str, str]]) -> None:
    assert lost(form, text) == losses


HEADS = [
    ("a.txt", "Q?\nA. a\nB. b\nANSWER: B", "aiken"),
    ("a.txt", "::T::Q{T}", "gift"),
    ("a.txt", "Q {\n =a\n ~b }", "gift"),
    ("a.txt", "// c\n\n$CATEGORY: x\n\nQ {#3}", "gift"),
    ("a.dat", "Q?\nA) a\nB) b\nanswer: b", "aiken"),
    ("a.xml", '<?xml version="1.0"?>\n<!-- x -->\n<quiz>', "moodle_xml"),
    ("a.dat", "<quiz/>", "moodle_xml"),
    ("a.md", "---\ntitle: T\n---\n::: {.callout-note}\n", "quarto"),
    ("a.dat", "<assessmentItem/>", None),
    ("a.dat", "Nothing at all.", None),
    ("a.dat", '{"a": {"T": 1}}', None),
]


@pytest.mark.parametrize(("file", "head", "name"), HEADS)
def test_a_format_is_known_by_its_beginning(file: str, head: str, name: str | None) -> None:
    for encoding in (
        ("utf-8", "utf-8-sig") if name == "quarto" else ("utf-8", "utf-8-sig", "utf-16")
    ):
        found = find_format("auto", file, head.encode(encoding))
        assert (found.name if found else None) == name
    known = [form.name for form in FORMATS.values() if form.sniff(head.encode())]
    assert known == ([name] if name else [])


PICTURE = (
    '<questiontext format="html"><text>&lt;img src="@@PLUGINFILE@@/{src}" alt="A map"&gt;</text>'
    '<file name="{name}" path="/" encoding="base64">{content}</file></questiontext>'
)


@pytest.mark.parametrize(
    ("src", "name", "path"),
    [
        ("a.png", "a.png", "a.png"),
        ("a%20b.png", "a b.png", "a%20b.png"),
        ("../a.png", "../a.png", "a.png"),
    ],
)
def test_pictures_come_by_the_path_that_the_text_names(src: str, name: str, path: str) -> None:
    stem = PICTURE.format(src=src, name=name, content="aGVsbG8=")
    source = f'<quiz><question type="shortanswer">{stem}{RIGHT}</question></quiz>'
    (parsed,) = MOODLE_XML.read(source.encode())
    assert parsed.draft is not None
    assert parsed.draft.prompt == f"![A map]({path})"
    assert parsed.media == {path: b"hello"}


@pytest.mark.parametrize(
    ("name", "content", "code"), [("b.png", "aGVsbG8=", "unused_file"), ("a.png", "!", "bad_file")]
)
def test_pictures_that_are_not_carried_are_told(name: str, content: str, code: str) -> None:
    stem = PICTURE.format(src="a.png", name=name, content=content)
    source = f'<quiz><question type="shortanswer">{stem}{RIGHT}</question></quiz>'
    (parsed,) = MOODLE_XML.read(source.encode())
    assert [loss.code for loss in parsed.losses] == [code]
    assert parsed.media == {}
