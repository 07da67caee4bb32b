"""How alike two questions are by their words, and few numbers by which likely pairs are found.

A question is the set of pairs of neighbouring words of its stem and of each option, the ends of a
text counted as words: its shingles (Broder 1997, "On the resemblance and containment of documents",
doi 10.1109/SEQUEN.1997.666900). The order of the options says nothing, and case, marks and markdown
are no words.

To compare each question with every other takes too long. Of two sets with similarity *s* the
smallest hash is the same with probability *s*; a band is ``ROWS`` such hashes, and two questions
share one of ``BANDS`` bands with probability 1 - (1 - s^ROWS)^BANDS (Leskovec, Rajaraman and
Ullman, "Mining of Massive Datasets", chapter 3): for s = 0.9 that is 1.00, for 0.8 0.99, for 0.7
0.92, for 0.3 0.15, for 0.1 0.01. All hashes are taken in one pass, each bin of hash values giving
one (Li, Owen and Zhang 2012, "One permutation hashing"); an empty bin takes that of the next.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import pairwise
from zlib import crc32

BANDS, ROWS = 6, 3
ALIKE = 0.7  # similarity from which two questions are told to be nearly the same

_BINS = BANDS * ROWS
_EMPTY = 1 << 32
# Words; single letters of scripts that write no spaces: Thai to Burmese, Khmer, kana, Chinese.
_WORD = re.compile(
    r"[\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]|"
    r"[^\W_\u0e00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]+"
)

Shingles = frozenset[tuple[str, str]]


def shingles(texts: Iterable[str]) -> Shingles:
    """The pairs of neighbouring words of a question's texts: its stem and its options.

    >>> sorted(shingles(["Is it *so*?", "so"]))
    [('', 'is'), ('', 'so'), ('is', 'it'), ('it', 'so'), ('so', '')]
    """
    found: set[tuple[str, str]] = set()
    for text in texts:
        if words := _WORD.findall(_plain(text)):
            found.update(pairwise(["", *words, ""]))
    return frozenset(found)


def similarity(one: Shingles, other: Shingles) -> float:
    """Shared shingles divided by all shingles of the two (Jaccard), 0 to 1.

    >>> similarity(shingles(["red green"]), shingles(["Red, green", "blue"]))
    0.6
    """
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def bands(found: Shingles) -> tuple[int, ...]:
    """``BANDS`` numbers of 64 bits with sign: who shares one with another question may be like it.

    They are the same on every machine. A question without words has none.
    """
    if not found:
        return ()
    smallest = _smallest(found)
    for at in reversed(range(-_BINS, _BINS)):  # round twice: empty bins may be the last ones
        if smallest[at % _BINS] == _EMPTY:
            smallest[at % _BINS] = smallest[(at + 1) % _BINS]
    return tuple(_number(band, smallest[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS))


def _smallest(found: Shingles) -> list[int]:
    """The smallest hash in each bin."""
    smallest = [_EMPTY] * _BINS
    for one, other in found:
        # The sum is good at telling texts apart, but not at order: the factor stirs it.
        hashed = crc32(f"{one} {other}".encode()) * 0x9E3779B1 & 0xFFFFFFFF
        at = hashed % _BINS
        if hashed < smallest[at]:
            smallest[at] = hashed
    return smallest


def _number(band: int, hashes: Sequence[int]) -> int:
    said = b"".join(each.to_bytes(5, "big") for each in (band, *hashes))
    return int.from_bytes(blake2b(said, digest_size=8).digest(), "big", signed=True)


def _plain(text: str) -> str:
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()
