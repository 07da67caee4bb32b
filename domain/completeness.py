"""What keeps a draft from being published."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from domain.errors import UnknownRule
from domain.grading import (
    CHOICE_KINDS,
    OPTION_RULES,
    OWN,
    Kind,
    find_marking,
    find_rule,
    oracle_budget,
)
from domain.grading import KINDS as OTHER_KINDS
from domain.identity import as_seen
from domain.lint import lint
from domain.option_references import misplaced_references, unknown_references
from domain.problems import Problem
from domain.questions import (
    KINDS,
    LONGEST_EXTERNAL_ID,
    LONGEST_LANGUAGE,
    LONGEST_TAG,
    LONGEST_TITLE,
    OPTION_ID,
    SINGLE_KINDS,
    Draft,
    content,
    is_all_storable,
    is_slug,
    key_of,
    places,
)
from domain.score_tests import failing_tests, unnoticed_mistakes
from domain.wording import bare_references, labelled_texts, shared_texts

FEWEST_OPTIONS = 2
MOST_OPTIONS = 64


def completeness(draft: Draft) -> tuple[Problem, ...]:
    """What keeps a draft from being published; empty when it is complete."""
    if draft.kind not in KINDS:
        known = ", ".join(KINDS)
        return (Problem("unknown_kind", f"There is no kind {draft.kind!r}.", f"Use: {known}."),)
    return (*_problems(draft, _name_faults, _text_faults), *_grading_faults(draft))


def advice(draft: Draft) -> tuple[Problem, ...]:
    """What the author of a complete draft should look at, though it may be published."""
    mild = (one for one in bare_references(draft) if one.severity == "warning")
    return (*mild, *lint(draft), *unnoticed_mistakes(draft))


def _grading_faults(draft: Draft) -> tuple[Problem, ...]:
    """Problems of the key and of all that needs a sound one, which is why they come in steps."""
    return (
        _problems(draft, _option_faults, _key_faults)
        or _problems(draft, _answer_faults)
        or _problems(draft, _rule_faults, _reference_faults)
        or _problems(draft, failing_tests)
    )


def _problems(draft: Draft, *checks: Callable[[Draft], Iterable[Problem]]) -> tuple[Problem, ...]:
    return tuple(problem for check in checks for problem in check(draft))


def _name_faults(draft: Draft) -> Iterator[Problem]:
    if draft.slug is not None and not is_slug(draft.slug):
        yield Problem(
            "bad_slug",
            f"{draft.slug!r} cannot name a question in an address.",
            "Use small letters, digits and single hyphens; `random` and ids are taken.",
        )
    if not draft.title.strip():
        yield Problem("missing_title", "The question has no title.", "Give it one.")
    parts = [
        ("title", draft.title, LONGEST_TITLE),
        ("external_id", draft.external_id or "", LONGEST_EXTERNAL_ID),
        ("language", draft.language, LONGEST_LANGUAGE),
        ("tag", max(draft.tags, key=len, default=""), LONGEST_TAG),
    ]
    for name, text, longest in parts:
        if len(text) > longest:
            yield Problem(f"long_{name}", f"The {name} is over {longest} characters.", "Cut it.")


def _text_faults(draft: Draft) -> Iterator[Problem]:
    if len(set(draft.tags)) < len(draft.tags):
        yield Problem("duplicate_tag", "A tag stands twice.", "Delete one of the two.")
    if draft.difficulty is not None and not math.isfinite(draft.difficulty):
        yield Problem("bad_difficulty", "The difficulty is no finite number.", "State one.")
    if not is_all_storable([content(draft), draft.external_id]):
        yield Problem(
            "unstorable_character",
            "The question holds a NUL character or half of a surrogate pair.",
            "Delete it; it is not text.",
        )
    if not draft.prompt.strip():
        yield Problem("missing_prompt", "The question has no stem.", "Write what is asked.")


def _option_faults(draft: Draft) -> Iterator[Problem]:
    ids = [option.id for option in draft.options if option.id is not None]
    if ids and (len(set(ids)) < len(draft.options) or not all(map(OPTION_ID.fullmatch, ids))):
        yield Problem(
            "bad_option_ids",
            "The option ids are not one for each option, all different.",
            "State all or none; an id is four or more small letters and digits 2 to 7.",
        )
    if draft.kind in CHOICE_KINDS or _kind(draft).has_options:
        yield from _part_faults(draft, OWN)
    elif draft.own_options:
        yield Problem(
            "options_not_asked",
            f"A question of the kind {draft.kind} has no options below its stem.",
            "Delete them, or choose another kind.",
        )


def _part_faults(draft: Draft, part: str) -> Iterator[Problem]:
    texts = [as_seen(option.text) for option in draft.options if option.part == part]
    where = f" of {part!r}" if part else ""
    if len(texts) < FEWEST_OPTIONS:
        yield Problem("too_few_options", f"Fewer than two options{where}.", "Add options.")
    if len(texts) > MOST_OPTIONS:
        yield Problem("too_many_options", f"Over {MOST_OPTIONS} options{where}.", "Cut some.")
    if len(set(texts)) < len(texts):
        yield Problem(
            "duplicate_option", f"Two options{where} say the same.", "Reword one of them."
        )
    if not all(texts):
        yield Problem("empty_option", f"An option{where} has no text.", "Write it or delete it.")


def _key_faults(draft: Draft) -> Iterator[Problem]:
    if draft.scoring.max_points <= 0:
        yield Problem("bad_points", "The question is worth no points.", "Make it worth some.")
    own = range(1, len(draft.own_options) + 1)
    named = draft.key.positions.union(*(one.positions for one in draft.combinations))
    if not named <= set(own):
        yield Problem("unknown_answer", "The key names an option that is not there.", "Mend it.")
    if draft.kind in SINGLE_KINDS and len(draft.key.positions) != 1:
        yield Problem(
            "single_choice_key",
            f"A question of the kind {draft.kind} has exactly one right option.",
            "Mark one option as right, or make the kind multiple_response.",
        )
    if draft.kind == "true_false" and len(draft.own_options) != 2:
        yield Problem(
            "true_false_options", "True or false are two options.", "Use single_choice for more."
        )


def _kind(draft: Draft) -> Kind[Any, Any]:
    return OTHER_KINDS[draft.kind]


def _answer_faults(draft: Draft) -> Iterator[Problem]:
    """What is wrong with the answer of a kind where nothing is picked, and with its parts."""
    if draft.kind in CHOICE_KINDS:
        if draft.answer is not None or len(draft.own_options) < len(draft.options):
            yield Problem(
                "answer_not_asked", "Options are picked; nothing else is.", "Leave `answer` out."
            )
        return
    if draft.answer is None or draft.key.positions:
        yield Problem(
            "missing_answer", f"A {draft.kind} question needs an `answer`.", "State what is right."
        )
        return
    parts, named = places(draft), set(_kind(draft).part_names(draft.answer))
    for part in sorted(named ^ (parts.keys() - {OWN})):
        told = "no options" if part in named else "options that nothing asks for"
        yield Problem("unasked_part", f"The part {part!r} has {told}.", "Mend the answer's parts.")
    for part in named & parts.keys():
        yield from _part_faults(draft, part)
    yield from _kind(draft).stem_problems(draft.answer, draft.prompt)
    yield from _kind(draft).problems(draft.answer, parts)


def _rule_faults(draft: Draft) -> Iterator[Problem]:
    rule, values = draft.scoring.rule, draft.scoring.values
    if values is not None and rule not in OPTION_RULES:
        yield Problem("values_not_read", f"{rule} reads no values of options.", "Leave them out.")
    try:
        find_marking(key_of(draft), rule, values)
    except UnknownRule as error:
        yield Problem("unknown_rule", str(error), "Use one of the rules named.")
    except ValueError as error:
        yield Problem("bad_values", str(error), f"Mend what {rule} is told of the options.")
    else:
        yield from _budget_faults(draft)


def _budget_faults(draft: Draft) -> Iterator[Problem]:
    """Whether a learner who sees only scores knows the key after fewer tries than are allowed."""
    if draft.oracle_budget is None or draft.release == "never":
        return
    if draft.kind not in CHOICE_KINDS or draft.scoring.rule in OPTION_RULES:
        yield Problem(
            "budget_not_known",
            "How fast scores give the key away is known only for options under a named rule.",
            "Leave `oracle_budget` out, or set `release: never`.",
        )
        return
    budget = 1  # the result of the first submission shows the key
    if draft.release == "score_only":
        announced = 1 if draft.kind in SINGLE_KINDS else None
        rule = find_rule(draft.scoring.rule)
        budget = oracle_budget(rule, len(draft.own_options), announced).at_least
    if budget < draft.oracle_budget:
        yield Problem(
            "low_oracle_budget",
            f"Under {draft.scoring.rule} and `release: {draft.release}` the key can be known after "
            f"{budget} submissions; `oracle_budget` asks for {draft.oracle_budget}.",
            "Release less, choose a rule that tells less, or ask for a smaller budget.",
        )


def _reference_faults(draft: Draft) -> Iterator[Problem]:
    yield from unknown_references(dict(labelled_texts(draft)), len(draft.own_options))
    yield from misplaced_references(dict(shared_texts(draft)))
    if draft.shuffle:  # else they are no errors
        yield from (one for one in bare_references(draft) if one.severity == "error")
