"""Damaged files that once broke a reader, cut to what breaks it."""

import pytest

from formats import FORMATS
from tests.formats.fuzz.checks import fault_in
from tests.formats.test_qti12 import FILL, HEAD, TAIL, earns, equal, field, lid
from tests.formats.test_qti_items import CHOICE, SINGLE, declare, source

RIGHT = declare("RESPONSE", "single", "float", "1")
ENTRY = '<p>a <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
MAPPED = '<mapping defaultValue="0"><mapEntry mapKey="a" mappedValue="1"/></mapping>'
SEVERAL = declare("RESPONSE", "multiple", "identifier", "", MAPPED)
PICKED = '<variable identifier="RESPONSE"/>'
MAP_RULE = f"""<responseProcessing><responseCondition><responseIf><isNull>{PICKED}</isNull>
    </responseIf><responseElse><setOutcomeValue identifier="SCORE"><mapResponse
    identifier="RESPONSE"/></setOutcomeValue></responseElse></responseCondition>
    </responseProcessing>"""
NO_CHOICE = '<choiceInteraction responseIdentifier="RESPONSE" maxChoices="0"/>'
MATCH = '<matchInteraction responseIdentifier="RESPONSE"><simpleMatchSet/><simpleMatchSet/>'
PAIRS = declare("RESPONSE", "multiple", "directedPair", "a b")


def rules(test: str) -> str:
    one = '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue>'
    return f"""<responseProcessing><responseCondition><responseIf>{test}{one}</setOutcomeValue>
        </responseIf></responseCondition></responseProcessing>"""


def cartridge(kind: str, presentation: str, test: str) -> bytes:
    metadata = f"<itemmetadata><qtimetadata>{field('question_type', kind)}</qtimetadata>"
    item = f"""<item ident='i'>{metadata}</itemmetadata><presentation>{presentation}
        </presentation><resprocessing>{earns(test)}</resprocessing></item>"""
    return f"{HEAD}{item}{TAIL}".encode()


def equals(tolerance: str) -> str:
    values = '<variable identifier="RESPONSE"/><correct identifier="RESPONSE"/>'
    return f'<equal toleranceMode="absolute" tolerance="{tolerance}">{values}</equal>'


def gap(share: str) -> bytes:
    text = f"a {{1:SA:%{share}%b~=c}}"
    return f"""<quiz><question type="cloze"><questiontext><text>{text}</text></questiontext>
        </question></quiz>""".encode()


TABLE = '[[questions]]\ntype = "{0}"\n{1}\nanswer.answer = ["a", "b"]\n'
CHOICE_TABLE = TABLE.format("MultipleChoice", 'prompt.prompt = {0}\nprompt.distractors = ["c"]')
DEEP = "x." * 1500 + "y = 1"
BLANKS = "fill_in_multiple_blanks_question"
VARIABLE = '<variable identifier="RESPONSE"/>'
NUMBER = '<baseValue baseType="float">1</baseValue>'
TWICE = """<quiz><question type="cloze"><questiontext><text>a {1:SA:=b}</text></questiontext>
<gapnames>x x</gapnames></question></quiz>"""
FOUND = {
    "name of a gap twice": ("moodle_xml", TWICE.encode()),
    "list of texts": ("mdbook_toml", TABLE.format("ShortAnswer", 'prompt.prompt = "?"').encode()),
    "list of stems": ("mdbook_toml", CHOICE_TABLE.format('["b", "c"]').encode()),
    "deep table": ("mdbook_toml", (CHOICE_TABLE.format('"b"') + DEEP).encode()),
    "name that is none": ("qti3", source(SINGLE, CHOICE, "<qti-9x/>")),
    "key in a list": ("jsonl", b'{"title":"T","prompt":"P","options":[],"key":[[""]]}'),
    "match of one": ("qti21", source(SINGLE, CHOICE, rules(f"<match>{VARIABLE}</match>"))),
    "not of nothing": ("qti21", source(SINGLE, CHOICE, rules("<not/>"))),
    "size of nothing": ("qti21", source(SINGLE, CHOICE, rules("<containerSize/>"))),
    "member of one": ("qti21", source(SINGLE, CHOICE, rules(f"<member>{VARIABLE}</member>"))),
    "numbers": ("qti21", source(SINGLE, CHOICE, rules(f"<contains>{NUMBER * 2}</contains>"))),
    "blank tolerance": ("qti21", source(RIGHT, ENTRY, rules(equals(" ")))),
    "sets without choices": ("qti21", source(PAIRS, f"{MATCH}</matchInteraction>")),
    "number of a list": ("qti21", source(SINGLE, f'<ol start="²"><li>a</li></ol>{CHOICE}')),
    "long number of a list": ("qti21", source(SINGLE, f'<ol start="{"9" * 5000}"/>{CHOICE}')),
    "nothing accepted": (
        "qti12",
        cartridge(BLANKS, lid("a", "1").replace("Text 1", ""), equal("1", "a")),
    ),
    "name of a blank": (
        "qti12",
        cartridge("multiple_dropdowns_question", lid("x", "1", text="match" * 20), equal("1", "x")),
    ),
    "number of many digits": (
        "qti12",
        cartridge("numerical_question", FILL, equal("9E81")),
    ),
    "nothing to pick from": ("qti21", source(SEVERAL, NO_CHOICE, MAP_RULE)),
    "nothing to match with": (
        "qti12",
        cartridge("matching_question", "<response_lid ident='a'/>", equal("1", "b")),
    ),
    "unknown format of a text": (
        "moodle_xml",
        b'<quiz><question type="numerical"><questiontext format="x"/></question></quiz>',
    ),
    "sign alone as a share": ("moodle_xml", gap("-")),
    "point alone as a share": ("moodle_xml", gap(".")),
    "very small number": ("gift", b"n{#1.55e-999}"),
    "very small span": ("gift", b"n{#1.5e-999..2}"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "data"), FOUND.values(), ids=FOUND)
def test_what_broke_a_reader_does_so_no_more(name: str, data: bytes) -> None:
    assert fault_in(name, data, is_written=True) is None
    assert FORMATS[name].read(data)
