"""Files that mean harm or are broken: a problem each, in little time, and never anything else."""

from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formats import FORMATS
from tests.formats.qti_drafts import drafts
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
    started = perf_counter()
    parsed = FORMATS[name].read(HOSTILE[case])
    assert perf_counter() - started < 2
    for one in parsed:
        assert (one.draft is None) == any(each.severity == "error" for each in one.problems)
        assert one.draft is None or "deep" in case
    assert parsed or name == "qti12"


def test_an_external_file_is_not_read(tmp_path: object) -> None:
    (parsed,) = FORMATS["qti3"].read(HOSTILE["external_entity"])
    assert [problem.code for problem in parsed.problems] == ["doctype"]


@given(data=st.data(), draft=drafts, name=st.sampled_from(NAMES))
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_damaged_files_never_raise(data: st.DataObject, draft: object, name: str) -> None:
    content = FORMATS[name].render(draft).content or GOOD  # type: ignore[arg-type]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    damaged = content[:start] + data.draw(st.binary(max_size=6)) + content[end:]
    for one in FORMATS[name].read(damaged):
        assert (one.draft is None) == bool(one.problems)
