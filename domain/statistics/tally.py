"""All that is kept of the answers to one version: sums that can be added, never the answers.

Every sum is exact, whatever the number of answers; only the counts of responses are those of
:class:`Frequent`, exact as long as at most 1,024 different responses, or scores of one, came.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple, Self

from domain.statistics.durations import bin_of
from domain.statistics.frequent import Frequent

LONGEST_RESPONSE = 1_000  # characters as JSON; longer ones are not told apart


class Answered(NamedTuple):
    """Picks and response as JSON, the grade that counts now, and how many answers are so."""

    selected: str
    response: str | None
    score: str
    correct: bool
    number: int = 1


class Outcome(NamedTuple):
    """A response in one spelling, and what it earned. Picks are the sorted list of their ids."""

    response: str
    score: str
    correct: bool


@dataclass(slots=True)
class OptionTally:
    """Of those who picked an option: how many they are, and the sum of their scores."""

    picked: int = 0
    total: Fraction = Fraction(0)


@dataclass(slots=True)
class Tally:
    """Sums over some answers, none at first."""

    count: int = 0
    correct: int = 0
    total: Fraction = Fraction(0)
    outcomes: Frequent[Outcome] = field(default_factory=Frequent)
    options: dict[str, OptionTally] = field(default_factory=dict)
    times: Counter[int] = field(default_factory=Counter)

    def add(self, answers: Iterable[Answered]) -> None:
        """Add answers, those alike as one."""
        for selected, response, score, correct, number in answers:
            self._add(selected, response, Fraction(score), bool(correct), number)

    def add_times(self, times: Iterable[tuple[int, int]]) -> None:
        """Add how long answers took in ms, each with how many took so long."""
        for time, number in times:
            self.times[bin_of(time)] += number

    def _add(
        self, selected: str, document: str | None, score: Fraction, correct: bool, number: int
    ) -> None:
        response, picks = _spelled(selected, document)
        self.count += number
        self.correct += number * correct
        self.total += number * score
        for option in picks:
            sums = self.options.setdefault(option, OptionTally())
            sums.picked += number
            sums.total += number * score
        if len(response) <= LONGEST_RESPONSE:
            self.outcomes.add(Outcome(response, str(score), correct), number)

    def merge(self, other: Self) -> None:
        """Add the answers that another one stands for."""
        self.count += other.count
        self.correct += other.correct
        self.total += other.total
        self.outcomes.merge(other.outcomes)
        for option, more in other.options.items():
            sums = self.options.setdefault(option, OptionTally())
            sums.picked += more.picked
            sums.total += more.total
        self.times.update(other.times)

    def document(self) -> dict[str, Any]:
        """The tally as a JSON document, which :meth:`read` reads."""
        return {
            "count": self.count,
            "correct": self.correct,
            "total": str(self.total),
            "outcomes": [[*outcome, count] for outcome, count in self.outcomes.counts.items()],
            "missed": self.outcomes.missed,
            "options": {id_: [one.picked, str(one.total)] for id_, one in self.options.items()},
            "times": list(self.times.items()),
        }

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The tally that a document says."""
        outcomes = {Outcome(*said): count for *said, count in document["outcomes"]}
        return cls(
            count=document["count"],
            correct=document["correct"],
            total=Fraction(document["total"]),
            outcomes=Frequent(outcomes, document["missed"]),
            options={
                id_: OptionTally(picked, Fraction(total))
                for id_, (picked, total) in document["options"].items()
            },
            times=Counter(dict(document["times"])),
        )


@lru_cache(maxsize=10_000)
def _spelled(selected: str, response: str | None) -> tuple[str, tuple[str, ...]]:
    """What was sent in one spelling, whatever the order of picks and of names, and the picks."""
    if response not in (None, "null"):
        return json.dumps(json.loads(response), sort_keys=True, ensure_ascii=False), ()
    picks = tuple(sorted(json.loads(selected)))
    return json.dumps(picks), picks
