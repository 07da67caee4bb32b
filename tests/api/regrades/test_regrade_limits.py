"""What a regrade leaves alone, refuses and lists; and a large one, done by the worker."""

from typing import Any

import pytest

from api.regrade_worker import RegradeWorker
from domain.questions import AnswerKey
from models import Database
from tests.api.authors import code
from tests.api.conftest import CountStatements, MakeClient
from tests.api.regrades.admin import CORRECTED, PATH, WRONG, Admin, Json
from tests.factories import Bank, draft


def test_points_stay_out_of_what_the_answered_version_was_worth(admin: Admin, bank: Bank) -> None:
    third = draft(key=AnswerKey(frozenset({1})))
    worth = third.scoring.__class__("all_or_nothing", max_points=_third(7))
    rhine, _, elbe, _ = bank.publish(third, scoring=worth).option_ids
    id_ = bank.submit(rhine, elbe).submission.id
    bank.publish(CORRECTED, scoring=worth.__class__("all_or_nothing", max_points=_third(20)))
    before = admin.result(id_)
    run = admin.plan()
    admin.done(run, "apply")
    told = admin.grades(id_)[-1]
    assert (told["points"], told["max_points"]) == (7 / 3, 7 / 3)
    admin.done(run, "undo")
    assert admin.result(id_) == before


def _third(count: int) -> Any:
    return CORRECTED.scoring.max_points * count / 3


def test_the_scope(admin: Admin, sent: dict[str, Any], bank: Bank) -> None:
    bank.submit()
    moments = {name: admin.client.get(f"/v1/submissions/{id_}", headers=admin.headers).json()
               ["submitted_at"] for name, id_ in sent.items()}  # fmt: skip
    scopes: list[tuple[Json, int]] = [
        ({}, 5),
        ({"versions": [1]}, 4),
        ({"versions": [2]}, 1),
        ({"versions": [2, 1, 1]}, 5),
        ({"since": moments["rhine"]}, 4),
        ({"until": moments["rhine"]}, 1),
        ({"since": moments["rhine"], "until": moments["danube"]}, 2),
        ({"since": moments["rhine"], "versions": [1]}, 3),
    ]
    for scope, count in scopes:
        run = admin.plan(scope={"question": "rivers", **scope})
        assert run["plan"]["submissions"] == count, scope
    assert admin.plan(scope={"question": "rivers", "versions": [2, 1, 1]})["scope"] == {
        "versions": [1, 2], "since": None, "until": None
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "status", "problem", "pointer"),
    [
        ({"scope": {"question": "lakes"}}, 404, "question_not_found", None),
        ({"version": 9}, 409, "version_conflict", "/version"),
        ({"scope": {"question": "rivers", "versions": [1, 9]}}, 409, "version_conflict",
         "/scope/versions/1"),
        ({"rule": "best_guess"}, 422, "unknown_rule", "/rule"),
        ({"rule": "weights"}, 422, "unknown_rule", "/rule"),
        ({"reason": "  "}, 422, "invalid_request", "/reason"),
        ({"mode": "nicer"}, 422, "invalid_request", "/mode"),
        ({"mode": "full_credit", "version": 1}, 422, "invalid_request", ""),
        ({"mode": "none", "rule": "net_right"}, 422, "invalid_request", ""),
        ({"modus": "none"}, 422, "unknown_field", "/modus"),
        ({"scope": {"question": "rivers", "version": [1]}}, 422, "unknown_field",
         "/scope/version"),
        ({"scope": {"question": "rivers", "versions": []}}, 422, "invalid_request",
         "/scope/versions"),
        ({"scope": {"question": "rivers", "since": "2026-01-02T00:00:00Z",
                    "until": "2026-01-01T00:00:00Z"}}, 422, "invalid_request", "/scope"),
        ({"scope": {"question": "rivers", "since": "yesterday"}}, 422, "invalid_request",
         "/scope/since"),
        ({"scope": None}, 422, "invalid_request", "/scope"),
    ],
)  # fmt: skip
def test_wishes_that_are_refused(
    admin: Admin, sent: dict[str, Any], said: Json, status: int, problem: str, pointer: str | None
) -> None:
    body = {"reason": "r", "scope": {"question": "rivers"}, **said}
    answer = admin.client.post(PATH, json=body, headers=admin.headers)
    assert code(answer) == (status, problem), answer.text
    assert pointer in [None, *(fault["pointer"] for fault in answer.json()["errors"])]
    assert admin.get()["items"] == []


def test_a_question_without_a_published_version_has_no_key_to_grade_by(
    admin: Admin, bank: Bank
) -> None:
    bank.revise(CORRECTED)
    body = {"reason": "r", "scope": {"question": "rivers"}}
    answer = admin.client.post(PATH, json=body, headers=admin.headers)
    assert code(answer) == (409, "nothing_published")
    assert admin.plan(mode="full_credit")["plan"]["mean"]["shift"] is None


def test_what_cannot_be_graded_is_listed_with_the_reason(admin: Admin, bank: Bank) -> None:
    ids = bank.publish(WRONG).option_ids
    gone = bank.submit(ids[3]).submission.id
    for picked in ((ids[0],), (ids[1],)):
        bank.submit(*picked)
    bank.publish(WRONG, options=WRONG.options[:3], key=AnswerKey(frozenset({2})))
    run = admin.plan()
    counts = {name: run["plan"][name] for name in ("affected", "unaffected", "ungradable")}
    assert counts == {"affected": 2, "unaffected": 0, "ungradable": 1}
    (item,) = admin.get(f"/{run['id']}/items", ungradable="true")["items"]
    assert (item["submission"], item["status"], item["problem"], item["new"]) == (
        str(gone), "ungradable", "option_missing", None
    )  # fmt: skip
    assert "version 2" in item["reason"]
    assert len(admin.get(f"/{run['id']}/items", ungradable="false")["items"]) == 2
    before = admin.result(gone)
    done = admin.done(run, "apply")
    assert (done["result"]["applied"], done["result"]["stale"]) == (2, 0)
    assert admin.result(gone) == before
    admin.done(run, "undo")
    assert len(admin.grades(gone)) == 1


def test_a_grade_that_moved_since_the_plan_is_left_alone(
    admin: Admin, sent: dict[str, Any], bank: Bank
) -> None:
    slow, quick = admin.plan(), admin.plan(mode="full_credit")
    bank.submit()
    admin.done(quick, "apply")
    after = {name: admin.result(id_) for name, id_ in sent.items()}
    told = admin.done(slow, "apply")
    assert told["result"] == {"applied": 1, "stale": 1, "arrived": 1, "undone": 0, "kept": 0}
    moved = [name for name in sent if admin.result(sent[name]) != after[name]]
    assert moved == ["rhine"], "full credit did not change it, so the plan still holds"
    statuses = {item["submission"]: item["status"]
                for item in admin.get(f"/{slow['id']}/items")["items"]}  # fmt: skip
    assert statuses == {str(sent["both"]): "stale", str(sent["rhine"]): "applied"}


def test_regrades_are_undone_from_the_last_to_the_first(admin: Admin, sent: dict[str, Any]) -> None:
    before = {name: admin.result(id_) for name, id_ in sent.items()}
    first = admin.plan()
    admin.done(first, "apply")
    second = admin.plan(mode="full_credit")
    between = {name: admin.result(id_) for name, id_ in sent.items()}
    admin.done(second, "apply")
    refused = admin.post(f"{first['id']}/undo")
    assert code(refused) == (409, "regraded_since")
    assert second["id"] in refused.json()["detail"]
    admin.done(second, "undo")
    assert {name: admin.result(id_) for name, id_ in sent.items()} == between
    assert admin.done(first, "undo")["result"]["undone"] == 2
    assert {name: admin.result(id_) for name, id_ in sent.items()} == before


def test_a_later_regrade_that_found_all_stale_does_not_stand_in_the_way(
    admin: Admin, sent: dict[str, Any]
) -> None:
    before = {name: admin.result(id_) for name, id_ in sent.items()}
    first, second = admin.plan(), admin.plan()
    admin.done(first, "apply")
    told = admin.done(second, "apply")["result"]
    assert (told["applied"], told["stale"]) == (0, 2)
    assert admin.done(first, "undo")["result"]["undone"] == 2
    assert {name: admin.result(id_) for name, id_ in sent.items()} == before


def test_an_option_that_was_never_shown_makes_all_answers_ungradable(
    admin: Admin, bank: Bank
) -> None:
    shorter = draft(options=CORRECTED.options[:3])
    bank.submit(bank.publish(shorter).option_ids[0])
    bank.publish(CORRECTED)
    run = admin.plan()
    assert (run["plan"]["affected"], run["plan"]["ungradable"]) == (0, 1)
    (item,) = admin.get(f"/{run['id']}/items")["items"]
    assert (item["problem"], item["status"]) == ("option_not_shown", "ungradable")


def test_a_later_regrade_of_other_submissions_does_not_matter(
    admin: Admin, sent: dict[str, Any], bank: Bank
) -> None:
    first = admin.plan(scope={"question": "rivers", "versions": [1]})
    admin.done(first, "apply")
    bank.submit()
    run = admin.plan(mode="full_credit", scope={"question": "rivers", "versions": [2]})
    assert admin.done(run, "apply")["result"]["applied"] == 1
    assert admin.done(first, "undo")["state"] == "undone"


@pytest.mark.parametrize("verb", ["apply", "undo"])
def test_what_is_not_there_or_not_ready_is_refused(
    admin: Admin, sent: dict[str, Any], verb: str
) -> None:
    nothing = "019aaf70-1b2c-7d3e-8f40-516273849506"
    assert code(admin.post(f"{nothing}/{verb}")) == (404, "regrade_not_found")
    for path in (f"/{nothing}", f"/{nothing}/items"):
        answer = admin.client.get(PATH + path, headers=admin.headers)
        assert code(answer) == (404, "regrade_not_found")
    run = admin.plan()
    if verb == "undo":
        assert code(admin.post(f"{run['id']}/undo")) == (409, "regrade_not_ready")


def test_two_people_are_asked_for_where_the_settings_say_so(
    make_client: MakeClient, bank: Bank, sent: dict[str, Any]
) -> None:
    planner, other = (Admin(make_client(four_eyes=True), bank.key("admin")[1]) for _ in range(2))
    run = planner.plan()
    assert code(planner.post(f"{run['id']}/apply")) == (403, "own_plan")
    assert other.done(run, "apply")["state"] == "applied"


def test_lists_are_read_page_by_page(
    admin: Admin, sent: dict[str, Any], bank: Bank, statements: CountStatements
) -> None:
    bank.publish(slug="lakes")
    runs = [admin.plan(mode=mode)["id"] for mode in ("none", "full_credit", "current_key")]
    admin.plan(scope={"question": "lakes"})
    first = admin.get(question="rivers", limit=2)
    assert [run["id"] for run in first["items"]] == runs[:0:-1]
    with statements() as told:
        last = admin.get(question="rivers", limit=2, cursor=first["next_cursor"])
    assert ([run["id"] for run in last["items"]], last["next_cursor"]) == (runs[:1], None)
    assert len(told) <= 4
    refused = admin.client.get(PATH, params={"cursor": first["next_cursor"]}, headers=admin.headers)
    assert code(refused) == (400, "invalid_cursor")
    items, cursor = list[str](), None
    while True:
        with statements() as told:
            page = admin.get(f"/{runs[1]}/items", limit=1, **({"cursor": cursor} if cursor else {}))
        assert len(told) <= 6
        items += [item["submission"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert items == sorted(str(sent[name]) for name in ("both", "none", "danube"))


# Many submissions: by the worker.


def test_a_large_regrade_is_followed_to_its_end(
    make_client: MakeClient, bank: Bank, sent: dict[str, Any], database: Database
) -> None:
    admin = Admin(make_client(regrade_at_once=1), bank.key("admin")[1])
    worker = RegradeWorker(database)
    run = admin.plan(202)
    assert (run["state"], run["progress"]) == ("planning", {"done": 0, "total": None})
    assert code(admin.post(f"{run['id']}/apply")) == (409, "regrade_not_ready")
    assert worker.work_off()
    assert not worker.work_off()
    planned = admin.get(f"/{run['id']}")
    assert (planned["state"], planned["progress"]) == ("planned", {"done": 4, "total": 4})
    for verb, under_way, done in (("apply", "applying", "applied"), ("undo", "undoing", "undone")):
        answers = [admin.post(f"{run['id']}/{verb}") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[1].json()["state"] == under_way
        assert worker.work_off()
        told = admin.get(f"/{run['id']}")
        assert (told["state"], told["progress"]) == (done, {"done": 2, "total": 2})
    assert len(admin.grades(sent["both"])) == 3
