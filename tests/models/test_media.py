"""Pictures stay what they are, and with the versions that show them."""

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.errors import AlteredHistory
from formats.pictures import read_picture
from models import Database, Media, VersionMedia, now
from operations.keep_pictures import keep_pictures
from tests.factories import Bank, draft
from tests.pictures import png


@pytest.fixture
def name(database: Database) -> str:
    picture = read_picture(png(), "plot.png")
    for new in (1, 0):
        assert new == database.write(
            lambda session: keep_pictures(session, pictures=[picture, picture], at=now())
        )
    return picture.name


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE media SET content = content",
        "DELETE FROM media",
        "UPDATE version_media SET file = file",
        "DELETE FROM version_media",
    ],
)
def test_a_raw_change_of_what_is_shown_is_refused(
    database: Database, bank: Bank, name: str, statement: str
) -> None:
    bank.publish(draft(prompt=f"![a](media/{name})"))
    assert isinstance(database.bind, Connection)
    with pytest.raises(IntegrityError), database.bind.begin_nested():
        database.bind.execute(text(statement))


def test_what_only_a_draft_shows_may_go(database: Database, bank: Bank, name: str) -> None:
    bank.revise(draft(prompt=f"![a](media/{name})"))
    assert isinstance(database.bind, Connection)
    for table in ("version_media", "media"):
        assert database.bind.execute(text(f"DELETE FROM {table}")).rowcount == 1  # noqa: S608


def test_the_mapper_refuses_it_too(database: Database, bank: Bank, name: str) -> None:
    bank.publish(draft(prompt=f"![a](media/{name})"))

    def change(session: Session) -> None:
        session.scalars(select(Media)).one().file = "other.png"

    def take(session: Session) -> None:
        session.delete(session.scalars(select(VersionMedia)).one())

    for work in (change, take):
        with pytest.raises(AlteredHistory):
            database.write(work)


def test_a_version_is_noted_for_the_pictures_that_are_there(
    database: Database, bank: Bank, name: str
) -> None:
    others = (f"{'ab' * 32}.png", name.replace(".png", ".gif"), f"{name}?raw=1")
    bank.publish(draft(prompt=" ".join(f"![a](media/{one})" for one in (*others, name, name))))
    with database.read() as session:
        assert [one.sha256 for one in session.scalars(select(VersionMedia))] == [name[:64]]
