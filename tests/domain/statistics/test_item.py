"""What answers say about a question, beside the same figures made the long way."""

import json
from fractions import Fraction
from itertools import chain, combinations

import pytest

from domain.grading import KINDS, ChoiceKey, ChoiceResponse, KindKey, OptionValues, find_rule, grade
from domain.grading.guessing import guessing_mean, score_bounds
from domain.option_references import letter
from domain.statistics import Answered, ItemStatistics, Tally, describe

KEY = ChoiceKey(("aaaa", "bbbb", "cccc", "dddd"), frozenset({"aaaa", "cccc"}))
WEIGHTS = OptionValues("weights", 1, {"aaaa": Fraction(1, 2), "bbbb": Fraction(-1)})


def answered(*picked: str, rule: str = "net_right") -> Answered:
    found = grade(KEY, ChoiceResponse(frozenset(picked)), find_rule(rule))
    return Answered(json.dumps(picked), None, str(found.score), found.correct)


def described(*answers: Answered, rule: str = "net_right") -> ItemStatistics:
    tally = Tally()
    tally.add(answers)
    return describe(tally, KEY, find_rule(rule), 4)


def test_without_answers_there_are_no_estimates() -> None:
    found = described()
    assert (found.submissions, found.facility, found.correct, found.time) == (0, None, None, None)
    assert (found.patterns, found.others, found.possible_patterns) == ((), 0, 16)
    assert [one.picked for one in found.options] == [0, 0, 0, 0]


def test_facility_is_the_mean_score_and_the_share_of_right_answers_something_else() -> None:
    found = described(answered("aaaa", "cccc"), answered("aaaa"), answered("bbbb"))
    assert found.facility is not None
    assert found.correct is not None
    assert found.facility.mean == Fraction(1, 2)
    assert (found.correct.mean, found.correct_count) == (Fraction(1, 3), 1)


def test_the_order_of_picks_does_not_matter() -> None:
    found = described(answered("aaaa", "cccc"), answered("cccc", "aaaa"))
    assert [(one.selected, one.count) for one in found.patterns] == [(("aaaa", "cccc"), 2)]


def test_patterns_come_by_falling_count_with_the_mean_score_of_each() -> None:
    found = described(answered("dddd"), answered("aaaa"), answered("aaaa"), answered())
    told = [(one.selected, one.count, one.share, one.mean_score) for one in found.patterns]
    half, quarter = Fraction(1, 2), Fraction(1, 4)
    assert told == [
        (("aaaa",), 2, half, half),
        ((), 1, quarter, 0),
        (("dddd",), 1, quarter, 0),
    ]


def test_a_pattern_whose_grades_differ_has_their_mean_and_is_not_right() -> None:
    regraded = answered("aaaa")._replace(score="1", correct=True)
    (pattern,) = described(answered("aaaa"), regraded).patterns
    assert (pattern.mean_score, pattern.correct) == (Fraction(3, 4), False)


def test_options_tell_how_many_picked_them_and_what_both_sides_earned() -> None:
    found = described(answered("aaaa", "cccc"), answered("aaaa"), answered("bbbb"))
    told = {one.letter: (one.right, one.picked, one.mean_of_pickers) for one in found.options}
    assert told == {
        "A": (True, 2, Fraction(3, 4)),
        "B": (False, 1, 0),
        "C": (True, 1, 1),
        "D": (False, 0, None),
    }
    assert [one.mean_of_others for one in found.options] == [
        0, Fraction(3, 4), Fraction(1, 4), Fraction(1, 2)
    ]  # fmt: skip


def test_a_score_that_the_rule_never_gives_widens_the_bounds() -> None:
    found = described(answered("aaaa")._replace(score="3/2"))
    assert found.facility is not None
    assert found.facility.mean == Fraction(3, 2)


def test_a_tally_read_back_is_the_same_and_goes_on() -> None:
    answers = [answered("aaaa"), answered("bbbb"), answered("aaaa", "cccc")]
    parts = Tally()
    for one in answers:
        read = Tally.read(json.loads(json.dumps(parts.document())))
        more = Tally()
        more.add([one])
        more.add_times([(900, 1), (41_337, 2)])
        read.merge(more)
        parts = read
    whole = Tally()
    whole.add(answers)
    whole.add_times([(900, 3), (41_337, 6)])
    assert parts.document() == whole.document()
    assert whole.count == 3


def test_responses_of_other_kinds_are_told_apart_by_what_they_say() -> None:
    kind = KINDS["numeric"]
    key = KindKey(kind, kind.stated.read({"value": "3"}), {})
    tally = Tally()
    sent = ['{"value": "3", "unit": "m"}', '{"unit": "m", "value": "3"}', '{"value": "4"}']
    tally.add(Answered("[]", one, "1", True) for one in sent)
    tally.add([Answered("[]", json.dumps({"value": "9" * 2000}), "0", False)])
    found = describe(tally, key, kind.find_rule("all_or_nothing"), 0)
    assert [(one.response, one.count) for one in found.patterns] == [
        ({"unit": "m", "value": "3"}, 2), ({"value": "4"}, 1)
    ]  # fmt: skip
    assert (found.others, found.options, found.guessing, found.possible_patterns) == (
        1,
        (),
        None,
        None,
    )


@pytest.mark.parametrize("rule", ["net_right", "all_or_nothing", "every_decision", WEIGHTS])
@pytest.mark.parametrize("picks", [1, 4])
def test_guessing_and_bounds_are_those_of_all_selections(
    rule: str | OptionValues, picks: int
) -> None:
    marking = find_rule(rule) if isinstance(rule, str) else rule
    sizes = range(5) if picks == 4 else range(1, 2)
    every = list(chain.from_iterable(combinations(KEY.options, size) for size in sizes))
    scores = [marking.mark(KEY, frozenset(picked)) for picked in every]
    assert guessing_mean(KEY, marking, picks) == sum(scores, Fraction(0)) / len(scores)
    nothing = marking.mark(KEY, frozenset())
    assert score_bounds(KEY, marking, picks) == (min(*scores, nothing), max(*scores, nothing))


def test_letters_go_on_behind_z() -> None:
    assert [letter(place) for place in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]
