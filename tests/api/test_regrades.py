"""Regrades through the door: planned, read, applied, undone, with every grade naming its run."""

from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from api.regrade_worker import RegradeWorker
from domain.access import Role
from domain.questions import AnswerKey
from models import AuditEntry, Database, GradeRow
from operations.verify_audit import verify_audit
from tests.api.authors import code
from tests.api.conftest import CountStatements, MakeClient
from tests.factories import Bank, draft

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


@pytest.fixture
def admin(client: TestClient, bank: Bank) -> Admin:
    return Admin(client, bank.key("admin")[1])


@pytest.fixture
def sent(bank: Bank) -> dict[str, Any]:
    """Answers to a version whose key lacks the Elbe; the corrected one is published since."""
    rhine, danube, elbe, _ = bank.publish(WRONG).option_ids
    picks = {"both": (rhine, elbe), "rhine": (rhine,), "none": (), "danube": (danube,)}
    ids = {name: bank.submit(*picked).submission.id for name, picked in picks.items()}
    bank.publish(CORRECTED)
    return ids


def test_a_wrong_key_is_corrected_and_the_correction_undone(
    admin: Admin, sent: dict[str, Any]
) -> None:
    before = {name: admin.result(id_) for name, id_ in sent.items()}
    run = admin.plan()
    assert (run["state"], run["version"], run["mode"]) == ("planned", 2, "current_key")
    assert run["plan"] == {
        "submissions": 4, "affected": 2, "unaffected": 2, "ungradable": 0,
        "raised": 1, "lowered": 1, "became_correct": 1, "became_incorrect": 1,
        "mean": {"before": 0.25, "after": 0.25, "shift": 0.0, "shift_exact": "0"},
    }  # fmt: skip
    assert {name: admin.result(id_) for name, id_ in sent.items()} == before, "only a plan"
    assert admin.done(run, "apply")["result"] == {
        "applied": 2, "stale": 0, "arrived": 0, "undone": 0, "kept": 0
    }  # fmt: skip
    after = {name: admin.result(id_) for name, id_ in sent.items()}
    assert [name for name in sent if after[name] != before[name]] == ["both", "rhine"]
    first, later = admin.grades(sent["both"])
    assert (first["regrade"], first["key_version"], first["score"]) == (None, 1, 0.0)
    assert (later["regrade"], later["key_version"], later["score"]) == (run["id"], 2, 1.0)
    told = admin.done(run, "undo")
    assert (told["state"], told["result"]["undone"]) == ("undone", 2)
    assert {name: admin.result(id_) for name, id_ in sent.items()} == before
    *_, last = admin.grades(sent["both"])
    assert (last["regrade"], last["is_undo"], last["score"]) == (run["id"], True, 0.0)
