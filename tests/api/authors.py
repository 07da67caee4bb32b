"""An author at the HTTP door: what stories of the bank share."""

import json
from dataclasses import dataclass, field
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from domain.access import Role
from tests.factories import Bank

QUESTIONS = "/v1/bank/questions"
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
Json = dict[str, Any]

RIVERS: Json = {
    "title": "Rivers of Europe",
    "prompt": "Which of these rivers reach the **North Sea**?",
    "options": [
        {"text": "The Rhine", "feedback": "It ends near Rotterdam, unlike {option:2}."},
        {"text": "The Danube"},
        {"text": "The Elbe"},
        {"text": "The Rhône"},
    ],
    "key": [1, 3],
    "explanation": "{option:2} ends in the Black Sea.",
}


@dataclass
class Person:
    """Somebody with a key of a role. Every call gives the whole answer."""

    client: TestClient
    headers: dict[str, str]
    id: str
    etags: dict[str, str] = field(default_factory=dict)

    def get(self, path: str = "", **query: Any) -> Response:
        return self.client.get(f"{QUESTIONS}{path}", headers=self.headers, params=query or None)

    def read(self, slug: str = "rivers") -> Json:
        told: Json = self.get(f"/{slug}").json()
        return told

    def etag(self, slug: str = "rivers") -> dict[str, str]:
        """The header that names the present state."""
        return {"If-Match": self.get(f"/{slug}").headers["ETag"]}

    def create(self, slug: str = "rivers", **changes: Any) -> Response:
        return self.put(slug, {**RIVERS, **changes}, {"If-None-Match": "*"})

    def put(self, slug: str, body: Json, headers: dict[str, str] | None = None) -> Response:
        """Write a draft over the state that is there now, unless headers say otherwise."""
        condition = self.etag(slug) if headers is None else headers
        return self.client.put(f"{QUESTIONS}/{slug}", json=body, headers=self.headers | condition)

    def edit(self, slug: str = "rivers", **changes: Any) -> Response:
        """Change fields by a merge patch."""
        headers = self.headers | MERGE_PATCH | self.etag(slug)
        content = json.dumps(changes)
        return self.client.patch(f"{QUESTIONS}/{slug}", content=content, headers=headers)

    def post(self, path: str, body: Json | None = None, **headers: str) -> Response:
        return self.client.post(f"{QUESTIONS}{path}", json=body, headers=self.headers | headers)

    def delete(self, slug: str = "rivers") -> Response:
        return self.client.delete(f"{QUESTIONS}/{slug}", headers=self.headers)


def person(client: TestClient, bank: Bank, role: Role = "admin") -> Person:
    """Somebody with a new key of that role."""
    row, headers = bank.key(role)
    return Person(client, headers, str(row.id))


def code(answer: Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["code"]
