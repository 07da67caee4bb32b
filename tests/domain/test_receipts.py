"""A receipt as bytes: the canonical form of RFC 8785, whatever its texts hold."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.receipts import AnsweredQuestion, Receipt, from_base64url, key_id, to_base64url

RECEIPT = Receipt(
    issuer="https://questions.example.org",
    submission="0199aaaa-0000-7000-8000-000000000001",
    grade="0199aaaa-0000-7000-8000-000000000002",
    learner="L 1",
    question=AnsweredQuestion(
        id="0199aaaa-0000-7000-8000-000000000003",
        slug="rivers",
        version=2,
        content_hash="ab" * 32,
        kind="multiple_response",
    ),
    options=frozenset({"b234", "a234", "c234"}),
    key=frozenset({"c234", "a234"}),
    selected=frozenset({"c234"}),
    rule="net_right(floor=none)",
    rule_version=1,
    score=Fraction(1, 2),
    max_points=Fraction(4, 3),
    submitted_at=datetime(2026, 11, 24, 10, 0, tzinfo=UTC),
    graded_at=datetime(2026, 11, 24, 12, 0, 0, 250000, tzinfo=timezone(timedelta(hours=1))),
)
EXPECTED = (
    '{"grade":"0199aaaa-0000-7000-8000-000000000002","graded_at":"2026-11-24T11:00:00.250000Z",'
    '"issuer":"https://questions.example.org","key":["a234","c234"],"learner":"L 1",'
    '"max_points":"4/3","options":["a234","b234","c234"],"points":"2/3","question":'
    f'{{"content_hash":"{"ab" * 32}","id":"0199aaaa-0000-7000-8000-000000000003",'
    '"kind":"multiple_response","slug":"rivers","version":2},"response":null,'
    '"rule":"net_right(floor=none)","rule_version":1,"score":"1/2","selected":["c234"],'
    '"submission":"0199aaaa-0000-7000-8000-000000000001","submitted_at":"2026-11-24T10:00:00Z"}'
)


def test_the_bytes_that_are_signed() -> None:
    assert RECEIPT.canonical == EXPECTED.encode()


# The text, and how RFC 8785, section 3.2.2.2, writes it.
TEXTS = {
    "the example of the RFC": (
        '\u20ac$\x0f\nA\'B"\\\\"/',
        '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"',
    ),
    "short escapes": ("\b\t\n\f\r", '"\\b\\t\\n\\f\\r"'),
    "long escapes": ("\x01\x0b\x1b\x1f", '"\\u0001\\u000b\\u001b\\u001f"'),
    "nothing else is escaped": ("/<>&'\x7f\x80\xa0", '"/<>&\'\x7f\x80\xa0"'),
    "line separators of JavaScript": ("\u2028\u2029", '"\u2028\u2029"'),
    "beyond the basic plane": ("\U0001f600 \U0010ffff", '"\U0001f600 \U0010ffff"'),
    "neither composed nor decomposed": ("\u00e9 e\u0301", '"\u00e9 e\u0301"'),
    "quotes": ('""', '"\\"\\""'),
    "empty": ("", '""'),
}


@pytest.mark.parametrize(("text", "written"), TEXTS.values(), ids=TEXTS)
def test_a_text_is_written_as_the_standard_says(text: str, written: str) -> None:
    receipt = replace(RECEIPT, learner=text)
    assert receipt.canonical == EXPECTED.replace('"L 1"', written).encode()


def canonical(value: Any) -> str:
    """RFC 8785 once more, for what a receipt may hold: written by its text, without a library."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(n)}:{canonical(v)}" for n, v in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(map(escaped, value)) + '"'
    assert value is None or type(value) is int, "no floats, and no truth values so far"
    return "null" if value is None else str(value)


def escaped(character: str) -> str:
    short = {"\b": "b", "\t": "t", "\n": "n", "\f": "f", "\r": "r", '"': '"', "\\": "\\"}
    if character in short:
        return "\\" + short[character]
    return f"\\u{ord(character):04x}" if character < " " else character


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.none() | st.frozensets(st.text("abcdefgh234567", min_size=4, max_size=6)),
)
def test_any_receipt_is_canonical(issuer: str, learner: str, key: frozenset[str] | None) -> None:
    receipt = replace(RECEIPT, issuer=issuer, learner=learner, key=key)
    assert receipt.canonical == canonical(receipt.document).encode()
    assert json.loads(receipt.canonical) == receipt.document


def names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for part in value.values():
            yield from names(part)


def test_member_names_are_ascii_so_that_every_order_of_them_is_the_same() -> None:
    assert len(list(names(RECEIPT.document))) == 21
    assert all(name.isascii() for name in names(RECEIPT.document))


def test_ids_come_in_code_point_order() -> None:
    ids = frozenset(f"{letter}{digit}aa" for letter in "zyxab" for digit in "72")
    document = replace(RECEIPT, options=ids, key=ids, selected=ids).document
    assert document["options"] == document["key"] == document["selected"] == sorted(ids)


def test_what_is_not_told_is_null() -> None:
    closed = replace(RECEIPT, key=None, learner=None).document
    assert (closed["key"], closed["learner"], closed["response"]) == (None, None, None)
    assert replace(RECEIPT, key=frozenset()).document["key"] == []


@pytest.mark.parametrize(
    ("score", "told"),
    [("0", ("0", "0")), ("1", ("1", "4/3")), ("-1/3", ("-1/3", "-4/9")), ("3/4", ("3/4", "1"))],
)
def test_points_are_exact(score: str, told: tuple[str, str]) -> None:
    document = replace(RECEIPT, score=Fraction(score)).document
    assert (document["score"], document["points"]) == told


def test_the_id_of_a_key_is_its_thumbprint() -> None:
    """The example of RFC 8037, appendix A.3."""
    public_key = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert key_id(public_key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@given(st.binary(max_size=70))
def test_octets_are_text_without_padding_and_back(octets: bytes) -> None:
    text = to_base64url(octets)
    assert not set(text) & set("+/=")
    assert from_base64url(text) == octets
