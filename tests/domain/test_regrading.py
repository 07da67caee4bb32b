"""What each mode gives, as a table of modes and kinds; what cannot be graded is told."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from domain.errors import InvalidResponse
from domain.grading import KINDS, ChoiceKey, KindKey, find_marking
from domain.regrading import (
    CORRECTED,
    PREVIOUS,
    Basis,
    Mode,
    Regraded,
    Ungradable,
    difference,
    regrade,
)

ABCD = ("a", "b", "c", "d")
Sent = tuple[list[str], dict[str, Any] | None]


def choice(right: str, *, number: int = 1, rule: str = "all_or_nothing", ids: str = "abcd",
           kind: str = "multiple_response", picks: int = 4) -> Basis:  # fmt: skip
    key = ChoiceKey(tuple(ids), frozenset(right))
    return Basis(number, kind, key, find_marking(key, rule), picks)


def other(kind: str, stated: dict[str, Any], parts: dict[str, tuple[str, ...]] | None = None,
          number: int = 1, rule: str = "all_or_nothing") -> Basis:  # fmt: skip
    key = KindKey(KINDS[kind], KINDS[kind].stated.read(stated), parts or {})
    return Basis(number, kind, key, find_marking(key, rule), 0)


def got(mode: Mode, answered: Basis, target: Basis | None, sent: Sent) -> Regraded:
    told = regrade(mode, answered, target, *sent)
    assert isinstance(told, Regraded)
    return told


MATCH_PARTS: dict[str, tuple[str, ...]] = {"": ("x", "y"), "targets": ("p", "q")}
BLANK = {"n": {"kind": "numeric", "value": 1}}
# Answered version, corrected version, what was sent, scores by the old and by the corrected key.
CASES: dict[str, tuple[Basis, Basis, Sent, str, str]] = {
    "raised": (choice("a"), choice("ab", number=2), (["b", "a"], None), "0", "1"),
    "lowered": (choice("a"), choice("ab", number=2), (["a"], None), "1", "0"),
    "partial": (choice("ab", rule="net_right"), choice("abc", number=2, rule="net_right"),
                (["a", "c"], None), "0", "2/3"),
    "single": (choice("a", kind="single_choice", picks=1),
               choice("b", kind="single_choice", picks=1, number=2), (["b"], None), "0", "1"),
    "numeric": (other("numeric", {"value": 1}), other("numeric", {"value": 2}, number=2),
                ([], {"value": "2"}), "0", "1"),
    "short_text": (other("short_text", {"accept": ["yes"]}),
                   other("short_text", {"accept": ["yes", "aye"]}, number=2),
                   ([], {"text": "aye"}), "0", "1"),
    "ordering": (other("ordering", {}, {"": ("x", "y", "z")}),
                 other("ordering", {}, {"": ("y", "x", "z")}, number=2),
                 ([], {"order": ["x", "y", "z"]}), "1", "0"),
    "matching": (other("matching", {"pairs": [1, 2]}, MATCH_PARTS, rule="each_pair"),
                 other("matching", {"pairs": [1, 1]}, MATCH_PARTS, 2, rule="each_pair"),
                 ([], {"pairs": {"x": "p", "y": "q"}}), "1", "1/2"),
    "cloze": (other("cloze", {"blanks": BLANK}),
              other("cloze", {"blanks": {"n": {"kind": "numeric", "value": 2}}}, number=2),
              ([], {"blanks": {"n": {"value": "2"}}}), "0", "1"),
}  # fmt: skip


def test_every_kind_has_a_case() -> None:
    assert {case[0].kind for case in CASES.values()} >= KINDS.keys()


@pytest.mark.parametrize("name", CASES)
def test_what_each_mode_gives(name: str) -> None:
    answered, target, sent, old, new = CASES[name]
    by_old = got("current_key", answered, answered, sent)
    by_new = got("current_key", answered, target, sent)
    better = got("current_or_previous", answered, target, sent)
    assert (str(by_old.grade.score), str(by_new.grade.score)) == (old, new)
    assert better.grade.score == max(Fraction(old), Fraction(new))
    is_old = Fraction(old) > Fraction(new)
    assert (better.by_answered, by_new.by_answered, by_old.by_answered) == (is_old, False, True)
    assert better.grade.reason.endswith(PREVIOUS if is_old else CORRECTED)
    assert better.grade.correct == (by_old if is_old else by_new).grade.correct
    full = got("full_credit", answered, None, sent)
    assert full.grade.score == 1
    assert (full.grade.correct, full.rule) == (True, "full_credit")
    assert regrade("none", answered, None, *sent) is None


def test_equal_scores_are_by_the_corrected_key() -> None:
    told = got("current_or_previous", choice("a"), choice("b", number=2), (["c"], None))
    assert told.grade.score == 0
    assert not told.by_answered
    assert told.grade.reason.endswith(CORRECTED)


PROBLEMS: dict[str, tuple[Basis, Basis, Sent, str]] = {
    "kind": (choice("a"), choice("a", kind="single_choice", number=2), (["a"], None),
             "kind_changed"),
    "other kind": (choice("a"), other("numeric", {"value": 1}, number=2), (["a"], None),
                   "kind_changed"),
    "new option": (choice("a"), choice("a", ids="abcde", number=2), (["a"], None),
                   "option_not_shown"),
    "option gone": (choice("a"), choice("a", ids="abc", number=2), (["d"], None),
                    "option_missing"),
    "another unit": (other("numeric", {"value": 1}),
                     other("numeric", {"value": 1, "units": {"m": 1}}, number=2),
                     ([], {"value": "1"}), "parts_changed"),
    "one more to order": (other("ordering", {}, {"": ("x", "y")}),
                          other("ordering", {}, {"": ("x", "y", "z")}, number=2),
                          ([], {"order": ["x", "y"]}), "parts_changed"),
}  # fmt: skip


@pytest.mark.parametrize("mode", ["current_key", "current_or_previous"])
@pytest.mark.parametrize("name", PROBLEMS)
def test_what_cannot_be_graded_is_told(name: str, mode: Mode) -> None:
    answered, target, sent, problem = PROBLEMS[name]
    told = regrade(mode, answered, target, *sent)
    assert isinstance(told, Ungradable)
    assert told.code == problem
    assert "ersion 2" in told.detail


def test_who_did_not_pick_the_option_that_is_gone_can_be_graded() -> None:
    answered, target = choice("d"), choice("a", ids="abc", number=2)
    assert got("current_key", answered, target, (["a"], None)).grade.score == 1
    assert difference(answered, target) is None


def test_an_answer_that_never_fitted_is_told() -> None:
    """Such as one that was stored by a version of the service that asked less of it."""
    told = regrade("current_or_previous", choice("a"), choice("b", number=2), ["a", "a"], None)
    assert isinstance(told, Ungradable)
    with pytest.raises(InvalidResponse):
        other("numeric", {"value": 1}).key.read({})  # type: ignore[union-attr]
    sent = replace(other("numeric", {"value": 1}), number=2)
    told = regrade("current_key", other("numeric", {"value": 1}), sent, [], {})
    assert isinstance(told, Ungradable)
    assert told.code == "response_does_not_fit"
