"""The game of finding a key by its results, played in the best way there is."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Any

from models import Database
from tests.torture.leaks.adversary import Picks, Question, answers_of, set_key
from tests.torture.leaks.asking import in_process


async def submissions_needed(database: Database, question: Question) -> int | None:
    """The most submissions until the adversary is certain of the key, whatever it is.

    Each time it picks what is best in the worst case, and drops the keys that do not explain the
    result. ``None`` where results never tell.
    """
    needed, best = 0, _strategy(question)
    async with in_process(database, response_cache_bytes=0) as service:
        for key in question.keys:
            database.write(partial(set_key, key=key))
            service.forget()
            left, count = question.keys, 0
            while len(left) > 1:
                picked = best(frozenset(left))[1]
                told = await service.ask(next(answers_of(0, picked)), {})
                still = _explaining(question, left, picked, json.loads(told.body))
                if len(still) == len(left):
                    return None
                left, count = still, count + 1
            assert left == [key], "else it was misled"
            needed = max(needed, count)
    return needed


def _strategy(question: Question) -> Callable[[frozenset[Picks]], tuple[int, Picks]]:
    """Of the keys that are left: how many submissions are enough, and which is the next."""
    scored = replace(question, release="score_only")

    @cache
    def best(left: frozenset[Picks]) -> tuple[int, Picks]:
        if len(left) == 1:
            return 0, ()
        return min((worst(left, picked), picked) for picked in scored.picks)

    def worst(left: frozenset[Picks], picked: Picks) -> int:
        parts: dict[object, set[Picks]] = {}
        for key in left:
            parts.setdefault(scored.result(key, picked), set()).add(key)
        if len(parts) == 1:
            return len(question.picks)  # it tells nothing
        return 1 + max(best(frozenset(part))[0] for part in parts.values())

    return best


def _explaining(question: Question, left: list[Picks], picked: Picks, told: Any) -> list[Picks]:
    """The keys under which a service would tell that score, and that it is correct or not."""
    if told["score"] is None:
        return left
    seen = (told["score"], told["correct"])
    scored = replace(question, release="score_only")
    return [
        key
        for key in left
        if (float(scored.result(key, picked)[0]), scored.result(key, picked)[1]) == seen  # type: ignore[arg-type]
    ]
