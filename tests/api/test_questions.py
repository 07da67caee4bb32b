"""Reading questions as a learner: one, a page, a draw."""

from fastapi.testclient import TestClient

from tests.factories import Bank


def test_a_published_question_is_served(client: TestClient, bank: Bank) -> None:
    version = bank.publish()
    answer = client.get("/v1/questions/rivers")
    assert answer.status_code == 200
    assert answer.json()["id"] == str(version.question_id)
