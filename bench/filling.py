"""A bank of any size, filled with ready rows: what the operations would write, without them."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Table, insert, text

from models import Base
from models.search import author_search, question_search

ROWS_AT_ONCE = 5_000
DAWN = datetime(2020, 1, 1, tzinfo=UTC)
# The share of the bank that has each tag.
TAGS = {"half": 0.5, "quarter": 0.25, "tenth": 0.1, "fiftieth": 0.02, "hundredth": 0.01,
        "per-mille": 0.001, "myriad": 0.0001, "a": 0.3, "b": 0.2, "c": 0.1}  # fmt: skip
SYLLABLES = [a + b for a, b in product("bdfgklmnprstvz", "aeiou")]
VOCABULARY = 20_000
TABLES = ("question", "question_version", "option", "correct_set", "explanation", "tag")

Rows = dict[str, list[dict[str, Any]]]


def vocabulary() -> list[str]:
    """Words of two to four syllables, most frequent first."""
    random = Random(1)  # noqa: S311 - the same words each time
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        found["".join(random.choices(SYLLABLES, k=random.choice((2, 3, 3, 4))))] = None
    return list(found)


def phrases(words: list[str], length: int, count: int) -> list[str]:
    """Phrases in which the n-th word of the vocabulary is n times as rare as the first (Zipf)."""
    random = Random(length)  # noqa: S311
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    picks = random.choices(words, weights, k=length * count)
    return [" ".join(picks[at : at + length]) for at in range(0, len(picks), length)]


def fill(engine: Engine, size: int) -> None:
    """Put ``size`` published questions into an empty, migrated database."""
    questions = _questions(size)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))  # no checks
        else:
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        while some := list(islice(questions, ROWS_AT_ONCE)):
            for table in (*map(Base.metadata.tables.get, TABLES), question_search, author_search):
                assert table is not None
                _insert(connection, table, [row for one in some for row in one[table.name]])
        connection.execute(text("UPDATE bank SET revision = 1"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    driver: Any = connection.connection.driver_connection
    columns = ", ".join(f'"{name}"' for name in rows[0])
    with driver.cursor().copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([json.dumps(v) if isinstance(v, dict) else v for v in row.values()])


def _questions(size: int) -> Iterator[Rows]:
    words, random = vocabulary(), Random(0)  # noqa: S311
    short, long = phrases(words, 3, 20_000), phrases(words, 16, 20_000)
    for number in range(1, size + 1):
        texts = [random.choice(short) for _ in range(5)]
        tags = [tag for tag, share in TAGS.items() if random.random() < share]
        yield _rows(number, texts, random.choice(long), random.choice(long), tags)


def _rows(number: int, texts: list[str], prompt: str, why: str, tags: Iterable[str]) -> Rows:
    title, *options = texts
    question, version, at = UUID(int=number), UUID(int=2**64 + number), DAWN
    at += timedelta(seconds=number)
    seen = {"title": title, "prompt": prompt, "options": " ".join(options)}
    indexed = {"rowid": number, "question_id": question, **seen}
    ids = [f"opt{place}" for place in range(len(options))]
    return {
        "question": [{
            "id": question, "slug": f"question-{number}", "created_at": at, "number": number,
            "changed_in": 1, "published_id": version, "published_at": at, "sort_title": title,
            "sort_date": at.date(),
        }],
        "question_version": [{
            "id": version, "question_id": question, "number": 1, "kind": "multiple_response",
            "language": "en", "title": title, "sort_title": title, "date": at.date(),
            "difficulty": number % 100 / 100, "prompt": prompt, "prompt_html": f"<p>{prompt}</p>",
            "select_min": 0, "select_max": 4, "scoring_rule": "all_or_nothing", "max_points": "1",
            "release": "after_submission", "shuffle": False, "hint_count": 0, "extra": {},
            "content_hash": f"{number:064x}", "created_at": at, "published_at": at,
        }],
        "option": [{
            "version_id": version, "option_id": id_, "position": place, "part": "", "text": said,
            "html": said, "pinned": False,
        } for place, (id_, said) in enumerate(zip(ids, options, strict=True), start=1)],
        "correct_set": [{"version_id": version, "option_id": ids[0]}],
        "explanation": [{"version_id": version, "text": why, "html": f"<p>{why}</p>"}],
        "tag": [{"version_id": version, "tag": tag, "position": place}
                for place, tag in enumerate(tags)],
        "question_search": [indexed],
        "question_search_authors": [{**indexed, "explanation": why}],
    }  # fmt: skip
