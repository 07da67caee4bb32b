"""Files that mean harm or are broken: a problem each, in little time, and never anything else."""

from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formats import FORMATS
from tests.cpu import soon
from tests.formats.qti_drafts import drafts
from tests.formats.test_qti12 import HEAD, TAIL, earns, equal, lid
from tests.formats.test_qti_items import CHOICE, SINGLE, newer, source

NAMES = ("qti3", "qti22", "qti21", "qti12")
GOOD = newer(source(SINGLE, CHOICE))
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (at + 1, b"&l%d;" % at * 10) for at in range(9))
NESTED = b"<span>" * 200 + b"x" + b"</span>" * 200
HOSTILE = {
    "billion_laughs": b'<!DOCTYPE a [<!ENTITY l0 "lol">' + LAUGHS + b"]><a>&l9;</a>",
    "external_entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "laughs_in_utf16": (
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
    ).encode("utf-16"),
    "external_dtd": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    "deep": b"<a>" * 100_000 + b"</a>" * 100_000,
    "deep_item": source(SINGLE, CHOICE.replace("Which?", NESTED.decode() * 3)),
    "deep_rules": source(SINGLE, CHOICE, "<responseProcessing><responseCondition><responseIf>"
                         + "<not>" * 230 + "</not>" * 230 + '<setOutcomeValue identifier="SCORE">'
                         "</setOutcomeValue></responseIf></responseCondition></responseProcessing>"),
    "truncated": GOOD[: len(GOOD) // 2],
    "empty": b"",
    "not_utf8": GOOD.replace(b"Two", b"\xff\xfe\xfa"),
    "unknown_encoding": b'<?xml version="1.0" encoding="klingon"?><a/>',
    "not_xml": b"\x00\x01\x02" * 1000,
    "wide": b"<a>" + b"<b/>" * 300_000 + b"</a>",
    "many_attributes": b"<a " + b" ".join(b'x%d="1"' % at for at in range(50_000)) + b"/>",
    "long_number": source(SINGLE.replace("identifier\">", 'float">', 1).replace(
        ">B<", f">{'9' * 1_000_000}<"), '<textEntryInteraction responseIdentifier="RESPONSE"/>'),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_soon(case: str, name: str) -> None:
    with soon(2):
        parsed = FORMATS[name].read(HOSTILE[case])
    for one in parsed:
        assert (one.draft is None) == any(each.severity == "error" for each in one.problems)
        assert one.draft is None or "deep" in case
    assert parsed or name == "qti12"


def test_an_external_file_is_not_read(tmp_path: object) -> None:
    (parsed,) = FORMATS["qti3"].read(HOSTILE["external_entity"])
    assert [problem.code for problem in parsed.problems] == ["doctype"]


SUBSETS = {
    "comment": "<!-- nothing -->",
    "instruction": "<?nothing x?>",
    "notation": '<!NOTATION n SYSTEM "n">',
    "attribute": '<!ATTLIST assessmentItem identifier CDATA "y">',
    "parameters": '<!ENTITY % a "<!-- b -->">%a;%a;',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("subset", SUBSETS)
def test_no_declarations_of_a_file_are_even_parsed(subset: str, encoding: str) -> None:
    head = f"<?a b?> <!-- c --><!DOCTYPE assessmentItem [{SUBSETS[subset]}]>"
    (parsed,) = FORMATS["qti21"].read(f"{head}{source(SINGLE, CHOICE).decode()}".encode(encoding))
    assert [problem.code for problem in parsed.problems] == ["doctype"]


def test_declarations_in_a_text_are_only_words() -> None:
    words = "<![CDATA[What does <!DOCTYPE note [ begin?]]>"
    (parsed,) = FORMATS["qti21"].read(source(SINGLE, CHOICE.replace("Which?", words)))
    assert parsed.draft is not None
    assert "DOCTYPE note" in parsed.draft.prompt


@pytest.mark.parametrize("gaps", ["<!-- a -->", "<?a b?>", "<!--", "<?", " \n"])
def test_a_long_prolog_is_passed_soon(gaps: str) -> None:
    with soon(2):
        FORMATS["qti21"].read(gaps.encode() * 200_000)


QUOTES = "<blockquote>" * 245 + "x" + "</blockquote>" * 245  # as deep as the parser allows


def test_quotes_of_quotes_without_end_are_refused() -> None:
    (parsed,) = FORMATS["qti21"].read(source(SINGLE, CHOICE.replace("Which?", QUOTES)))
    assert [problem.code for problem in parsed.problems] == ["too_deep"]


def test_a_deep_item_of_qti12_leaves_the_others() -> None:
    deep = lid("response1", "12", text="").replace("Text 1", escape(QUOTES))
    items = "".join(
        f"<item ident='{name}'><presentation>{shown}</presentation><resprocessing>"
        f"{earns(equal('2'))}</resprocessing></item>"
        for name, shown in (("a", deep.replace("plain", "html")), ("b", lid("response1", "12")))
    )
    first, second = FORMATS["qti12"].read(f"{HEAD}{items}{TAIL}".encode())
    assert [problem.code for problem in first.problems] == ["too_deep"]
    assert second.draft is not None


@given(data=st.data(), draft=drafts, name=st.sampled_from(NAMES))
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_damaged_files_never_raise(data: st.DataObject, draft: object, name: str) -> None:
    content = FORMATS[name].render(draft).content or GOOD  # type: ignore[arg-type]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    damaged = content[:start] + data.draw(st.binary(max_size=6)) + content[end:]
    for one in FORMATS[name].read(damaged):
        assert (one.draft is None) == bool(one.problems)
