"""No step keeps writers waiting while PostgreSQL goes through a large table.

Tables are small here, so what a step says is read; ``bench.upgrade`` measures it with large ones.
"""

import re

import pytest
from sqlalchemy import Engine, event

import migrations
from tests.test_upgrades import serves_since

LONG = re.compile(
    r"""CREATE\ (UNIQUE\ )?INDEX\ (?!CONCURRENTLY)\S+\ ON\ (?P<indexed>\w+)
    | ALTER\ TABLE\ (?P<altered>\w+)\ .*(
        SET\ NOT\ NULL | ADD\ CONSTRAINT(?!.*NOT\ VALID) | ALTER\ (COLUMN\ )?\w+\ TYPE | STORED
        | DEFAULT\ (now|clock|gen_)
    )
    | UPDATE\ (?P<updated>\w+)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
GROWING = {"submission", "grade", "question", "question_version", "option", "tag", "audit_entry"}


def long_locks(statements: list[str]) -> list[str]:
    """Those that go through all rows of a table that may be large, and keep writers out of it."""
    plain = (" ".join(statement.replace('"', "").split()) for statement in statements)
    matches = (LONG.search(statement) for statement in plain)
    return [found.string for found in matches if found and GROWING & {*found.groups()}]


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_no_step_since_the_version_before_goes_through_a_large_table(engine: Engine) -> None:
    migrations.upgrade(engine)
    migrations.downgrade(engine, serves_since(engine), lossy=True)
    said = list[str]()
    event.listen(engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    migrations.upgrade(engine)
    assert any("serves_since" in statement for statement in said)
    assert long_locks(said) == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX ix_planted ON submission (learner)",
        'CREATE UNIQUE INDEX ix_planted ON "grade" (submission_id)',
        "ALTER TABLE submission ALTER COLUMN learner SET NOT NULL",
        "ALTER TABLE submission ADD CONSTRAINT ck_planted CHECK (duration_ms < 9)",
        "ALTER TABLE question ALTER slug TYPE text",
        "ALTER TABLE question ADD COLUMN at timestamptz DEFAULT clock_timestamp() NOT NULL",
        "UPDATE question SET changed_at = created_at",
    ],
)
def test_a_step_that_does_would_be_noticed(statement: str) -> None:
    assert long_locks([statement]) == [statement.replace('"', "")]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX CONCURRENTLY ix_planted ON submission (learner)",
        "CREATE INDEX ix_planted ON sign_in (key_id)",
        "ALTER TABLE submission ADD CONSTRAINT ck_p CHECK (duration_ms < 9) NOT VALID",
        "ALTER TABLE submission VALIDATE CONSTRAINT ck_p",
        "ALTER TABLE question ADD COLUMN type TEXT",
        "ALTER TABLE grade ADD COLUMN seen BOOLEAN DEFAULT false NOT NULL",
        "UPDATE bank SET revision = 1",
    ],
)
def test_what_takes_no_time_is_allowed(statement: str) -> None:
    assert long_locks([statement]) == []
