"""One line per request that tells what happened, and neither keys nor answers nor learners."""

import json
from collections import Counter
from pathlib import Path

import httpx
from sqlalchemy import text

from models import Database
from tests.factories import Bank
from tests.processes import serving

LEARNER = "learner-4711"


def allow_one_answer(database: Database) -> None:
    """Make the database refuse all answers of a caller but the first: a failure that is real."""
    index = text("CREATE UNIQUE INDEX only_one ON submission (caller)")
    database.write(lambda session: session.execute(index))


def test_each_request_is_one_line_of_json_without_secrets(
    own_database: Database, own_url: str, tmp_path: Path
) -> None:
    allow_one_answer(own_database)
    bank = Bank(own_database)
    rhine, *_ = bank.publish().option_ids
    row, key = bank.key()
    settings = {"DATABASE_URL": own_url, "QUESTIONS_LOG_FORMAT": "json"}
    with serving(tmp_path, "serve", settings=settings) as service:
        body = {"selected": [rhine, "dxyzw"], "learner": LEARNER}
        address = f"{service.url}/v1/questions/rivers/submissions"
        marked = key | {"X-Request-Id": "mine-1"}
        assert httpx.post(address, json=body, headers=marked).status_code == 422
        body["selected"] = [rhine]
        id_ = httpx.post(address, json=body, headers=key).json()["id"]
        httpx.get(f"{service.url}/v1/submissions/{id_}", headers=key)
        httpx.get(f"{service.url}/v1/submissions", params={"learner": LEARNER}, headers=key)
        httpx.get(f"{service.url}/v1/{LEARNER}")
        httpx.head(f"{service.url}/v1/questions/rivers")
        httpx.get(f"{service.url}/static/page.css")
        assert httpx.post(address, json=body, headers=key).status_code == 500
        assert httpx.get(f"{service.url}/v1/keys", headers=key).status_code == 403
        sign_in = httpx.post(f"{service.url}/admin/sign-in", data={"key": "wrong"})
        assert sign_in.status_code == 403
    printed = service.printed()
    lines = [json.loads(line) for line in printed.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    counted = Counter(
        (line["method"], line["route"], line["status"])
        for line in requests
        if line["route"] != "/readyz"
    )
    assert counted == {
        ("POST", "/v1/questions/{name}/submissions", 422): 1,
        ("POST", "/v1/questions/{name}/submissions", 201): 1,
        ("POST", "/v1/questions/{name}/submissions", 500): 1,
        ("GET", "/v1/submissions/{submission_id}", 200): 1,
        ("GET", "/v1/submissions", 200): 1,
        ("GET", "(none)", 404): 1,
        ("HEAD", "/v1/questions/{name}", 200): 1,
        ("GET", "/static/{name}", 200): 1,
        ("GET", "/v1/keys", 403): 1,
        ("POST", "/admin/sign-in", 403): 1,
    }
    (failure,) = (line for line in lines if line["level"] == "error")
    assert "Neither stored nor there before" in failure["exception"]
    refused = [line for line in lines if line["event"] == "refused"]
    assert [(line["status"], line["key"], line["client"]) for line in refused] == [
        (403, row.public_part, "127.0.0.1"),
        (403, None, "127.0.0.1"),
    ]
    assert failure["request_id"] in {line["request_id"] for line in requests}
    assert sum(line["request_id"] == "mine-1" for line in requests) == 1
    assert all(line["milliseconds"] > 0 for line in requests)
    assert all(line.keys() >= {"timestamp", "level", "request_id"} for line in requests)
    token = key["Authorization"].removeprefix("Bearer ")
    for secret in (token, token.split("_")[2], LEARNER, rhine, "dxyzw"):
        assert secret not in printed


def test_a_failure_is_told_to_people_without_secrets(
    own_database: Database, own_url: str, tmp_path: Path
) -> None:
    bank = Bank(own_database)
    rhine, *_ = bank.publish().option_ids
    _, key = bank.key()
    allow_one_answer(own_database)
    settings = {"DATABASE_URL": own_url, "QUESTIONS_LOG_FORMAT": "console"}
    with serving(tmp_path, "serve", settings=settings) as service:
        address = f"{service.url}/v1/questions/rivers/submissions"
        body = {"selected": [rhine], "learner": LEARNER}
        first, second = (httpx.post(address, json=body, headers=key, timeout=30) for _ in "ab")
    assert (first.status_code, second.status_code) == (201, 500)
    printed = service.printed()
    assert second.json()["request_id"] in printed
    assert "Neither stored nor there before" in printed
    token = key["Authorization"].removeprefix("Bearer ")
    for secret in (token, token.split("_")[2], LEARNER, rhine):
        assert secret not in printed
        assert secret not in second.text
