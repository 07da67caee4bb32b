"""What keeping submissions by month costs and saves on PostgreSQL, beside one table for all."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier

import migrations
from bench.contestants import durable_postgres, new_database, plain
from models import Database, open_engine
from tests.factories import Bank
from tests.processes import ROOT

ROWS = int(os.environ.get("BENCH_PARTITION_ROWS", "200000"))
LEARNERS = max(1, ROWS // 20)
MONTHS = 12
RECIPE = (ROOT / "deploy" / "partitions.sql").read_text()
# Ids and times as they come: in the order of time, spread over the year that lies ahead.
MADE = """
    CREATE UNLOGGED TABLE made AS
    SELECT (left(first_id(at)::text, 14) || '7' || right(md5(i::text)::uuid::text, 21))::uuid AS id,
           at, i, v.id AS version_id, v.question_id
    FROM question_version v, generate_series(1, {rows}) AS i,
         LATERAL (SELECT date_trunc('month', now()) + interval '1 month'
                         + i * (interval '1 year' / {rows}) - interval '1 hour') AS t (at)
    WHERE at >= date_trunc('month', now()) + interval '1 month'
"""
SUBMISSIONS = """
    INSERT INTO submission (id, question_id, version_id, caller, learner, selected, shown, release,
                            submitted_at)
    SELECT id, question_id, version_id, 'bench', 'learner ' || i % {learners}, '["abcd"]',
           '["abcd", "efgh", "ijkl", "mnop"]', 'after_submission', at
    FROM made ORDER BY id
"""
GRADES = """
    INSERT INTO grade (id, submission_id, rule, rule_version, exact_score, score, points,
                       max_points, correct, reason, graded_at)
    SELECT id, id, 'all_or_nothing', 1, '1', 1, 1, 1, true, 'Exactly the right options.', at
    FROM made ORDER BY id
"""
ONE = "SELECT * FROM submission WHERE id = '{id}'"
GRADES_OF_ONE = "SELECT * FROM grade WHERE submission_id = '{id}'"
LIST = """
    SELECT * FROM submission WHERE learner = 'learner 1' {since}
    ORDER BY submitted_at DESC, id DESC LIMIT 20
"""
SINCE = "AND id >= first_id(timestamptz '{at}' - interval '30 days')"
READ = re.compile(r" on ((?:submission|grade)\w*)")


def figures() -> Iterator[str]:
    """Inserts, reads and the end of a month: in one table, and by month."""
    with ExitStack() as stack:
        server = stack.enter_context(durable_postgres())
        for name in ("one_table", "by_month"):
            connection = stack.enter_context(closing(_bank(new_database(server, name))))
            _prepare(connection, by_month=name == "by_month")
            for line in _measure(connection):
                yield f"{line}, {name.replace('_', ' ')}, {ROWS:,} rows"
        yield from _the_end_of_a_month(connection)


def _bank(url: str) -> Connection:
    """A connection to a new bank with one question."""
    database = Database(open_engine(url))
    migrations.upgrade(database.bind.engine)
    Bank(database).publish()
    database.close()
    return psycopg.connect(plain(url), autocommit=True)


def _prepare(connection: Connection, *, by_month: bool) -> None:
    """Carry out the recipe, or of it only the function that both need."""
    end = len(RECIPE) if by_month else RECIPE.index("-- The partitions with this name")
    with connection.transaction():
        connection.execute(RECIPE[:end].encode())
    connection.execute(MADE.format(rows=ROWS).encode())


def _measure(connection: Connection) -> Iterator[str]:
    taken = _seconds(connection, SUBMISSIONS.format(learners=LEARNERS), GRADES)
    yield f"{ROWS / taken:12,.0f} answers with their grades inserted a second"
    connection.execute(b"VACUUM ANALYZE submission, grade")
    id_, at = connection.execute(
        "SELECT id, at FROM made WHERE i %% %s = 1 ORDER BY id DESC LIMIT 1", [LEARNERS]
    ).fetchone() or ("", "")
    for told, statement in {
        "one submission": ONE.format(id=id_),
        "the grades of one": GRADES_OF_ONE.format(id=id_),
        "the last 20 of a learner": LIST.format(since=""),
        "the last 20 of a learner within 30 days": LIST.format(since=SINCE.format(at=at)),
    }.items():
        milliseconds, tables = _explain(connection, statement)
        yield f"{milliseconds:12.3f} ms to read {told}, out of {tables} tables"


def _explain(connection: Connection, statement: str) -> tuple[float, int]:
    """Milliseconds of planning and execution, the best of five, and how many tables were looked at.

    A table that the plan names but never came to is not counted.
    """
    best = float("inf")
    for _ in range(5):
        rows = connection.execute(f"EXPLAIN (ANALYZE) {statement}".encode()).fetchall()
        lines = [line for (line,) in rows]
        times = (float(line.split()[-2]) for line in lines if line.endswith(" ms"))
        best = min(best, sum(times))
    looked = {found[1] for line in lines if "never" not in line and (found := READ.search(line))}
    return best, len(looked)


def _the_end_of_a_month(connection: Connection) -> Iterator[str]:
    """Drop a month, and detach another."""
    names = connection.execute(
        "SELECT relname FROM pg_class WHERE relname ~ '^submission_[0-9_]+$' ORDER BY relname"
    ).fetchall()
    first, second = (name.removeprefix("submission_") for (name,) in names[1:3])
    counted = SQL("SELECT count(*) FROM {}").format(Identifier(f"submission_{first}"))
    (rows,) = connection.execute(counted).fetchone() or (0,)
    dropped = _seconds(connection, f"DROP TABLE grade_{first}, submission_{first}")
    yield f"{dropped * 1000:12.1f} ms to drop a month of {rows:,} answers with their grades"
    detached = _seconds(connection, f"ALTER TABLE grade DETACH PARTITION grade_{second}",
                        f"ALTER TABLE submission DETACH PARTITION submission_{second}")  # fmt: skip
    yield f"{detached * 1000:12.1f} ms to detach a month, which stays as two tables of its own"


def _seconds(connection: Connection, *statements: str) -> float:
    started = time.perf_counter()
    for statement in statements:
        connection.execute(statement.encode())
    return time.perf_counter() - started
