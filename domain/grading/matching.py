"""Matching questions: each premise (an option of the question) is paired with its target."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field

from domain.errors import Fault, UnknownOption
from domain.grading.kinds import OWN, Kind, KindRule, Parts, pointer_to, register_kind
from domain.grading.stated import Sent, Stated
from domain.problems import Problem

TARGETS = "targets"
MOST_PREMISES = 1000
Place = Annotated[int, Field(ge=1)]


class StatedPairs(Stated):
    """For each premise by place the place of its target; ``None`` where no target is right.

    A premise without a target is a distractor, and so is a target that no premise has. Premises
    may share a target. ``[1, 2, None]``: the third premise is to be left open.
    """

    pairs: Annotated[tuple[Place | None, ...], Field(strict=False, max_length=MOST_PREMISES)]


class SentPairs(Sent):
    """The id of a target by the id of its premise. Premises left out are left open."""

    pairs: Annotated[Mapping[str, str], Field(max_length=MOST_PREMISES)] = Field(
        examples=[{"m3kq": "t7xb"}]
    )


def _right_pairs(stated: StatedPairs, parts: Parts) -> dict[str, str]:
    """The target of each premise that has one, by ids."""
    places = zip(parts[OWN], stated.pairs, strict=True)
    targets = parts[TARGETS]
    return {premise: targets[place - 1] for premise, place in places if place is not None}


def _judged(stated: StatedPairs, sent: SentPairs, parts: Parts) -> dict[str, bool]:
    """Whether each premise has its target, or is left open where it has none."""
    right = _right_pairs(stated, parts)
    return {premise: sent.pairs.get(premise) == right.get(premise) for premise in parts[OWN]}


def _is_right(stated: StatedPairs, sent: SentPairs, parts: Parts) -> bool:
    return all(_judged(stated, sent, parts).values())


def _each_pair(stated: StatedPairs, sent: SentPairs, parts: Parts) -> Fraction:
    right = _right_pairs(stated, parts)
    if not right:
        return Fraction(not sent.pairs)
    hits = sum(sent.pairs.get(premise) == target for premise, target in right.items())
    paired_distractors = len(sent.pairs.keys() - right.keys())
    return Fraction(max(0, hits - paired_distractors), len(right))


def _faults(_: StatedPairs, sent: SentPairs, parts: Parts) -> Iterator[Fault]:
    for premise, target in sent.pairs.items():
        pointer = pointer_to("pairs", premise)
        if premise not in parts[OWN]:
            yield Fault(pointer, UnknownOption.code, "The question has no such option.")
        elif target not in parts[TARGETS]:
            yield Fault(pointer, "unknown_target", "The question has no such target.")


def _problems(stated: StatedPairs, parts: Parts) -> Iterator[Problem]:
    premises, targets = len(parts.get(OWN, ())), len(parts.get(TARGETS, ()))
    if not premises:
        yield Problem("missing_options", "There is no option to pair.", "Add options.")
    if targets < 2:
        yield Problem("too_few_targets", "There are fewer than two targets.", "Add targets.")
    if len(stated.pairs) != premises:
        yield Problem(
            "pairs_do_not_fit",
            f"There are {len(stated.pairs)} pairs for {premises} options.",
            "State one for each option in order; `null` where no target is right.",
        )
    if any(place is not None and place > targets for place in stated.pairs):
        yield Problem("unknown_target", "A pair names a target that is not there.", "Mend it.")


def _solution(stated: StatedPairs, parts: Parts) -> dict[str, Any]:
    return {"pairs": _right_pairs(stated, parts)}


def _mutants(stated: StatedPairs, parts: Parts) -> Iterator[StatedPairs]:
    """Each premise moved to the next target; one without a target gets the first."""
    for premise, place in enumerate(stated.pairs):
        moved = (place or 0) % len(parts[TARGETS]) + 1
        if moved != place:
            pairs = (*stated.pairs[:premise], moved, *stated.pairs[premise + 1 :])
            yield stated.model_copy(update={"pairs": pairs})


MATCHING = register_kind(
    Kind(
        name="matching",
        stated=StatedPairs,
        sent=SentPairs,
        is_right=_is_right,
        judged=_judged,
        part_names=lambda _: (TARGETS,),
        faults=_faults,
        problems=_problems,
        solution=_solution,
        mutants=_mutants,
        partial=(
            KindRule(
                name="each_pair",
                score=_each_pair,
                formula="max(0, right pairs - paired distractors) / pairs; without any pair "
                "1 if nothing is paired else 0",
                example="three pairs and a distractor; two right, the distractor paired: 1/3",
                used_by="Moodle matching and PrairieLearn pl-matching, both without distractors "
                "among the premises",
                source="Sources of Moodle, question/type/match (https://github.com/moodle/moodle), "
                "and PrairieLearn, pl-matching (https://github.com/PrairieLearn/PrairieLearn)",
                policy="each right pair earns the same part, and pairing what has no partner "
                "costs one",
            ),
        ),
        has_options=True,
    )
)
