"""How long answers took, in bins that are never many: times differ a thousandfold.

A time keeps its first three digits: 41,337 ms fall into the bin from 41,300 to 41,399, and are told
as 41,300. So a time is told within 1 % of what it is, below a second exactly, and there are at most
some 15,000 bins, whatever comes.

A quantile is the least time within which at least that share of the answers came (type 1 of
Hyndman and Fan 1996, doi 10.1080/00031305.1996.10473566). Of 3, 5, 8 and 20 ms the median is 5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil

DIGITS = 3
MOST_BARS = 24
# Up to each of these times bins are so wide: for engines, which count by them.
BIN_ENDS = [(10 ** (DIGITS + zeros), 10**zeros) for zeros in range(19 - DIGITS)]
QUARTILES_AND_TENTH = (0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True, slots=True)
class Bar:
    """How many answers took from ``low`` ms to less than ``high``; the last bar has no end."""

    low: int
    high: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Times:
    """Quartiles and the ninth decile in ms, of the answers that say how long they took."""

    count: int
    p25: int
    p50: int
    p75: int
    p90: int
    bars: tuple[Bar, ...]


def bin_of(milliseconds: int) -> int:
    """The first time of the bin that the time falls into."""
    return milliseconds // _width(milliseconds) * _width(milliseconds)


def describe_times(bins: Mapping[int, int]) -> Times | None:
    """What the counts of all bins come to; ``None`` where there are none."""
    if not (count := sum(bins.values())):
        return None
    p25, p50, p75, p90 = (_quantile(bins, ceil(share * count)) for share in QUARTILES_AND_TENTH)
    return Times(count, p25, p50, p75, p90, tuple(_bars(bins, p90)))


def _quantile(bins: Mapping[int, int], rank: int) -> int:
    """The beginning of the bin that holds the time of this rank, from 1."""
    for low in sorted(bins):
        rank -= bins[low]
        if rank <= 0:
            return low
    raise ValueError("There are not so many times.")


def _width(milliseconds: int) -> int:
    width: int = 10 ** max(0, len(str(milliseconds)) - DIGITS)
    return width


def _bars(bins: Mapping[int, int], ninth_decile: int) -> Iterator[Bar]:
    """Bars of one round width: so wide that nine tenths of the answers take half of them.

    What took longer than all of them stands in the last.
    """
    step = _round_up(max(1, -(-2 * ninth_decile // MOST_BARS)))
    counts = [0] * MOST_BARS
    for low, count in bins.items():
        counts[min(low // step, MOST_BARS - 1)] += count
    last = max(place for place, count in enumerate(counts) if count)
    for place in range(last + 1):
        is_open = place == MOST_BARS - 1
        yield Bar(place * step, None if is_open else (place + 1) * step, counts[place])


def _round_up(step: int) -> int:
    """The next number of the form 1, 2 or 5 times a power of ten."""
    power: int = 10 ** (len(str(step)) - 1)
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step)
