"""What a person is told about a change."""

from dataclasses import replace
from typing import Any

import pytest

from domain.differences import difference
from domain.questions import AnswerKey, Option, Scoring
from tests.domain.test_questions import SILENT, SPEAKING, with_first, with_reading
from tests.factories import DRAFT


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({"title": "Streams"}, ["title: - Rivers of Europe", "title: + Streams"]),
        ({"prompt": f"{DRAFT.prompt}\n-- x\n@@ y"}, ["prompt: + -- x", "prompt: + @@ y"]),
        (with_first(text="Maas"), ["option 1: - The Rhine", "option 1: + Maas"]),
        ({"options": (*DRAFT.options, Option("Ob"))}, ["option 5: + Ob"]),
        ({"options": DRAFT.options[:3]}, ["option 4: - The Rhône"]),
        (with_first(feedback=None), ["feedback 1: - It ends near Rotterdam."]),
        (with_first(pinned=True), ["pinned 1: + yes"]),
        ({"key": AnswerKey(frozenset())}, ["key: - 1, 3", "key: + none"]),
        ({"tags": ("a", "b")}, ["tags: + a, b"]),
        ({"scoring": Scoring("x")}, ["scoring: - all_or_nothing, 1 points",
                                     "scoring: + x, 1 points"]),
        (with_reading(note=""), ["reference 1: - Rivers <https://example.org/rivers> has maps.",
                                 "reference 1: + Rivers <https://example.org/rivers>"]),
        ({"extra": {"author": "me"}}, ["author: + me"]),
    ],
    ids=str,
)  # fmt: skip
def test_changes_are_told_by_part_and_line(changes: dict[str, Any], lines: list[str]) -> None:
    changed = replace(DRAFT, **changes)
    assert list(difference(DRAFT, changed)) == lines
    turned = [line.replace(": + ", ": ? ").replace(": - ", ": + ") for line in lines]
    assert set(difference(changed, DRAFT)) == {line.replace(": ? ", ": - ") for line in turned}


@pytest.mark.parametrize("changes", SPEAKING, ids=str)
def test_whatever_changes_the_hash_is_told(changes: dict[str, Any]) -> None:
    assert difference(DRAFT, replace(DRAFT, **changes)) != ()


@pytest.mark.parametrize("changes", SILENT, ids=str)
def test_nothing_is_told_of_names(changes: dict[str, Any]) -> None:
    assert difference(DRAFT, replace(DRAFT, **changes)) == ()
