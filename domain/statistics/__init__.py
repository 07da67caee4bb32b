"""Item analysis: what the answers to one question say about the question.

Pure functions over plain sequences and sums. A :class:`Tally` is all that is kept of any number
of answers, and :func:`describe` says what it comes to. ``docs/statistics.md`` explains each figure
to those who read it.
"""

from domain.statistics.durations import BIN_ENDS, Bar, Times
from domain.statistics.frequent import Frequent
from domain.statistics.intervals import CONFIDENCE, Interval, wilson
from domain.statistics.item import (
    MOST_PATTERNS,
    Estimate,
    Guessing,
    ItemStatistics,
    OptionRate,
    Pattern,
    describe,
)
from domain.statistics.tally import Answered, Tally

__all__ = [
    "BIN_ENDS",
    "CONFIDENCE",
    "MOST_PATTERNS",
    "Answered",
    "Bar",
    "Estimate",
    "Frequent",
    "Guessing",
    "Interval",
    "ItemStatistics",
    "OptionRate",
    "Pattern",
    "Tally",
    "Times",
    "describe",
    "wilson",
]
