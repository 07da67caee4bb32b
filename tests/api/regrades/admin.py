"""Somebody who regrades through the door, and what is regraded."""

from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from domain.questions import AnswerKey
from tests.factories import draft

PATH = "/v1/bank/regrades"
Json = dict[str, Any]
WRONG, CORRECTED = draft(key=AnswerKey(frozenset({1}))), draft()


@dataclass
class Admin:
    """Somebody who may do everything."""

    client: TestClient
    headers: dict[str, str]

    def plan(self, status: int = 201, **said: Any) -> Json:
        body = {"reason": "The Elbe does, too.", "scope": {"question": "rivers"}, **said}
        answer = self.client.post(PATH, json=body, headers=self.headers)
        assert answer.status_code == status, answer.text
        told: Json = answer.json()
        return told

    def post(self, path: str) -> Response:
        return self.client.post(f"{PATH}/{path}", headers=self.headers)

    def get(self, path: str = "", **query: Any) -> Json:
        answer = self.client.get(f"{PATH}{path}", headers=self.headers, params=query or None)
        assert answer.status_code == 200, answer.text
        told: Json = answer.json()
        return told

    def done(self, run: Json, verb: str) -> Json:
        answer = self.post(f"{run['id']}/{verb}")
        assert answer.status_code == 200, answer.text
        told: Json = answer.json()
        return told

    def result(self, submission: Any) -> bytes:
        """The submission as it is read, byte for byte."""
        path = f"/v1/submissions/{submission}"
        answer = self.client.get(path, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.content

    def grades(self, submission: Any) -> list[Json]:
        path = f"/v1/submissions/{submission}/grades"
        found: list[Json] = self.client.get(path, headers=self.headers).json()["items"]
        return found
