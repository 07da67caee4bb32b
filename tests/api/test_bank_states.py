"""The way of a question: draft, in review, published, retired; copied and deleted beside it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

import models
from api.app import create_app
from api.background import publish_now
from models import Database, Question, QuestionVersion, now
from operations.publish_due import publish_due
from settings import Settings
from tests.api.authors import RIVERS, Person, code, person
from tests.api.conftest import MakeClient
from tests.factories import Bank

SUBMIT = "/v1/questions/rivers/submissions"


@pytest.fixture
def admin(client: TestClient, bank: Bank) -> Person:
    return person(client, bank)


def learners_see(client: TestClient, slug: str = "rivers") -> bool:
    """Whether a learner finds the question; every way in says the same."""
    found = client.get(f"/v1/questions/{slug}").status_code == 200
    listed = [item["slug"] for item in client.get("/v1/questions").json()["items"]]
    searched = [item["slug"] for item in client.get("/v1/questions?q=rivers").json()["items"]]
    drawn = client.get("/v1/questions/random?count=10").json()["items"]
    answer = client.post(f"/v1/questions/{slug}/submissions", json={"selected": ["none"]})
    assert (slug in listed) == (slug in searched) == found
    assert (slug in [item["slug"] for item in drawn]) == found
    assert (answer.status_code == 422) == found
    assert (f"question={slug}" in client.get("/").text) == found
    return found


def test_the_way_of_a_question(client: TestClient, bank: Bank) -> None:
    author, reviewer = person(client, bank, "author"), person(client, bank, "reviewer")
    author.create()
    assert not learners_see(client)

    told = author.post("/rivers/review").json()
    assert told["status"] == "in_review"
    assert told["versions"][0]["in_review_by"] == author.id
    assert not learners_see(client)

    told = reviewer.post("/rivers/publish").json()
    assert (told["status"], told["published_version"], told["has_draft"]) == ("published", 1, False)
    (version,) = told["versions"]
    assert (version["written_by"], version["published_by"]) == (author.id, reviewer.id)
    assert learners_see(client)

    told = reviewer.post("/rivers/retire").json()
    assert (told["status"], told["published_version"]) == ("retired", None)
    assert not learners_see(client)
    assert client.get("/v1/questions/rivers?version=1").status_code == 404

    told = author.post("/rivers/reopen").json()
    assert (told["status"], told["version"], told["published_version"]) == ("draft", 2, None)
    assert not learners_see(client)
    assert client.get("/v1/questions/rivers?version=1").status_code == 404

    assert reviewer.post("/rivers/publish").json()["published_version"] == 2
    assert learners_see(client)
    assert client.get("/v1/questions/rivers?version=1").status_code == 200


@pytest.mark.parametrize("step", ["review", "publish", "retire", "reopen"])
def test_a_step_twice_is_one_step(admin: Person, database: Database, step: str) -> None:
    admin.create()
    if step in {"retire", "reopen"}:
        admin.post("/rivers/publish")
    if step == "reopen":
        admin.post("/rivers/retire")
    first = admin.post(f"/rivers/{step}")
    with database.read() as session:
        revision = session.scalar(select(models.Bank.revision))
    again = admin.post(f"/rivers/{step}")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again.headers["ETag"] == first.headers["ETag"] == admin.etag()["If-Match"]
    with database.read() as session:
        assert session.scalar(select(models.Bank.revision)) == revision


WRONG = [
    ([], "retire"),
    (["review"], "retire"),
    (["publish"], "review"),
    (["publish"], "reopen"),
    (["publish", "retire"], "review"),
    (["publish", "retire"], "publish"),
]


@pytest.mark.parametrize(("before", "step"), WRONG)
def test_a_wrong_step_is_refused(admin: Person, before: list[str], step: str) -> None:
    admin.create()
    for each in before:
        assert admin.post(f"/rivers/{each}").status_code == 200
    told = admin.read()
    assert code(admin.post(f"/rivers/{step}")) == (409, "wrong_state")
    assert admin.read() == told


def test_a_step_can_name_the_state_it_was_decided_on(admin: Person) -> None:
    admin.create()
    seen = admin.etag()
    admin.edit(title="Changed behind the reviewer's back")
    assert code(admin.post("/rivers/publish", None, **seen)) == (412, "stale")
    assert admin.post("/rivers/publish", None, **admin.etag()).status_code == 200


def test_an_edit_ends_the_review(admin: Person) -> None:
    admin.create()
    admin.post("/rivers/review")
    assert admin.put("rivers", RIVERS).json()["status"] == "in_review", "nothing was changed"
    told = admin.edit(title="Better").json()
    assert (told["status"], told["versions"][0]["in_review_at"]) == ("draft", None)


def test_a_review_ends_in_reopening(client: TestClient, bank: Bank) -> None:
    author, reviewer = person(client, bank, "author"), person(client, bank, "reviewer")
    author.create()
    author.post("/rivers/review")
    assert reviewer.post("/rivers/reopen").json()["status"] == "draft"


def test_an_incomplete_draft_is_not_published(admin: Person, client: TestClient) -> None:
    admin.create(prompt="", options=[], key=[], explanation="")
    for body in (None, {"publish_at": "2999-01-01T00:00:00Z"}):
        refused = admin.post("/rivers/publish", body)
        assert code(refused) == (409, "incomplete_question")
        told = {fault["code"] for fault in refused.json()["errors"]}
        assert told == {problem["code"] for problem in admin.read()["problems"]}
        assert len(told) > 1
    assert admin.read()["publish_at"] is None
    assert not learners_see(client)


def test_four_eyes_publish(make_client: MakeClient, bank: Bank) -> None:
    client = make_client(four_eyes=True)
    one, other, third = (person(client, bank) for _ in range(3))
    one.create()
    assert code(one.post("/rivers/publish")) == (403, "own_draft")
    later = {"publish_at": "2999-01-01T00:00:00Z"}
    assert code(one.post("/rivers/publish", later)) == (403, "own_draft")
    other.edit(title="Better")
    for writer in (one, other):
        assert code(writer.post("/rivers/publish")) == (403, "own_draft")
    assert third.post("/rivers/publish").json()["status"] == "published"
    third.edit(title="Still better")
    assert one.post("/rivers/publish").json()["published_version"] == 2


# Planned publication.


def in_an_hour(database: Database) -> None:
    """What the service does by itself an hour later."""
    later = now() + timedelta(hours=1)
    assert database.write(lambda session: publish_due(session, at=later)) == []


def test_a_draft_is_published_when_it_is_due(
    admin: Person, client: TestClient, database: Database
) -> None:
    admin.create()
    soon = (now() + timedelta(minutes=30)).isoformat()
    told = admin.post("/rivers/publish", {"publish_at": soon}).json()
    assert told["publish_at"].endswith("Z")
    assert told["status"] == "draft"
    assert admin.post("/rivers/publish", {"publish_at": soon}).json() == told
    publish_now(database)
    assert not learners_see(client)
    in_an_hour(database)
    told = admin.read()
    assert (told["status"], told["publish_at"]) == ("published", None)
    assert told["versions"][0]["published_by"] == admin.id
    assert learners_see(client)
    in_an_hour(database)
    assert admin.read() == told


@pytest.mark.parametrize("act", ["edit", "reopen", "retire", "delete"])
def test_a_plan_ends_with_what_it_was_made_for(
    admin: Person, client: TestClient, database: Database, act: str
) -> None:
    admin.create()
    if act == "retire":
        admin.post("/rivers/publish")
        admin.edit(title="Second")
    admin.post("/rivers/publish", {"publish_at": (now() + timedelta(minutes=30)).isoformat()})
    if act == "edit":
        admin.edit(title="Other")
    elif act == "delete":
        admin.delete()
    else:
        admin.post(f"/rivers/{act}")
    in_an_hour(database)
    assert not learners_see(client)


def test_a_time_that_is_past_means_now(admin: Person) -> None:
    admin.create()
    told = admin.post("/rivers/publish", {"publish_at": "2020-01-01T00:00:00+02:00"}).json()
    assert told["status"] == "published"


@pytest.mark.parametrize("stated", ["2026-12-01T08:00:00", "soon", 1790000000, "1790000000"])
def test_a_time_has_a_zone(admin: Person, stated: object) -> None:
    admin.create()
    answer = admin.post("/rivers/publish", {"publish_at": stated})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/publish_at"


def test_a_draft_that_became_incomplete_loses_its_time(admin: Person, database: Database) -> None:
    admin.create()
    admin.post("/rivers/publish", {"publish_at": "2999-01-01T00:00:00Z"})
    broken = update(QuestionVersion).values(scoring_rule="gone", publish_at=now())
    database.write(lambda session: session.execute(broken))
    publish_now(database)
    told = admin.read()
    assert (told["status"], told["publish_at"]) == ("draft", None)
    assert told["problems"][0]["code"] == "unknown_rule"


def test_a_service_that_starts_publishes_what_is_due(own_database: Database) -> None:
    client = TestClient(create_app(Settings.load(), own_database))
    author = person(client, Bank(own_database))
    author.create()
    author.post("/rivers/publish", {"publish_at": "2999-01-01T00:00:00Z"})
    due = update(QuestionVersion).values(publish_at=now())
    own_database.write(lambda session: session.execute(due))
    with TestClient(create_app(Settings.load(), own_database)):
        pass  # the end waits for the first look
    with own_database.read() as session:
        assert session.scalar(select(QuestionVersion.published_at)) is not None


def test_two_services_publish_what_is_due_once(own_database: Database) -> None:
    author = person(TestClient(create_app(Settings.load(), own_database)), Bank(own_database))
    author.create()
    author.post("/rivers/publish", {"publish_at": "2999-01-01T00:00:00Z"})
    due = update(QuestionVersion).values(publish_at=now())
    own_database.write(lambda session: session.execute(due))
    with own_database.read() as session:
        before = session.scalar(select(models.Bank.revision)) or 0
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(publish_now, [own_database] * 4))
    with own_database.read() as session:
        assert session.scalar(select(models.Bank.revision)) == before + 1
    assert author.read()["published_version"] == 1


# Beside the way.


def test_a_copy_is_a_question_of_its_own(admin: Person, client: TestClient) -> None:
    source = admin.create(external_id="r-1", hints=["A map."]).json()
    admin.post("/rivers/publish")
    answer = admin.post("/rivers/copy", {"slug": "streams"})
    told = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, "/v1/bank/questions/streams")
    assert (told["status"], told["version"], told["external_id"]) == ("draft", 1, None)
    assert told["copied_from"] == source["id"] != told["id"]
    for name in ("title", "prompt", "explanation", "hints", "key"):
        assert told[name] == source[name]
    assert not learners_see(client, "streams")
    admin.edit("streams", title="Streams")
    assert admin.read()["title"] == RIVERS["title"]
    assert code(admin.post("/rivers/copy", {"slug": "streams"})) == (409, "slug_taken")
    assert admin.post("/rivers/copy", {"slug": "Not A Slug"}).status_code == 422


def test_a_copy_under_a_key_is_made_once(admin: Person, database: Database) -> None:
    admin.create()
    key = {"Idempotency-Key": "copy-1"}
    first, again = (admin.post("/rivers/copy", {"slug": "streams"}, **key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    with database.read() as session:
        assert session.scalar(select(func.count(Question.id))) == 2


@pytest.mark.parametrize("published", [False, True])
def test_a_deleted_question_is_nowhere_and_its_names_are_free(
    admin: Person, client: TestClient, bank: Bank, published: bool
) -> None:
    first = admin.create(external_id="r-1").json()
    if published:
        admin.post("/rivers/publish")
    assert admin.delete().status_code == 204
    for name in ("rivers", first["id"]):
        assert code(admin.get(f"/{name}")) == (404, "question_not_found")
        assert client.get(f"/v1/questions/{name}?version=1").status_code == 404
        assert admin.get(f"/{name}/versions/1").status_code == 404
        assert code(admin.post(f"/{name}/publish")) == (404, "question_not_found")
        assert code(admin.delete(name)) == (404, "question_not_found")
    assert admin.get().json()["items"] == []
    assert not learners_see(client)
    again = admin.create(external_id="r-1")
    assert again.status_code == 201
    assert again.json()["id"] != first["id"]
    assert admin.delete().status_code == 204
    bank.publish()
    assert learners_see(client)


def test_what_was_answered_stays(admin: Person, client: TestClient) -> None:
    admin.create()
    admin.post("/rivers/publish")
    assert client.post(SUBMIT, json={"selected": []}).status_code == 201
    assert code(admin.delete()) == (409, "in_use")
    admin.post("/rivers/retire")
    assert code(admin.delete()) == (409, "in_use")
    assert admin.post("/rivers/reopen").status_code == 200


def test_a_deletion_can_name_the_state_it_was_decided_on(admin: Person) -> None:
    admin.create()
    stale = admin.headers | {"If-Match": '"other"'}
    assert code(admin.client.delete("/v1/bank/questions/rivers", headers=stale)) == (412, "stale")
