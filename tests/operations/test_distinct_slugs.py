"""Questions of one file with one title get slugs of their own, the same each time."""

import pytest

from domain.questions import LONGEST_SLUG, AnswerKey, Draft, Option
from operations.distinct_slugs import Slugs


def draft(prompt: str) -> Draft:
    return Draft("T", prompt, (Option("a"), Option("b")), AnswerKey(frozenset({1})))


LONG = "x" * LONGEST_SLUG


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ([("t", "a"), ("t", "b"), ("t", "c")], ["t", "t-2", "t-3"]),
        ([("t", "a"), ("t", "b"), ("t", "a"), ("t", "b")], ["t", "t-2", "t", "t-2"]),
        ([("t-2", "a"), ("t", "b"), ("t", "c")], ["t-2", "t", "t-3"]),
        ([("t", "a"), ("t", "b"), ("t-2", "c")], ["t", "t-2", "t-2-2"]),
        ([("t", "a"), ("t", "b"), ("t-2", "b")], ["t", "t-2", "t-2"]),
        ([(LONG, "a"), (LONG, "b")], [LONG, f"{LONG[:-2]}-2"]),
    ],
)
def test_slugs(asked: list[tuple[str, str]], given: list[str]) -> None:
    slugs = Slugs()
    assert [slugs.distinct(slug, draft(prompt)) for slug, prompt in asked] == given
