"""Answering a question: graded, explained as far as its author releases it, and read back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import chain, combinations
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.grading import find_rule
from domain.questions import AnswerKey, Option
from models import Database
from seed.load import load_files
from tests.factories import DRAFT, SEED_FILE, Bank

ADDRESS = "/v1/questions/rivers/submissions"
VERDICTS = {
    (True, True): "rightly_picked",
    (True, False): "wrongly_picked",
    (False, False): "rightly_left",
    (False, True): "missed",
}


def submit(
    client: TestClient, selected: list[str], *, slug: str = "rivers", **body: Any
) -> dict[str, Any]:
    """Answer a question; the result."""
    answer = client.post(f"/v1/questions/{slug}/submissions", json={"selected": selected, **body})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def subsets(items: list[str]) -> Iterator[list[str]]:
    """All sixteen selections of four options."""
    sizes = range(len(items) + 1)
    return (list(some) for some in chain(*(combinations(items, size) for size in sizes)))


def test_every_selection_is_graded_right(client: TestClient, bank: Bank) -> None:
    rhine, danube, elbe, rhone = bank.publish().option_ids
    graded = 0
    for selected in subsets([rhine, danube, elbe, rhone]):
        told = submit(client, selected)
        right = set(selected) == {rhine, elbe}
        assert (told["score"], told["points"], told["correct"]) == (right, right, right), selected
        assert told["feedback"]["options"] == [
            {
                "id": option,
                "selected": option in selected,
                "correct": option in {rhine, elbe},
                "verdict": VERDICTS[option in selected, option in {rhine, elbe}],
                "html": "<p>It ends near Rotterdam.</p>\n" if option == rhine else None,
            }
            for option in (rhine, danube, elbe, rhone)
        ]
        graded += 1
    assert graded == 16


def test_the_question_that_comes_along_has_its_second_and_third_option_right(
    client: TestClient, database: Database
) -> None:
    assert not load_files(database, [SEED_FILE]).failed
    address = "/v1/questions/vanishing-gradients"
    ids = [option["id"] for option in client.get(address).json()["options"]]
    scores = {
        tuple(some): submit(client, some, slug="vanishing-gradients")["score"]
        for some in subsets(ids)
    }
    assert scores == {some: float(some == (ids[1], ids[2])) for some in scores}
    assert len(scores) == 16
    feedback = submit(client, [], slug="vanishing-gradients")["feedback"]
    assert feedback["correct"] == [ids[1], ids[2]]
    assert len(feedback["references"]) == 2
    assert (
        'href="https://en.wikipedia.org/wiki/Sigmoid_function"' in feedback["explanation"]["html"]
    )


def test_the_whole_answer(client: TestClient, bank: Bank) -> None:
    version = bank.publish()
    rhine, danube, elbe, rhone = version.option_ids
    before = datetime.now(UTC)
    answer = client.post(
        ADDRESS,
        json={"selected": [elbe, rhine], "version": 1, "duration_ms": 41000, "learner": "L 1"},
    )
    told = answer.json()
    assert answer.headers["Location"] == f"/v1/submissions/{told['id']}"
    assert answer.headers["Cache-Control"] == "private, no-store"
    moment = told.pop("submitted_at")
    assert told.pop("language") == "en"
    assert moment.endswith("Z")
    assert before <= datetime.fromisoformat(moment) <= datetime.now(UTC)
    assert told.pop("id")
    assert [part.pop("html") for part in told["feedback"]["options"]]
    assert told == {
        "question": {"id": str(version.question_id), "slug": "rivers", "version": 1},
        "learner": "L 1",
        "selected": [elbe, rhine],
        "response": None,
        "score": 1.0,
        "points": 1.0,
        "max_points": 1.0,
        "correct": True,
        "rule": "all_or_nothing",
        "rule_version": 1,
        "reason": find_rule("all_or_nothing").reason(Fraction(1)),
        "feedback": {
            "correct": [rhine, elbe],
            "options": [
                {"id": rhine, "selected": True, "correct": True, "verdict": "rightly_picked"},
                {"id": danube, "selected": False, "correct": False, "verdict": "rightly_left"},
                {"id": elbe, "selected": True, "correct": True, "verdict": "rightly_picked"},
                {"id": rhone, "selected": False, "correct": False, "verdict": "rightly_left"},
            ],
            "solution": None,
            "parts": [],
            "combination": None,
            "explanation": {
                "markdown": DRAFT.explanation.text,
                "html": f"<p>{DRAFT.explanation.text}</p>\n",
            },
            "references": [
                {
                    "title": "Rivers",
                    "url": "https://example.org/rivers",
                    "note": "has maps.",
                    "lead": "",
                }
            ],
        },
    }


def test_feedback_comes_in_the_order_that_was_shown(client: TestClient, bank: Bank) -> None:
    bank.publish()
    shown = client.get("/v1/questions/rivers?shuffle=S1").json()["options"]
    told = submit(client, [], shuffle="S1")
    assert [part["id"] for part in told["feedback"]["options"]] == [part["id"] for part in shown]


def test_an_author_may_release_the_score_only(client: TestClient, bank: Bank) -> None:
    right = bank.publish(release="score_only").option_ids[::2]
    told = submit(client, list(right))
    assert (told["score"], told["correct"], told["feedback"]) == (1.0, True, None)
    assert told["reason"]


def test_an_author_may_release_nothing(client: TestClient, bank: Bank) -> None:
    ids = bank.publish(release="never").option_ids
    answers = [submit(client, list(some)) for some in (ids[::2], ids[:1])]
    for told in answers:
        for name in ("score", "points", "correct", "reason", "feedback"):
            assert told[name] is None
        assert told["max_points"] == 1.0


FAULTS: list[tuple[list[object], str, list[tuple[str, str]]]] = [
    (["zzzz"], "unknown_option", [("/selected/0", "unknown_option")]),
    ([0, "zzzz"], "unknown_option", [("/selected/1", "unknown_option")]),
    (["", "x"], "unknown_option", [(f"/selected/{n}", "unknown_option") for n in (0, 1)]),
    ([0, 1, 0], "repeated_option", [("/selected/2", "repeated_option")]),
    (["zzzz", "zzzz"], "unknown_option", [(f"/selected/{n}", "unknown_option") for n in (0, 1)]),
    (
        [0, 0, "zzzz"],
        "invalid_response",
        [("/selected/1", "repeated_option"), ("/selected/2", "unknown_option")],
    ),
]


@pytest.mark.parametrize(("selected", "code", "faults"), FAULTS)
def test_what_does_not_fit_the_question_is_pointed_at(
    client: TestClient,
    bank: Bank,
    selected: list[object],
    code: str,
    faults: list[tuple[str, str]],
) -> None:
    """Numbers stand for the question's own options."""
    ids = bank.publish().option_ids
    body = {"selected": [ids[part] if isinstance(part, int) else part for part in selected]}
    answer = client.post(ADDRESS, json=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code)
    assert [(fault["pointer"], fault["code"]) for fault in problem["errors"]] == faults


def test_a_single_choice_takes_one(client: TestClient, bank: Bank) -> None:
    ids = bank.publish(kind="single_choice", key=AnswerKey(frozenset({2}))).option_ids
    answer = client.post(ADDRESS, json={"selected": list(ids[:2])})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_options")
    assert answer.json()["errors"][0]["pointer"] == "/selected/1"
    assert submit(client, [ids[1]])["score"] == 1.0
    assert submit(client, [])["score"] == 0.0


def test_picking_nothing_is_right_where_nothing_is(client: TestClient, bank: Bank) -> None:
    bank.publish(key=AnswerKey(frozenset()))
    assert submit(client, [])["correct"] is True


def test_old_versions_are_graded_as_they_were(client: TestClient, bank: Bank) -> None:
    ids = bank.publish().option_ids
    bank.publish(key=AnswerKey(frozenset({2})))
    bank.revise(key=AnswerKey(frozenset({4})))
    assert submit(client, [ids[1]])["question"]["version"] == 2
    assert submit(client, [ids[1]], version=2)["correct"] is True
    assert submit(client, [ids[1]], version=1)["correct"] is False
    assert submit(client, [ids[0], ids[2]], version=1)["correct"] is True
    for never in (3, 4, 2**31 - 1):
        answer = client.post(ADDRESS, json={"selected": [], "version": never})
        assert (answer.status_code, answer.json()["code"]) == (409, "version_conflict")


def test_an_option_of_another_version_is_unknown(client: TestClient, bank: Bank) -> None:
    old = bank.publish().option_ids
    new = bank.publish(options=(*DRAFT.options, Option("The Weser"))).option_ids
    assert new[:4] == old
    assert client.post(ADDRESS, json={"selected": [new[4]], "version": 1}).status_code == 422
    assert submit(client, [new[4]])["correct"] is False


@pytest.mark.parametrize("slug", ["draft", "retired", "absent"])
def test_what_is_hidden_cannot_be_answered(client: TestClient, bank: Bank, slug: str) -> None:
    bank.revise(slug="draft")
    bank.publish(slug="retired")
    bank.retire("retired")
    answer = client.post(f"/v1/questions/{slug}/submissions", json={"selected": [], "version": 1})
    assert (answer.status_code, answer.json()["code"]) == (404, "question_not_found")


def test_a_question_can_be_answered_by_its_id(client: TestClient, bank: Bank) -> None:
    id_ = bank.publish().question_id
    assert submit(client, [], slug=str(id_))["question"]["slug"] == "rivers"


ROLES: dict[str, Any] = {
    "own": "integration",
    "foreign": "integration",
    "admin": "admin",
    "publishable": "publishable",
    "author": "author",
}


def test_who_posted_an_answer_reads_it_back(client: TestClient, bank: Bank) -> None:
    bank.publish()
    keys = {name: bank.key(role)[1] for name, role in ROLES.items()}
    posted = client.post(ADDRESS, json={"selected": []}, headers=keys["own"])
    address = posted.headers["Location"]
    statuses = {name: client.get(address, headers=key).status_code for name, key in keys.items()}
    assert statuses == {"own": 200, "admin": 200, "foreign": 404, "publishable": 403, "author": 403}
    assert client.get(address).status_code == 401
    for name in ("own", "admin"):
        assert client.get(address, headers=keys[name]).content == posted.content
    assert client.get(address, headers=keys["own"]).headers["Cache-Control"] == "private, no-store"


def test_submissions_are_listed_to_who_posted_them(client: TestClient, bank: Bank) -> None:
    lakes = bank.publish(slug="lakes").question_id
    bank.publish()
    keys = {name: bank.key(role)[1] for name, role in ROLES.items()}
    posted = [
        client.post(
            f"/v1/questions/{slug}/submissions",
            json={"selected": [], "learner": learner},
            headers=keys["own"],
        ).json()
        for slug, learner in (("rivers", "a"), ("lakes", "a"), ("rivers", "b"), ("rivers", "a"))
    ]
    newest_first = [told["id"] for told in posted[::-1]]

    def listed(query: str = "", key: str = "own") -> list[str]:
        answer = client.get(f"/v1/submissions?{query}", headers=keys[key])
        assert answer.headers["Cache-Control"] == "private, no-store"
        return [item["id"] for item in answer.json()["items"]]

    assert listed() == listed(key="admin") == newest_first
    assert listed(key="foreign") == []
    assert listed("learner=a") == [newest_first[0], newest_first[2], newest_first[3]]
    assert listed("question=lakes") == listed(f"question={lakes}") == [newest_first[2]]
    assert listed("learner=b&question=lakes") == []
    moment = posted[1]["submitted_at"]
    assert listed(f"submitted_after={moment}") == newest_first[:2]
    east = datetime.fromisoformat(moment).astimezone(
        datetime.fromisoformat("2026-01-01T00:00:00+05:30").tzinfo
    )
    assert listed(f"submitted_after={east.isoformat().replace('+', '%2B')}") == newest_first[:2]
    later = datetime.fromisoformat(posted[3]["submitted_at"]) + timedelta(microseconds=1)
    assert listed(f"submitted_after={later.isoformat().replace('+00:00', 'Z')}") == []
    first = client.get("/v1/submissions?limit=3", headers=keys["own"])
    second = client.get(first.headers["Link"].split(">")[0][1:], headers=keys["own"])
    assert [i["id"] for i in first.json()["items"] + second.json()["items"]] == newest_first
    cursor = first.json()["next_cursor"]
    for key, query in (("admin", ""), ("own", "&learner=a")):
        answer = client.get(f"/v1/submissions?cursor={cursor}{query}", headers=keys[key])
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_listing_is_for_integrations(client: TestClient, bank: Bank) -> None:
    for role, status in {"publishable": 403, "author": 403, "reviewer": 403, "admin": 200}.items():
        key = bank.key(role)[1]  # type: ignore[arg-type]
        assert client.get("/v1/submissions", headers=key).status_code == status
    assert client.get("/v1/submissions").status_code == 401


def test_an_old_version_does_not_open_what_the_published_one_keeps_closed(
    client: TestClient, bank: Bank
) -> None:
    bank.publish()
    bank.publish(title="Rivers again", release="never")
    answer = client.post("/v1/questions/rivers/submissions", json={"selected": [], "version": 1})
    assert answer.status_code == 201
    closed = ("score", "points", "correct", "reason", "feedback")
    assert [answer.json()[name] for name in closed] == [None] * 5
