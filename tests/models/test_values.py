"""What goes into a column comes out again, alike on both engines."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from domain.questions import AnswerKey, Option
from models import ApiKey, Database, QuestionVersion, now
from tests.factories import Bank

NASTY = "🦔 e\u0301 \u202eשלום مرحبا\u202c 日本\n\t\x01 'quoted' \"twice\" \\ %s :name"  # noqa: RUF001
TABLE = QuestionVersion.__tablename__
MOMENT = datetime(2026, 11, 23, 10, 0, 0, 123456, UTC)


@pytest.mark.parametrize(
    "moment",
    [
        MOMENT,
        MOMENT.replace(microsecond=0),
        MOMENT.astimezone(timezone(timedelta(hours=-9, minutes=-30))),
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(9999, 12, 30, tzinfo=UTC),
        None,
    ],
    ids=str,
)
def test_moments_come_back_in_utc(database: Database, bank: Bank, moment: datetime | None) -> None:
    key, _ = bank.key(expires_at=moment)
    with database.read() as session:
        read = session.scalars(select(ApiKey.expires_at).where(ApiKey.id == key.id)).one()
    assert read == moment
    assert read is None or read.tzinfo is UTC


def test_a_moment_without_zone_is_refused(bank: Bank) -> None:
    with pytest.raises(StatementError, match="A time stamp without a zone"):
        bank.key(expires_at=datetime(2026, 11, 23))  # noqa: DTZ001 - the very thing


def test_the_present_is_in_utc() -> None:
    assert now().tzinfo is UTC
    assert abs(datetime.now(UTC) - now()) < timedelta(seconds=5)


def test_titles_sort_by_code_points(database: Database, bank: Bank) -> None:
    titles = ["a b", "a-b", "a_b", "ab", "Ab", "Äb", "zz", "éa", "ß", "日本", "🦔", "10", "9", "~"]
    for place, title in enumerate(titles):
        bank.publish(title=title, slug=f"q{place}")
    with database.read() as session:
        statement = select(QuestionVersion.sort_title).order_by(QuestionVersion.sort_title)
        read = list(session.scalars(statement))
    assert read == sorted(title.casefold() for title in titles)


def test_the_order_of_titles_does_not_hang_on_the_servers_locale(database: Database) -> None:
    columns = {column["name"]: column for column in inspect(database.bind).get_columns(TABLE)}
    on_postgresql = database.bind.engine.dialect.name == "postgresql"
    collation = getattr(columns["sort_title"]["type"], "collation", None)
    assert collation == ("C" if on_postgresql else None)


def test_any_text_and_any_document_come_back(database: Database, bank: Bank) -> None:
    extra: dict[str, Any] = {
        NASTY: [1, 2.5, -0.1, 10**18, True, None, {"nested": [NASTY, "", []]}],
    }
    version = bank.publish(
        prompt=NASTY,
        title=NASTY,
        extra=extra,
        options=(Option(NASTY), Option("b")),
        key=AnswerKey(frozenset({1})),
    )
    with database.read() as session:
        read = session.get_one(QuestionVersion, version.id)
        assert (read.title, read.prompt, read.options[0].text) == (NASTY, NASTY, NASTY)
        assert read.extra == extra


def test_ids_rise_in_the_order_they_are_given(database: Database, bank: Bank) -> None:
    def work(session: Session) -> list[ApiKey]:
        keys = [
            ApiKey(name=f"{n:04}", public_part=f"{n}", token_hash=f"{n}", scopes=[])
            for n in range(2000)
        ]
        for key in keys:
            session.add(key)
        return keys

    ids = [key.id for key in database.write(work)]
    assert ids == sorted(ids)
    assert {id_.version for id_ in ids} == {7}
    with database.read() as session:
        names = list(session.scalars(select(ApiKey.name).order_by(ApiKey.id)))
    assert names == sorted(names)


@pytest.mark.parametrize(
    ("expires_at", "revoked_at", "valid"),
    [
        (None, None, True),
        (MOMENT + timedelta(seconds=1), None, True),
        (MOMENT, None, False),
        (None, MOMENT, False),
        (MOMENT + timedelta(seconds=1), MOMENT - timedelta(days=1), False),
    ],
)
def test_a_key_opens_doors_until_it_expires_or_is_revoked(
    expires_at: datetime | None, revoked_at: datetime | None, valid: bool
) -> None:
    assert ApiKey(expires_at=expires_at, revoked_at=revoked_at).is_valid(MOMENT) == valid
