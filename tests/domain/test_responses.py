"""What is wrong with a selection."""

import pytest

from domain.responses import check_choice

UNKNOWN, REPEATED, TOO_MANY = "unknown_option", "repeated_option", "too_many_options"


@pytest.mark.parametrize(
    ("selected", "most", "faults"),
    [
        ("", 4, []),
        ("", 0, []),
        ("b", 4, []),
        ("dcba", 4, []),
        ("x", 4, [("/selected/0", UNKNOWN)]),
        ("axb", 4, [("/selected/1", UNKNOWN)]),
        ("aba", 4, [("/selected/2", REPEATED)]),
        ("aaa", 4, [("/selected/1", REPEATED), ("/selected/2", REPEATED)]),
        ("xax", 4, [("/selected/0", UNKNOWN), ("/selected/2", UNKNOWN)]),
        ("ab", 1, [("/selected/1", TOO_MANY)]),
        ("abcd", 2, [("/selected/2", TOO_MANY)]),
        ("aa", 1, [("/selected/1", REPEATED)]),
        ("A", 4, [("/selected/0", UNKNOWN)]),
    ],
)
def test_selections(selected: str, most: int, faults: list[tuple[str, str]]) -> None:
    found = check_choice(list(selected), "abcd", most)
    assert [(fault.pointer, fault.code) for fault in found] == faults
