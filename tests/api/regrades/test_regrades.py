"""Regrades through the door: planned, read, applied, undone, with every grade naming its run."""

from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select

from domain.questions import AnswerKey
from models import AuditEntry, Database, GradeRow
from operations.verify_audit import verify_audit
from tests.api.authors import code
from tests.api.regrades.admin import CORRECTED, PATH, WRONG, Admin, Json
from tests.factories import Bank, draft


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


def test_going_to_a_key_and_back_restores_every_byte(admin: Admin, sent: dict[str, Any]) -> None:
    """By regrades to other versions and back, not only by undoing."""
    bank = Bank(admin.client.app.state.database)  # type: ignore[attr-defined]
    bank.publish(draft(key=AnswerKey(frozenset({2, 4})), explanation=CORRECTED.explanation))
    first = {name: admin.result(id_) for name, id_ in sent.items()}
    for version in (2, 3, 1, 3, 2, 1):
        run = admin.plan(version=version)
        admin.done(run, "apply")
        if version == 1:
            assert {name: admin.result(id_) for name, id_ in sent.items()} == first
    assert len(admin.grades(sent["both"])) > 2


def test_feedback_explains_the_score_by_the_key_that_made_it(
    admin: Admin, sent: dict[str, Any]
) -> None:
    admin.done(admin.plan(), "apply")
    told = admin.client.get(f"/v1/submissions/{sent['both']}", headers=admin.headers).json()
    assert (told["question"]["version"], told["score"], told["correct"]) == (1, 1.0, True)
    assert sorted(told["feedback"]["correct"]) == sorted(told["selected"])
    verdicts = {one["verdict"] for one in told["feedback"]["options"]}
    assert verdicts == {"rightly_picked", "rightly_left"}
    receipt = admin.client.get(f"/v1/submissions/{sent['both']}/receipt", headers=admin.headers)
    assert receipt.json()["receipt"]["question"]["version"] == 1
    assert receipt.json()["receipt"]["key"] == sorted(told["selected"])
    assert receipt.json()["receipt"]["grade"] == admin.grades(sent["both"])[-1]["id"]


def test_who_keeps_a_first_grade_keeps_its_feedback(admin: Admin, sent: dict[str, Any]) -> None:
    before = admin.result(sent["danube"])
    admin.done(admin.plan(), "apply")
    assert admin.result(sent["danube"]) == before
    assert len(admin.grades(sent["danube"])) == 1


def test_a_repeated_answer_is_told_as_it_was_first(
    admin: Admin, bank: Bank, client: TestClient
) -> None:
    rhine, _, elbe, _ = bank.publish(WRONG).option_ids
    said: Json = {"json": {"selected": [rhine, elbe]}, "headers": {"Idempotency-Key": "once"}}
    first = client.post("/v1/questions/rivers/submissions", **said)
    bank.publish(CORRECTED)
    admin.done(admin.plan(), "apply")
    again = client.post("/v1/questions/rivers/submissions", **said)
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert b'"score":1.0' in admin.result(first.json()["id"])


def test_applying_and_undoing_twice_has_one_effect(
    admin: Admin, sent: dict[str, Any], database: Database
) -> None:
    run = admin.plan()
    for verb in ("apply", "undo"):
        once, twice = admin.done(run, verb), admin.done(run, verb)
        assert once == twice
    assert code(admin.post(f"{run['id']}/apply")) == (409, "regrade_not_ready")
    with database.read() as session:
        assert len(session.scalars(select(GradeRow)).all()) == len(sent) + 2 + 2
        noted = session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject_type == "regrade")
        ).all()
        assert noted == ["regrade.planned", "regrade.applied", "regrade.undone"]
        assert verify_audit(session).fault is None


def test_a_plan_is_made_once_for_one_idempotency_key(admin: Admin, sent: dict[str, Any]) -> None:
    body = {"reason": "r", "scope": {"question": "rivers"}}
    headers = admin.headers | {"Idempotency-Key": "once"}
    one, two = (admin.client.post(PATH, json=body, headers=headers) for _ in range(2))
    assert (two.status_code, two.content) == (one.status_code, one.content)
    assert (two.headers["Location"], len(admin.get()["items"])) == (one.headers["Location"], 1)


def test_the_modes(admin: Admin, sent: dict[str, Any]) -> None:
    told = {mode: admin.plan(mode=mode)["plan"] for mode in ("current_or_previous", "none")}
    counts = {mode: (plan["raised"], plan["lowered"]) for mode, plan in told.items()}
    assert counts == {"current_or_previous": (1, 0), "none": (0, 0)}
    run = admin.plan(mode="full_credit")
    assert (run["version"], run["plan"]["raised"], run["plan"]["mean"]["after"]) == (None, 3, 1.0)
    admin.done(run, "apply")
    told_now = admin.grades(sent["none"])[-1]
    assert (told_now["rule"], told_now["correct"]) == ("full_credit", True)
    nobody = admin.done(admin.plan(mode="none"), "apply")
    assert (nobody["state"], nobody["result"]["applied"]) == ("applied", 0)


def test_another_rule(admin: Admin, sent: dict[str, Any]) -> None:
    run = admin.plan(rule="net_right", version=1)
    assert (run["rule"], run["plan"]["affected"], run["plan"]["raised"]) == ("net_right", 0, 0)
    run = admin.plan(rule="net_right")
    assert run["plan"]["mean"]["shift_exact"] == "1/8"
    (both, rhine) = admin.get(f"/{run['id']}/items")["items"]
    assert (both["old"]["exact"], both["new"]["exact"]) == ("0", "1")
    assert (rhine["old"]["exact"], rhine["new"]["exact"]) == ("1", "1/2")
    assert (rhine["new"]["rule"], rhine["submission"]) == ("net_right", str(sent["rhine"]))
    assert rhine["status"] == "planned"
    assert "half" in rhine["reason"] or "1/2" in rhine["reason"]
