"""A bank of any size, filled by the engine itself: the rows that the operations would write."""

from collections.abc import Iterator
from itertools import product
from random import Random

from sqlalchemy import Connection, Engine, text

# The share of the bank that has each tag.
TAGS = {"half": 0.5, "quarter": 0.25, "tenth": 0.1, "fiftieth": 0.02, "hundredth": 0.01,
        "per-mille": 0.001, "myriad": 0.0001, "a": 0.3, "b": 0.2, "c": 0.1}  # fmt: skip
SYLLABLES = [a + b for a, b in product("bdfgklmnprstvz", "aeiou")]
VOCABULARY, PHRASES, WORDS_SHORT, WORDS_LONG = 20_000, 20_000, 3, 16
DAWN = 1_577_836_800  # 2020-01-01 as seconds since 1970; one question is published each second
# Odd, so that each spreads the numbers of questions over all residues of 2^32 in its own way.
SPREAD = (2654435761, 2246822519, 3266489917, 668265263, 374761393, 1640531527, 2891336453)
ANSWERS_AT_ONCE = 250_000
TEXTS = ("title", "a", "b", "c", "d", "prompt", "why")

SQLITE = {
    "id": "printf('%032x', {})",
    "at": f"datetime({DAWN} + n, 'unixepoch') || '.000000'",
    "day": f"date({DAWN} + n, 'unixepoch')",
    "no": "0",
}
POSTGRESQL = {
    "id": "lpad(to_hex({}), 32, '0')::uuid",
    "at": f"to_timestamp({DAWN} + n)",
    "day": f"(to_timestamp({DAWN} + n) AT TIME ZONE 'UTC')::date",
    "no": "false",
}
# A question and its version refer to each other, and what is torn is filled anew.
ON_SQLITE = ("PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -200000")
ON_POSTGRESQL = (
    "SET session_replication_role = replica",
    "SET maintenance_work_mem = '512MB'",
    "DROP INDEX ix_question_search_document",
)


def vocabulary() -> list[str]:
    """Words of two to four syllables, most frequent first."""
    random = Random(1)  # noqa: S311 - the same words each time
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        found["".join(random.choices(SYLLABLES, k=random.choice((2, 3, 3, 4))))] = None
    return list(found)


def phrases(words: list[str], length: int) -> list[str]:
    """Phrases in which the n-th word of the vocabulary is n times as rare as the first (Zipf)."""
    random = Random(length)  # noqa: S311
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    picks = random.choices(words, weights, k=length * PHRASES)
    return [" ".join(picks[at : at + length]) for at in range(0, len(picks), length)]


def fill(engine: Engine, size: int, *, searchable: bool = True) -> None:
    """Put ``size`` published questions into an empty, migrated database.

    That they are found by their words takes longer than all the rest.
    """
    on_postgresql = engine.dialect.name == "postgresql"
    # Each statement commits by itself; what would begin a transaction on SQLite does nothing.
    alone = {"isolation_level": "AUTOCOMMIT", "sqlite_begin": "SELECT 1"}
    with engine.connect().execution_options(**alone) as connection:
        for statement in ON_POSTGRESQL if on_postgresql else ON_SQLITE:
            connection.execute(text(statement))
        _write_texts(connection, size)
        for statement in _statements(POSTGRESQL if on_postgresql else SQLITE, searchable):
            connection.execute(text(statement))
        connection.execute(text("VACUUM ANALYZE" if on_postgresql else "ANALYZE"))
        connection.detach()  # it is not as the service's are: nobody gets it again


def answer(engine: Engine, size: int, count: int) -> None:
    """Put ``count`` graded submissions into a bank that :func:`fill` gave ``size`` questions."""
    on_postgresql = engine.dialect.name == "postgresql"
    alone = {"isolation_level": "AUTOCOMMIT", "sqlite_begin": "SELECT 1"}
    with engine.connect().execution_options(**alone) as connection:
        for statement in (ON_POSTGRESQL if on_postgresql else ON_SQLITE)[:2]:
            connection.execute(text(statement))
        for first in range(1, count + 1, ANSWERS_AT_ONCE):
            last = min(first + ANSWERS_AT_ONCE - 1, count)
            for statement in _answers(POSTGRESQL if on_postgresql else SQLITE, size):
                connection.execute(text(statement), {"first": first, "last": last})
        if on_postgresql:
            connection.execute(text("VACUUM ANALYZE submission, grade"))
        connection.detach()


def _answers(own: dict[str, str], size: int) -> Iterator[str]:
    """Answers and their grades, by number; a learner sends twenty."""
    numbers = """WITH RECURSIVE numbers (n) AS
        (SELECT CAST(:first AS bigint) UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)"""
    id_, at = own["id"].format("n + 2000000000"), own["at"]
    question, version = (own["id"].format(f"{least} + n % {size}") for least in (1, 1_000_000_001))
    yield f"""INSERT INTO submission (id, question_id, version_id, caller, learner, selected, shown,
        release, submitted_at) {numbers} SELECT {id_}, {question}, {version}, 'bench',
        'learner ' || n / 20, '["opta"]', '["opta", "optb", "optc", "optd"]', 'after_submission',
        {at} FROM numbers"""
    yield f"""INSERT INTO grade (id, submission_id, rule, rule_version, exact_score, score, points,
        max_points, correct, reason, graded_at) {numbers} SELECT {id_}, {id_}, 'all_or_nothing', 1,
        '1', 1, 1, 1, NOT {own["no"]}, 'Exactly the right options.', {at} FROM numbers"""


def _write_texts(connection: Connection, size: int) -> None:
    """A row for each question with all that it says, from phrases picked by its number."""
    words = vocabulary()
    pool = zip(phrases(words, WORDS_SHORT), phrases(words, WORDS_LONG), strict=True)
    connection.execute(
        text("CREATE TEMPORARY TABLE pool (place integer PRIMARY KEY, short text, long text)")
    )
    connection.execute(
        text("INSERT INTO pool VALUES (:place, :short, :long)"),
        [{"place": place, "short": a, "long": b} for place, (a, b) in enumerate(pool)],
    )
    said = ", ".join(
        f"(SELECT {'short' if which < 5 else 'long'} FROM pool"
        f" WHERE place = n * {SPREAD[which]} % 4294967296 / 3 % {PHRASES}) AS {name}"
        for which, name in enumerate(TEXTS)
    )
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE said AS WITH RECURSIVE numbers (n) AS "
            f"(SELECT CAST(1 AS bigint) UNION ALL SELECT n + 1 FROM numbers WHERE n < {size}) "
            f"SELECT n, {said} FROM numbers"
        )
    )


def _statements(own: dict[str, str], searchable: bool) -> Iterator[str]:
    """What fills each table, in the engine's own words for ids and times."""
    question, version = own["id"].format("n"), own["id"].format("n + 1000000000")
    at, day, no = own["at"], own["day"], own["no"]
    yield f"""INSERT INTO question (id, slug, created_at, changed_at, number, changed_in,
        published_id, published_at, sort_title, sort_date)
        SELECT {question}, 'question-' || n, {at}, {at}, n, 1, {version}, {at}, title, {day}
        FROM said"""
    yield f"""INSERT INTO question_version (id, question_id, number, kind, language, title,
        sort_title, date, difficulty, prompt, prompt_html, select_min, select_max, scoring_rule,
        max_points, release, shuffle, hint_count, extra, content_hash, created_at, published_at)
        SELECT {version}, {question}, 1, 'multiple_response', 'en', title, title, {day},
        n % 100 / 100.0, prompt, '<p>' || prompt || '</p>', 0, 4, 'all_or_nothing', '1',
        'after_submission', {no}, 0, '{{}}', '', {at}, {at} FROM said"""
    for place, option in enumerate("abcd", start=1):
        yield f"""INSERT INTO option (version_id, option_id, position, part, text, html, pinned)
            SELECT {version}, 'opt{option}', {place}, '', {option}, {option}, {no} FROM said"""
    yield f"INSERT INTO correct_set SELECT {version}, 'opta' FROM said"
    yield f"INSERT INTO explanation SELECT {version}, why, '<p>' || why || '</p>' FROM said"
    for place, (tag, share) in enumerate(TAGS.items()):
        spread = SPREAD[place % len(SPREAD)] + 2 * place
        yield f"""INSERT INTO tag (version_id, tag, position) SELECT {version}, '{tag}', {place}
            FROM said WHERE n * {spread} % 4294967296 < {int(share * 2**32)}"""
    if searchable:
        yield f"""INSERT INTO question_search (rowid, question_id, title, prompt, options)
            SELECT n, {question}, title, prompt, a || ' ' || b || ' ' || c || ' ' || d FROM said"""
    if own is POSTGRESQL:
        yield "CREATE INDEX ix_question_search_document ON question_search USING gin (document)"
    yield "UPDATE bank SET revision = 1"
    yield "DROP TABLE said"
    yield "DROP TABLE pool"
