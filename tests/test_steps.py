"""Every step of the schema's history, there and back, with rows that keep what they say."""

from itertools import pairwise

import pytest
from alembic.config import Config
from sqlalchemy import Engine, text

import migrations
from models import Base
from tests.test_migrations import STEPS, fill, tables

Contents = dict[str, list[str]]
# What PostgreSQL derives from the other columns, and what a step may derive in another way.
DERIVED = {"question_search.document", "question_search_authors.document"}


def contents(engine: Engine) -> Contents:
    """What all rows say, by table and column."""
    said: Contents = {}
    with engine.connect() as connection:
        for name in tables(connection) - {"alembic_version"}:
            found = connection.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608 - our names
            columns = zip(*found, strict=True) if found.keys() else ()
            for column, values in zip(found.keys(), columns, strict=False):
                said[f"{name}.{column}"] = sorted(map(repr, values))
    return {place: values for place, values in said.items() if place not in DERIVED}


def changed(before: Contents, after: Contents) -> list[str]:
    """Where rows no longer say what they said."""
    return sorted(place for place in before if before[place] != after.get(place))


def moved(engine: Engine, steps: list[str]) -> list[str]:
    """What is changed by taking each step there, back and there again, and all back at the end."""
    wrong: list[str] = []
    kept: dict[str, Contents] = {}

    def compare(move: str, with_those_at: str) -> None:
        found = changed(kept[with_those_at], contents(engine))
        wrong.extend(f"{place} by the step {move}" for place in found)

    for before, step in pairwise(steps):
        fill(engine)
        kept[before] = contents(engine)
        migrations.upgrade(engine, step)
        compare(f"to {step}", before)
        fill(engine)
        migrations.downgrade(engine, before, lossy=True)
        compare(f"back to {before}", before)
        migrations.upgrade(engine, step)
        compare(f"to {step} again", before)
    fill(engine)
    for step in steps[-2::-1]:
        migrations.downgrade(engine, step, lossy=True)
        compare(f"back to {step} at the end", step)
    return wrong


def test_every_step_keeps_what_rows_say_there_and_back_and_there_again(engine: Engine) -> None:
    assert moved(engine, ["base", *STEPS]) == []
    with engine.connect() as connection:
        assert tables(connection) == {"alembic_version"}
    assert migrations.upgrade(engine) is True
    assert migrations.upgrade(engine) is False
    fill(engine)
    with engine.connect() as connection:
        assert tables(connection) >= {*Base.metadata.tables, "question_search"}


@pytest.mark.parametrize(
    ("move", "fault", "told"),
    [
        ("upgrade", "UPDATE import_job SET name = 'x'", "import_job.name by the step to {last}"),
        ("downgrade", "DELETE FROM sign_in", "sign_in.expires_at by the step back to {first}"),
    ],
)
def test_a_step_that_changes_what_rows_say_is_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, move: str, fault: str, told: str
) -> None:
    """Planted: a step, there or back, that is not careful with the rows of others."""
    first, last = STEPS[-2:]
    migrations.upgrade(engine, first)
    carefully = getattr(migrations, f"alembic_{move}")

    def carelessly(config: Config, to: str) -> None:
        carefully(config, to)
        with engine.begin() as connection:
            connection.execute(text(fault))

    monkeypatch.setattr(migrations, f"alembic_{move}", carelessly)
    assert moved(engine, [first, last])[0] == told.format(first=first, last=last)
