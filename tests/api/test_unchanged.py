"""An edit of one question leaves the kept answers about others, and none that it touches."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import unchanged
from api.revision_checks import State
from api.unchanged import Unchanged
from models import Database, Question, now
from operations.delete_question import delete_question
from tests.api.layered import ONE, counted, run
from tests.factories import Bank

OTHERS = [f"/v1/questions/q{number}" for number in range(5)]
ABOUT_OTHERS = [*OTHERS, "/v1/questions/q0?shuffle=a", "/v1/questions/q1?version=1"]


@pytest.fixture
def bank(own_database: Database) -> Bank:
    """Questions in a database where commits are real."""
    bank = Bank(own_database)
    bank.publish()
    for number in range(len(OTHERS)):
        bank.publish(slug=f"q{number}", title=f"Title {number}")
    return bank


Change = Callable[[Bank], object]


def _delete(bank: Bank) -> None:
    def work(session: Session) -> None:
        question = session.scalars(select(Question).where(Question.slug == "rivers")).one()
        delete_question(session, question=question, by="somebody", at=now())

    bank.database.write(work)


CHANGES: dict[str, Change] = {
    "an edit": lambda bank: bank.publish(title="Edited"),
    "another question": lambda bank: bank.publish(slug="new"),
    "a retirement": lambda bank: bank.retire("rivers"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_answers_about_others_are_kept(own_database: Database, bank: Bank, name: str) -> None:
    async def change(client: httpx.AsyncClient) -> None:
        before = [(await client.get(each)).text for each in ABOUT_OTHERS]
        for _ in range(2):
            await asyncio.to_thread(CHANGES[name], bank)
            counting = counted(client)
            assert [(await client.get(each)).text for each in ABOUT_OTHERS] == before
            assert counting.count == 0

    run(own_database, change)


def test_an_answer_kept_before_two_changes_holds_after_both(
    own_database: Database, bank: Bank
) -> None:
    async def change(client: httpx.AsyncClient) -> None:
        for each in (ONE, *OTHERS):
            await client.get(each)
        await asyncio.to_thread(bank.publish, slug="q1", title="Edited")
        await client.get(OTHERS[0])
        await asyncio.to_thread(bank.publish, slug="q2", title="Edited")
        counting = counted(client)
        told = [(await client.get(each)).json()["title"] for each in OTHERS]
        assert told == ["Title 0", "Edited", "Edited", "Title 3", "Title 4"]
        assert counting.count == 2

    run(own_database, change)


def test_lists_are_made_anew(own_database: Database, bank: Bank) -> None:
    async def change(client: httpx.AsyncClient) -> None:
        for address in ("/v1/questions", "/v1/questions/random?seed=a&count=100"):
            before = (await client.get(address)).text
            await asyncio.to_thread(bank.publish, slug=f"new-{len(before)}")
            assert (await client.get(address)).text != before

    run(own_database, change)


def test_what_no_question_tells_of_makes_all_anew(own_database: Database, bank: Bank) -> None:
    async def change(client: httpx.AsyncClient) -> None:
        for each in OTHERS:
            await client.get(each)
        await asyncio.to_thread(bank.change_unnamed)
        counting = counted(client)
        for each in OTHERS:
            await client.get(each)
        assert counting.count == len(OTHERS)

    run(own_database, change)


def test_a_name_that_went_to_another_question_is_read_anew(
    own_database: Database, bank: Bank
) -> None:
    async def change(client: httpx.AsyncClient) -> None:
        await client.get(ONE)
        await asyncio.to_thread(_delete, bank)
        await asyncio.to_thread(bank.publish, title="Another with this name")
        assert (await client.get(ONE)).json()["title"] == "Another with this name"

    run(own_database, change)


def test_an_answer_that_does_not_hold_would_be_noticed(
    own_database: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Unchanged, "holds", lambda *_: True)
    with pytest.raises(AssertionError):
        test_an_answer_kept_before_two_changes_holds_after_both(own_database, bank)


def test_what_is_known_has_an_end(
    own_database: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unchanged, "MOST", 3)
    known = Unchanged(own_database)
    nobody = UUID(int=0)

    async def learn(then: int, now: int) -> bool:
        await known.catch_up(State(1, then), State(1, now))
        return known.holds(nobody, State(1, then), State(1, now))

    async def look() -> None:
        assert await learn(4, 6)
        bank.publish(slug="q0", title="Edited")
        bank.publish(slug="q1", title="Edited")
        assert not await learn(6, 8), "four have changed"
        bank.publish(slug="q2", title="Edited")
        assert await learn(8, 9)
        assert not known.holds(nobody, State(0, 8), State(0, 9)), "that is another bank"
        assert not known.holds(nobody, State(1, 9), State(1, 8))
        assert not known.holds(None, State(1, 8), State(1, 9))

    asyncio.run(look())
