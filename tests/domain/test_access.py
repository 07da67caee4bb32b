"""Who may do what, and the text of keys."""

import re

import pytest

from domain.access import (
    PUBLIC,
    ROLES,
    SCOPES,
    STATED_TOKEN,
    Caller,
    Role,
    hash_token,
    make_token,
    public_part,
)

# role: questions:read, submissions:write, bank:read, bank:write, bank:publish, admin
TABLE = {
    "publishable": "x.....",
    "integration": "xx....",
    "author": "x.xx..",
    "reviewer": "x.x.x.",
    "admin": "xxxxxx",
}


def test_each_role_is_in_the_table() -> None:
    assert set(ROLES) == set(TABLE)
    assert list(SCOPES) == ["questions:read", "submissions:write", "bank:read", "bank:write",
                            "bank:publish", "admin"]  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_the_table_says(role: Role) -> None:
    caller = Caller("someone", ROLES[role])
    assert "".join("x" if caller.may(scope) else "." for scope in SCOPES) == TABLE[role]


def test_nobody_in_person_may_read_questions() -> None:
    assert [scope for scope in SCOPES if PUBLIC.may(scope)] == ["questions:read"]


def test_keys_are_long_random_and_show_a_public_part() -> None:
    tokens = {make_token() for _ in range(1000)}
    assert len(tokens) == 1000
    for token in tokens:
        assert re.fullmatch("qs_[0-9a-f]{8}_[0-9a-f]{48}", token)
        assert STATED_TOKEN.fullmatch(token)
        assert public_part(token) == token.split("_")[1]


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("qs_tests_0123456789abcdef", "tests"),
        (f"qs_{'a' * 50}_secret", "a" * 32),
        ("hunter2hunter2", None),
        ("qs__secretsecret", None),
        ("qs_a_b_secretsecret", None),
        ("xx_tests_0123456789", None),
    ],
)
def test_the_public_part_never_shows_the_secret(token: str, shown: str | None) -> None:
    assert public_part(token) == (shown or hash_token(token)[:8])
    assert token.split("_")[-1] not in public_part(token)


def test_keys_are_kept_as_sha_256() -> None:
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert hash_token("abc") == known


@pytest.mark.parametrize(
    ("token", "usable"),
    [("x" * 12, True), ("~!" * 100, True), ("x" * 11, False), ("x" * 201, False),
     ("hunter 2 hunter", False), ("hünter2hünter2", False), ("x" * 12 + "\n", False)],
)  # fmt: skip
def test_stated_keys_are_long_enough_and_printable(token: str, usable: bool) -> None:
    assert bool(STATED_TOKEN.fullmatch(token)) == usable
