"""Finding questions that are nearly the same: what it costs, and what it finds."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path
from unittest.mock import patch

from bench.imports import FILES, write_files
from domain.likeness import ALIKE, bands, shingles, similarity
from migrations import open_bank
from operations import create_questions
from seed.load import load_files
from settings import Settings

QUESTIONS = 2000
WORDS = ["".join(letters) for letters in product("bdfgklmnprst", "aeiou", "bdlmnrst")]

Texts = Sequence[str]


@dataclass(frozen=True, slots=True)
class Change:
    """A way in which a question comes back as another one."""

    name: str
    of: Callable[[list[str], random.Random], Texts]


def _reworded(share: float) -> Callable[[list[str], random.Random], Texts]:
    def another(word: str, chance: random.Random) -> str:
        return chance.choice(WORDS) if chance.random() < share else word

    return lambda texts, chance: [
        " ".join(another(word, chance) for word in text.split()) for text in texts
    ]


CHANGES = (
    Change("options in another order", lambda texts, _: [texts[0], *texts[:0:-1]]),
    Change("other case and marks", lambda texts, _: [f"**{text.upper()}**!" for text in texts]),
    Change("one option less", lambda texts, _: texts[:-1]),
    Change("each 50th word another", _reworded(0.02)),
    Change("each 20th word another", _reworded(0.05)),
    Change("each 10th word another", _reworded(0.1)),
)


def figures() -> Iterator[str]:
    """Speed, what of planted duplicates is found, and the share of an import that it takes."""
    chance = random.Random(1)  # noqa: S311 -- no secret
    asked = [_question(chance) for _ in range(QUESTIONS)]
    began = time.process_time()
    known = [bands(shingles(texts)) for texts in asked]
    spent = time.process_time() - began
    yield f"likeness: {QUESTIONS / spent:,.0f} questions a CPU second get bands"
    false = sum(len({*one} & {*other}) > 0 for one, other in pairwise(known))
    yield f"likeness: {false} of {QUESTIONS - 1:,} unlike pairs share a band"
    for change in CHANGES:
        yield _found(change, asked, known, chance)
    yield from _share_of_imports()


def _question(chance: random.Random) -> list[str]:
    lengths = (chance.randint(10, 40), *(chance.randint(2, 12) for _ in range(4)))
    return [" ".join(chance.choices(WORDS, k=length)) for length in lengths]


def _found(
    change: Change,
    asked: Sequence[list[str]],
    known: Sequence[tuple[int, ...]],
    chance: random.Random,
) -> str:
    alike = found = 0
    for texts, its in zip(asked, known, strict=True):
        again = shingles(change.of(texts, chance))
        if similarity(shingles(texts), again) >= ALIKE:
            alike += 1
            found += bool({*its} & {*bands(again)})
    share = f"{found / alike:.1%}" if alike else "none"
    return (
        f"likeness: {change.name}: {alike / len(asked):.1%} count as alike, {share} of these found"
    )


def _share_of_imports() -> Iterator[str]:
    """Of files of one template, each of which is like all others: the dearest there is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "questions"
        write_files(folder, FILES)
        files = sorted(folder.rglob("*.qmd"))
        spent = _import(f"sqlite:///{name}/with.db", files)
        with patch.object(create_questions, "index_likeness"):
            without = _import(f"sqlite:///{name}/without.db", files)
    each = (spent - without) / len(files) * 1e6
    yield f"likeness: {each:,.0f} us of CPU a question of one template, {spent / without:.2f} times"


def _import(url: str, files: Sequence[Path]) -> float:
    database = open_bank(Settings(database_url=url))
    began = time.process_time()
    load = load_files(database, files, keeps_items=False)
    database.close()
    assert load.counts == {"created": len(files)}, load.counts
    return time.process_time() - began
