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
    """What counts of one answer: picks and response as JSON, and the grade that counts now."""

    selected: str
    response: str | None
    score: str
    correct: bool
    duration_ms: int | None


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
    """Sums over some answers. Empty as it is made; :meth:`add` and :meth:`merge` change it."""

    count: int = 0
    correct: int = 0
    total: Fraction = Fraction(0)
    outcomes: Frequent[Outcome] = field(default_factory=Frequent)
    options: dict[str, OptionTally] = field(default_factory=dict)
    times: Counter[int] = field(default_factory=Counter)

    def add(self, answers: Iterable[Answered]) -> None:
        """Add some answers; those that say the same are added as one."""
        alike: Counter[tuple[str, str | None, str, bool]] = Counter()
        times: Counter[int | None] = Counter()
        for selected, response, score, correct, duration in answers:
            alike[selected, response, score, correct] += 1
            times[duration] += 1
        for (selected, response, score, correct), count in alike.items():
            self._add(_spelled(selected, response), Fraction(score), bool(correct), count)
        for time, count in times.items():
            if time is not None:
                self.times[bin_of(time)] += count

    def _add(
        self, said: tuple[str, tuple[str, ...]], score: Fraction, correct: bool, n: int
    ) -> None:
        response, picks = said
        self.count += n
        self.correct += n * correct
        self.total += n * score
        for option in picks:
            sums = self.options.setdefault(option, OptionTally())
            sums.picked += n
            sums.total += n * score
        if len(response) <= LONGEST_RESPONSE:
            self.outcomes.add(Outcome(response, str(score), correct), n)

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
