"""Random order that anybody can repeat: shuffles of options and draws of questions."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from hashlib import sha256
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


def shuffle_options(
    options: Sequence[str], seed: str, pinned: AbstractSet[str] = frozenset()
) -> tuple[str, ...]:
    """The same permutation of option ids for the same seed; pinned options keep their place.

    Options are ranked by a hash of seed and id, so the result does not depend on the order
    given: the author's order (often the right option first) cannot be read from it.
    """
    movable = iter(
        sorted(
            (option for option in options if option not in pinned),
            key=lambda option: sha256(f"{seed}\0{option}".encode()).digest(),
        )
    )
    return tuple(option if option in pinned else next(movable) for option in options)


def draw(items: Sequence[Item], count: int, seed: str) -> list[Item]:
    """``count`` different items, every such list equally likely; the same seed, the same draw."""
    generator = Random(seed)  # noqa: S311 - repeatable on purpose; nothing secret hangs on it
    return generator.sample(items, min(count, len(items)))
