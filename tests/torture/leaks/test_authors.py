"""What authors change in secret changes nothing that learners see."""

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from domain.questions import AnswerKey, Explanation, Option, Reference
from models import Database
from settings import Settings
from tests.factories import DRAFT, Bank


@pytest.fixture
def client(database: Database) -> TestClient:
    return TestClient(create_app(Settings.load(), database))


OPTIONS = tuple(Option(f"Statement {n}") for n in range(4))
KEYS = [
    frozenset({1}),
    frozenset({4}),
    frozenset({1, 2}),
    frozenset({1, 2, 3, 4}),
    frozenset[int](),
]


@pytest.mark.parametrize("shuffle", [False, True])
def test_an_author_who_changes_secrets_changes_nothing_visible(
    client: TestClient, bank: Bank, shuffle: bool
) -> None:
    """Through the whole way of a draft: next versions with another key tell learners the same."""
    told = []
    for key in KEYS:
        bank.publish(
            options=tuple(Option(option.text, feedback=str(key)) for option in OPTIONS),
            key=AnswerKey(key),
            explanation=Explanation(str(key), (Reference(str(key)),) * len(key)),
            shuffle=shuffle,
        )
        for path in ("rivers", "rivers?shuffle=S"):
            question = client.get(f"/v1/questions/{path}").json()
            del question["version"], question["published_at"]
            told.append((path, question))
    assert told == told[:2] * len(KEYS)
    for key in KEYS[:2]:
        bank.publish(slug="one", options=OPTIONS, kind="single_choice", key=AnswerKey(key))
        question = client.get("/v1/questions/one").json()
        assert (question["kind"], question["select"]) == ("single_choice", {"min": 0, "max": 1})


def test_option_ids_do_not_tell_their_place(client: TestClient, bank: Bank) -> None:
    ids = bank.publish().option_ids
    turned = bank.publish(slug="turned", options=DRAFT.options[::-1]).option_ids
    assert ids == turned[::-1]
    assert all(len(id_) >= 4 and id_.isalnum() for id_ in ids)
