"""Ordering questions: the options are to be brought into the right order."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Annotated, Any

from pydantic import Field, model_validator

from domain.errors import Fault, RepeatedOption, UnknownOption
from domain.grading.kinds import OWN, Kind, KindRule, Parts, register_kind
from domain.grading.stated import Sent, Stated
from domain.problems import Problem

MOST_ITEMS = 1000
MOODLE = "source of moodle-qtype_ordering (https://github.com/gbateson/moodle-qtype_ordering)"
Place = Annotated[int, Field(ge=1)]
Group = Annotated[tuple[Place, ...], Field(strict=False, min_length=2)]


class StatedOrder(Stated):
    """The options stand in the right order already; ``alike`` is what may differ from it.

    Each group of ``alike`` holds neighbouring places whose options may stand in any order among
    themselves. ``{"alike": [[2, 3]]}``: the second and the third may be swapped.
    """

    alike: Annotated[tuple[Group, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _fits(self) -> "StatedOrder":
        for group in self.alike:
            if group != tuple(range(group[0], group[0] + len(group))):
                raise ValueError("the places of a group should follow each other, such as [2, 3]")
        places = [place for group in self.alike for place in group]
        if len(set(places)) < len(places):
            raise ValueError("a place should stand in one group")
        return self


class _Swapped(StatedOrder):
    """A mutant: the option at ``place`` and the next stand in each other's place."""

    place: int


class SentOrder(Sent):
    """The ids of all options, in the learner's order."""

    order: Annotated[tuple[str, ...], Field(strict=False, max_length=MOST_ITEMS)] = Field(
        examples=[["m3kq", "7xb2", "qa5d"]]
    )


def _right_order(stated: StatedOrder, parts: Parts) -> tuple[str, ...]:
    order = list(parts[OWN])
    if isinstance(stated, _Swapped):
        order[stated.place - 1 : stated.place + 1] = order[stated.place - 1 : stated.place + 1][
            ::-1
        ]
    return tuple(order)


def _rank_of_places(stated: StatedOrder, count: int) -> list[int]:
    """Ranks from 1 without gaps for the places; those that are alike share one."""
    joined = {place for group in stated.alike for place in group[1:]}
    return list(accumulate(int(place not in joined) for place in range(1, count + 1)))


def _ranks(stated: StatedOrder, sent: SentOrder, parts: Parts) -> list[int]:
    """The rank of each option as the learner ordered them: ascending if and only if right."""
    order = _right_order(stated, parts)
    ranks = dict(zip(order, _rank_of_places(stated, len(order)), strict=True))
    return [ranks[option] for option in sent.order]


def _is_right(stated: StatedOrder, sent: SentOrder, parts: Parts) -> bool:
    ranks = _ranks(stated, sent, parts)
    return ranks == sorted(ranks)


def _adjacent_pairs(stated: StatedOrder, sent: SentOrder, parts: Parts) -> Fraction:
    """Each pair of neighbours counts that are neighbours so in some allowed order."""
    ranks = _ranks(stated, sent, parts)
    return _share(sum(right - left in (0, 1) for left, right in pairwise(ranks)), len(ranks) - 1)


def _longest_run(stated: StatedOrder, sent: SentOrder, parts: Parts) -> Fraction:
    """The longest part in an allowed order, perhaps with others in between (patience sorting)."""
    tails: list[int] = []
    ranks = _ranks(stated, sent, parts)
    for rank in ranks:
        place = bisect_right(tails, rank)
        tails[place : place + 1] = [rank]
    return _share(len(tails) - 1, len(ranks) - 1)


def _position_error(stated: StatedOrder, sent: SentOrder, parts: Parts) -> Fraction:
    """Measured from the nearest allowed order: those alike stand in it as in the response."""
    ranks = _ranks(stated, sent, parts)
    nearest = sorted(range(len(ranks)), key=ranks.__getitem__)
    error = sum(abs(place - given) for place, given in enumerate(nearest))
    most = len(ranks) ** 2 // 2
    return _share(most - error, most)


def _share(part: int, whole: int) -> Fraction:
    """A part of the whole; one option alone is always in order."""
    return Fraction(part, whole) if whole > 0 else Fraction(1)


def _judged(stated: StatedOrder, sent: SentOrder, parts: Parts) -> dict[str, bool]:
    """Whether each option stands at its place, or at one that is alike."""
    places = _rank_of_places(stated, len(sent.order))
    ranks = _ranks(stated, sent, parts)
    return {
        option: rank == place for option, rank, place in zip(sent.order, ranks, places, strict=True)
    }


def _faults(_: StatedOrder, sent: SentOrder, parts: Parts) -> Iterator[Fault]:
    options, seen = frozenset(parts[OWN]), set[str]()
    for place, option in enumerate(sent.order):
        if option not in options:
            yield Fault(f"/order/{place}", UnknownOption.code, "The question has no such option.")
        elif option in seen:
            yield Fault(f"/order/{place}", RepeatedOption.code, "This option stands here twice.")
        seen.add(option)
    if missing := len(options - seen):
        yield Fault("/order", "missing_options", f"Every option has a place; {missing} lack one.")


def _problems(stated: StatedOrder, parts: Parts) -> Iterator[Problem]:
    count = len(parts.get(OWN, ()))
    if count < 2:
        yield Problem("too_few_options", "There are fewer than two options.", "Add options.")
    if count > MOST_ITEMS:
        yield Problem("too_many_options", f"There are over {MOST_ITEMS} options.", "Cut some.")
    if any(place > count for group in stated.alike for place in group):
        yield Problem("unknown_place", "A place in `alike` has no option.", "Mend it.")
    elif any(len(group) == count for group in stated.alike):
        yield Problem("no_wrong_order", "All options are alike: no order is wrong.", "Split them.")


def _solution(stated: StatedOrder, parts: Parts) -> dict[str, Any]:
    return {"order": list(_right_order(stated, parts))}


def _mutants(stated: StatedOrder, parts: Parts) -> Iterator[StatedOrder]:
    """Each two neighbours swapped, where that is wrong."""
    ranks: Sequence[int] = _rank_of_places(stated, len(parts[OWN]))
    for place, (left, right) in enumerate(pairwise(ranks), 1):
        if left != right:
            yield _Swapped(alike=stated.alike, place=place)


def _rules() -> Iterable[KindRule[StatedOrder, SentOrder]]:
    yield KindRule(
        name="adjacent_pairs",
        score=_adjacent_pairs,
        formula="neighbours that are neighbours, in that order, in an allowed order / (n - 1)",
        example="right order a b c d, sent c d a b: 2/3",
        used_by="Moodle ordering, relative to the next item (excluding last)",
        source=f"The {MOODLE}, grading types",
        policy="each pair of neighbours in the right order earns the same part",
    )
    yield KindRule(
        name="longest_run",
        score=_longest_run,
        formula="(L - 1) / (n - 1), L being the most options in an allowed order, gaps allowed",
        example="right order a b c d, sent d a b c: 2/3",
        used_by="Moodle ordering, longest ordered subset (there L / n, and 0 if L = 1)",
        source=f"The {MOODLE}, grading types",
        policy="the more options stand in the right order among themselves, the more it earns",
    )
    yield KindRule(
        name="position_error",
        score=_position_error,
        formula="1 - sum(|place - right place|) / floor(n ** 2 / 2), for the nearest allowed order",
        example="right order a b c d, sent b a c d: 3/4",
        used_by="Rank correlation (Spearman's footrule); much as Moodle ordering, relative to "
        "correct position",
        source="Diaconis and Graham 1977, doi 10.1111/j.2517-6161.1977.tb01624.x",
        policy="the farther options stand from their places, the less it earns",
    )


ORDERING = register_kind(
    Kind(
        name="ordering",
        stated=StatedOrder,
        sent=SentOrder,
        is_right=_is_right,
        judged=_judged,
        faults=_faults,
        problems=_problems,
        solution=_solution,
        mutants=_mutants,
        partial=tuple(_rules()),
        has_options=True,
        order_tells=True,
    )
)
