"""Languages by their tags (RFC 5646), and which of those there are somebody would like best."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
LONGEST_WISH = 500  # characters of a header that are read
_WEIGHT = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
ANY = "*"


def canonical(tag: str) -> str:
    """The tag as it is usually written: ``de-CH``, ``zh-Hant-TW``. Case says nothing in a tag."""
    first, *others = tag.lower().split("-")
    return "-".join([first, *map(_cased, others)])


def _cased(subtag: str) -> str:
    if len(subtag) == 2:
        return subtag.upper()
    return subtag.title() if len(subtag) == 4 and subtag.isalpha() else subtag


@dataclass(frozen=True, slots=True)
class Wish:
    """Languages somebody reads, the favourite first; ``refused`` are those they will not have."""

    ranges: tuple[str, ...] = ()
    refused: frozenset[str] = frozenset()

    def ranked(self, available: Collection[str]) -> tuple[str, ...]:
        """Those of the available languages that are wished for, the favourite first.

        By the lookup of RFC 4647: ``de-CH`` is content with ``de``. And a range without a region
        is content with any region: ``en`` with ``en-GB``. The order of two languages does not
        depend on which others are there.
        """
        there = {tag.lower(): tag for tag in available}
        found = dict.fromkeys(
            tag for wished in self.ranges for tag in _matches(wished, there) if tag in there
        )
        return tuple(there[tag] for tag in found if tag not in self.refused)

    def choice(self, available: Collection[str], usual: str) -> str:
        """The favourite of the available languages; ``usual`` where none is wished for."""
        return next(iter(self.ranked(available)), usual)


def _matches(wished: str, there: Collection[str]) -> Iterator[str]:
    """The tags that a range is content with, the nearest first."""
    shortened = wished
    while shortened:
        yield shortened
        shortened = shortened.rpartition("-")[0]
        if shortened[-2:-1] == "-":  # a single letter only introduces what came behind it
            shortened = shortened[:-2]
    yield from sorted(tag for tag in there if tag.startswith(f"{wished}-"))


@lru_cache(maxsize=1000)
def wish_of(header: str) -> Wish:
    """What an Accept-Language (RFC 9110) wishes for. What cannot be read in it says nothing.

    ``*`` stands for whatever is usual, so nothing behind it is wished for more than that.
    """
    weighed = [_weighed(part) for part in header[:LONGEST_WISH].lower().split(",")]
    refused = frozenset(tag for tag, weight in weighed if weight == 0 and tag != ANY)
    wished = [(tag, weight) for tag, weight in weighed if weight > 0 and _is_range(tag)]
    ranges = [tag for tag, _ in sorted(wished, key=lambda one: -one[1])]
    if ANY in ranges:
        ranges = ranges[: ranges.index(ANY)]
    return Wish(tuple(dict.fromkeys(ranges)), refused)


def _is_range(tag: str) -> bool:
    return tag == ANY or LANGUAGE_TAG.fullmatch(tag) is not None


def _weighed(part: str) -> tuple[str, float]:
    """A range and how much it is wished for, from 0, not at all, to 1; below that: unreadable."""
    tag, _, parameter = (said.strip() for said in part.partition(";"))
    name, equals, value = (said.strip() for said in parameter.partition("="))
    if not parameter:
        return tag, 1.0
    is_weight = name == "q" and equals and _WEIGHT.fullmatch(value)
    return tag, float(value) if is_weight else -1.0
