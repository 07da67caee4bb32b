"""Tests inside of a question: responses with the scores that its author expects.

A test holds while the question grades its response as stated. Tests are worth as much as the
mistakes they notice, so the key is also changed on purpose, one option at a time, to see whether
any test fails.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from domain.errors import InvalidResponse
from domain.grading import (
    CHOICE_KINDS,
    KINDS,
    OPTION_RULES,
    AnyRule,
    Key,
    find_marking,
    grade_response,
    read_response,
)
from domain.problems import Problem
from domain.questions import SINGLE_KINDS, AnswerKey, Draft, ScoreTest, key_of, places


def failing_tests(draft: Draft) -> Iterator[Problem]:
    """A problem for each test that the question does not pass. The draft must be gradable."""
    if not draft.tests:
        return
    key = key_of(draft)
    rule = find_marking(key, draft.scoring.rule, draft.scoring.values)
    for number, test in enumerate(draft.tests, 1):
        try:
            found = _score(draft, key, rule, test)
        except InvalidResponse as error:
            told = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in error.faults)
            yield _problem(number, f"cannot be answered like that: {told}")
            continue
        if found != test.score:
            yield _problem(number, f"expects {test.score}, but {draft.scoring.rule} gives {found}")


def unnoticed_mistakes(draft: Draft) -> Iterator[Problem]:
    """A warning for each small mistake in the key that none of the tests would notice."""
    if not draft.tests:
        return
    for mistake, mutant in _mutants(draft):
        key = key_of(mutant)
        rule = find_marking(key, mutant.scoring.rule, mutant.scoring.values)
        if all(_score(mutant, key, rule, test) == test.score for test in draft.tests):
            yield Problem(
                "mistake_unnoticed",
                f"The tests would pass if {mistake}.",
                "Add a test whose score depends on it.",
                severity="warning",
            )


def _score(draft: Draft, key: Key, rule: AnyRule, test: ScoreTest) -> Fraction:
    said = dict(test.response)
    if draft.kind in CHOICE_KINDS and isinstance(said.get("selected"), list):
        selected = [str(place) for place in said["selected"]]
        response = read_response(key, draft.most_picks, selected, None)
    else:
        response = read_response(key, draft.most_picks, None, said)
    return grade_response(key, response, rule).score


def _problem(number: int, what: str) -> Problem:
    return Problem(
        "failing_test", f"Test {number} {what}.", "Mend the key, the rule or the expected score."
    )


def _mutants(draft: Draft) -> Iterator[tuple[str, Draft]]:
    if draft.kind not in CHOICE_KINDS:
        assert draft.answer is not None
        kind, parts = KINDS[draft.kind], places(draft)
        for mutant in kind.mutants(draft.answer, parts):
            told = json.dumps(kind.solution(mutant, parts), ensure_ascii=False)
            yield f"the right answer were {told}", replace(draft, answer=mutant)
    elif draft.scoring.rule in OPTION_RULES:
        yield from _other_values(draft)
    else:
        yield from _other_keys(draft)


def _other_keys(draft: Draft) -> Iterator[tuple[str, Draft]]:
    right = draft.key.positions
    for place in range(1, len(draft.own_options) + 1):
        if draft.kind not in SINGLE_KINDS:
            flipped = AnswerKey(right ^ {place})
            yield f"option {place} were {_said(place not in right)}", replace(draft, key=flipped)
        elif place not in right:
            moved = AnswerKey(frozenset({place}))
            yield f"option {place} were the right one", replace(draft, key=moved)


def _other_values(draft: Draft) -> Iterator[tuple[str, Draft]]:
    stated = draft.scoring.values
    assert stated is not None
    for place, value in enumerate(stated.options):
        opposite = -value if value else Fraction(1)
        others = (*stated.options[:place], opposite, *stated.options[place + 1 :])
        changed = stated.model_copy(update={"options": others})
        scoring = replace(draft.scoring, values=changed)
        yield f"option {place + 1} were worth {opposite}", replace(draft, scoring=scoring)


def _said(right: bool) -> str:
    return "right" if right else "wrong"
