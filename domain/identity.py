"""Stable option ids: given once per option, kept while its question lives, never reused.

An id is base32 over a hash of the option's normalised text. It tells neither the option's place
nor whether it is right, and the same file gives the same ids on every machine.
"""

import unicodedata
from base64 import b32encode
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from hashlib import sha256

from domain.errors import AmbiguousRevision, Fault

SHORTEST_ID = 4
# Two texts below this likeness are different statements, not one that was reworded.
SAME_STATEMENT = 0.5
# The best assignment must beat the next best by this much in total, else a person decides.
CLEAR_LEAD = 0.1
# Likeness is judged by this many characters: its cost grows faster than the square of the length.
MOST_COMPARED = 300
# Beyond this many reworded options at once, trying every assignment is no longer sensible.
MOST_REWORDED = 6


def normalise(text: str) -> str:
    """The text without what hardly tells statements apart: Unicode form, case, white space."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def as_seen(text: str) -> str:
    """The text without differences a reader does not see: Unicode form and white space."""
    return " ".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).split())


def new_ids(texts: Sequence[str], taken: Collection[str] = ()) -> tuple[str, ...]:
    """An id for each text, different from each other and from all that were ever ``taken``."""
    used = set(taken)
    ids: list[str] = []
    for text in texts:
        ids.append(next(id_ for id_ in _candidates(text) if id_ not in used))
        used.add(ids[-1])
    return tuple(ids)


def _candidates(text: str) -> Iterator[str]:
    """The first four characters of the text's hash, then five, six ... then of the hash's hash."""
    said = normalise(text).encode()
    while True:
        said = sha256(said).digest()
        start = b32encode(said[:5]).decode().lower()  # eight characters, nearly always enough
        yield from (start[:length] for length in range(SHORTEST_ID, len(start) + 1))
        digest = b32encode(said).decode().lower().rstrip("=")
        yield from (digest[:length] for length in range(len(start) + 1, len(digest) + 1))


def keep_ids(old: Mapping[str, str], new: Sequence[str], taken: Collection[str]) -> tuple[str, ...]:
    """Ids for the option texts of a new version, given the last version's ``{id: text}``.

    Equal texts keep their id wherever they moved; where case alone tells options apart (`true`,
    `TRUE`), so does it here. What is left is paired by likeness, one to
    one. Where two pairings are nearly as good, :class:`AmbiguousRevision` asks the author.
    """
    unchanged = _pair_equal(old, new)
    left_old = {id_: text for id_, text in old.items() if id_ not in unchanged.values()}
    left_new = [place for place in range(len(new)) if place not in unchanged]
    kept = unchanged | _pair_alike(left_old, {place: new[place] for place in left_new})
    fresh = iter(new_ids([new[p] for p in left_new if p not in kept], {*taken, *old}))
    return tuple(kept.get(place) or next(fresh) for place in range(len(new)))


def _pair_equal(old: Mapping[str, str], new: Sequence[str]) -> dict[int, str]:
    """Pair texts that are seen alike, then those of the rest that differ in case alone."""
    pairs = _pair_by(as_seen, old, dict(enumerate(new)))
    left_old = {id_: text for id_, text in old.items() if id_ not in pairs.values()}
    left_new = {place: text for place, text in enumerate(new) if place not in pairs}
    return pairs | _pair_by(normalise, left_old, left_new)


def _pair_by(
    said: Callable[[str], str], old: Mapping[str, str], new: Mapping[int, str]
) -> dict[int, str]:
    """Pair what says the same and stands once on each side."""
    olds = Counter(said(text) for text in old.values())
    news = Counter(said(text) for text in new.values())
    by_text = {said(text): id_ for id_, text in old.items()}
    made = {place: said(text) for place, text in new.items()}
    return {at: by_text[text] for at, text in made.items() if olds[text] == news[text] == 1}


def _pair_alike(old: Mapping[str, str], new: Mapping[int, str]) -> dict[int, str]:
    """Pair reworded options: a lone one with the lone one missing, else by total likeness."""
    if not old or not new:
        return {}
    if len(old) == len(new) == 1:
        return dict(zip(new, old, strict=True))
    if max(len(old), len(new)) > MOST_REWORDED:
        raise _ambiguous(old, new)
    (best, pairs), *others = sorted(_pairings(old, list(new.items())), key=lambda it: -it[0])
    unclear = bool(others) and best - others[0][0] < CLEAR_LEAD
    if unclear or len(pairs) < min(len(old), len(new)):
        raise _ambiguous(old, new)
    return pairs


def _pairings(
    old: Mapping[str, str], new: Sequence[tuple[int, str]]
) -> Iterator[tuple[float, dict[int, str]]]:
    """Every one-to-one pairing of alike texts, with its total likeness."""
    if not new:
        yield 0.0, {}
        return
    (place, text), *rest = new
    yield from _pairings(old, rest)
    for id_, old_text in old.items():
        likeness = _likeness(old_text, text)
        if likeness >= SAME_STATEMENT:
            others = {other: old[other] for other in old if other != id_}
            for total, pairs in _pairings(others, rest):
                yield likeness + total, {place: id_, **pairs}


@lru_cache(maxsize=4096)
def _likeness(one: str, other: str) -> float:
    """Likeness of two texts from 0 to 1 (Ratcliff and Obershelp's pattern recognition)."""
    head, other_head = normalise(one)[:MOST_COMPARED], normalise(other)[:MOST_COMPARED]
    return SequenceMatcher(None, head, other_head, autojunk=False).ratio()


def _ambiguous(old: Mapping[str, str], new: Mapping[int, str]) -> AmbiguousRevision:
    candidates = "; ".join(f"{id_}: {text[:60]!r}" for id_, text in old.items())
    return AmbiguousRevision(
        f"Several options changed at once. Their ids were: {candidates}.",
        tuple(
            Fault(f"/options/{place}", "ambiguous_option", f"Which old option is {text[:60]!r}?")
            for place, text in new.items()
        ),
    )
