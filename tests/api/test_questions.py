"""Reading one question as a learner."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from domain.questions import Option, Scoring
from models import Database, QuestionVersion
from models.learning import versions_for_learners
from tests.factories import DRAFT, Bank
from tests.processes import serving

PUBLIC = "public, max-age=60, stale-while-revalidate=300"
LASTING = "public, max-age=31536000, immutable"


def shown(client: TestClient, address: str) -> list[str]:
    """The ids of the options at an address, in the order they are shown."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return [option["id"] for option in answer.json()["options"]]


def test_a_question_is_told_completely(client: TestClient, bank: Bank) -> None:
    version = bank.publish(
        tags=("geography", "water"),
        difficulty=0.25,
        date=date(2022, 9, 21),
        language="en-GB",
        scoring=Scoring("all_or_nothing", Fraction(5, 2)),
    )
    told = client.get("/v1/questions/rivers").json()
    options = told.pop("options")
    assert version.published_at is not None
    assert told == {
        "id": str(version.question_id),
        "slug": "rivers",
        "version": 1,
        "kind": "multiple_response",
        "language": "en-GB",
        "title": "Rivers of Europe",
        "date": "2022-09-21",
        "tags": ["geography", "water"],
        "difficulty": 0.25,
        "prompt": {
            "markdown": "Which of these rivers reach the **North Sea**?",
            "html": "<p>Which of these rivers reach the <strong>North Sea</strong>?</p>\n",
        },
        "select": {"min": 0, "max": 4},
        "interaction": None,
        "hints": 0,
        "scoring": {"rule": "all_or_nothing", "max_points": 2.5},
        "published_at": version.published_at.isoformat().replace("+00:00", "Z"),
        "shuffle": None,
    }
    assert [option["markdown"] for option in options] == [option.text for option in DRAFT.options]
    assert [option["id"] for option in options] == list(version.option_ids)
    assert all(option.keys() == {"id", "markdown", "html"} for option in options)


def test_slug_and_id_name_the_same_question(client: TestClient, bank: Bank) -> None:
    id_ = bank.publish().question_id
    assert client.get(f"/v1/questions/{id_}").json() == client.get("/v1/questions/rivers").json()


def test_another_name_names_nothing(client: TestClient, bank: Bank) -> None:
    bank.publish()
    for name in ("lakes", uuid4(), "Rivers", "rivers%20", "%20rivers", "%2e%2e", "ï¿½"):
        answer = client.get(f"/v1/questions/{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "question_not_found"), name


def test_each_published_version_stays_readable_for_ever(client: TestClient, bank: Bank) -> None:
    bank.publish()
    bank.publish(prompt="Which rivers reach the sea?")
    bank.revise(prompt="An unfinished thought.")
    versions = [client.get(f"/v1/questions/rivers?version={number}") for number in (1, 2, 3)]
    assert [answer.status_code for answer in versions] == [200, 200, 404]
    assert versions[0].json()["prompt"]["markdown"] == DRAFT.prompt
    assert client.get("/v1/questions/rivers").json() == versions[1].json()


def test_what_is_not_published_is_hidden(client: TestClient, bank: Bank) -> None:
    bank.revise(slug="draft")
    bank.publish(slug="retired")
    bank.retire("retired")
    for address in ("draft", "draft?version=1", "retired", "retired?version=1"):
        answer = client.get(f"/v1/questions/{address}")
        assert (answer.status_code, answer.json()["code"]) == (404, "question_not_found")
    assert client.get("/v1/questions?include=total").json()["total"] == 0
    assert client.get("/v1/questions/random?count=5").json()["items"] == []


def test_a_seed_gives_one_permutation_and_is_told(client: TestClient, bank: Bank) -> None:
    ids = list(bank.publish().option_ids)
    orders = {seed: shown(client, f"/v1/questions/rivers?shuffle={seed}") for seed in range(60)}
    assert shown(client, "/v1/questions/rivers?shuffle=7") == orders[7]
    assert all(sorted(order) == sorted(ids) for order in orders.values())
    assert len({tuple(order) for order in orders.values()}) > 12, "of 24 permutations"
    assert client.get("/v1/questions/rivers?shuffle=S 1").json()["shuffle"] == "S 1"


def test_a_permutation_does_not_show_the_order_of_the_author(
    bank: Bank, client: TestClient
) -> None:
    """Told apart from a shuffle of places: with the author's order turned round it stays."""
    bank.publish()
    before = shown(client, "/v1/questions/rivers?shuffle=S")
    bank.publish(options=DRAFT.options[::-1])
    assert shown(client, "/v1/questions/rivers?shuffle=S") == before


def test_pinned_options_keep_their_place(client: TestClient, bank: Bank) -> None:
    last = Option("None of these", pinned=True)
    ids = bank.publish(options=(*DRAFT.options, last)).option_ids
    orders = [shown(client, f"/v1/questions/rivers?shuffle={seed}") for seed in range(20)]
    assert {order[-1] for order in orders} == {ids[-1]}
    assert len({tuple(order) for order in orders}) > 5


def test_an_empty_seed_is_made_up_and_kept_by_nobody(client: TestClient, bank: Bank) -> None:
    bank.publish()
    first, second = (client.get("/v1/questions/rivers?shuffle=") for _ in "ab")
    assert first.headers["Cache-Control"] == "no-store"
    assert first.json()["shuffle"] != second.json()["shuffle"]
    again = client.get("/v1/questions/rivers", params={"shuffle": first.json()["shuffle"]})
    assert again.json() == first.json()
    assert again.headers["Cache-Control"] == PUBLIC


def test_an_author_may_ask_for_a_shuffle(client: TestClient, bank: Bank) -> None:
    plain = bank.publish(options=tuple(Option(f"Statement {n}") for n in range(12)))
    bank.publish(slug="mixed", options=tuple(Option(f"Statement {n}") for n in range(12)))
    assert shown(client, "/v1/questions/mixed") == list(plain.option_ids)
    bank.publish(
        slug="mixed", options=tuple(Option(f"Statement {n}") for n in range(12)), shuffle=True
    )
    mixed = shown(client, "/v1/questions/mixed")
    assert mixed != list(plain.option_ids)
    assert mixed == shown(client, "/v1/questions/mixed")
    assert sorted(mixed) == sorted(plain.option_ids)
    assert client.get("/v1/questions/mixed").json()["shuffle"] is None


@pytest.mark.parametrize(
    ("address", "policy"),
    [
        ("/v1/questions/rivers", PUBLIC),
        ("/v1/questions/rivers?shuffle=S", PUBLIC),
        ("/v1/questions/rivers?version=1", LASTING),
        ("/v1/questions/rivers?version=1&shuffle=S", LASTING),
        ("/v1/questions", PUBLIC),
        ("/v1/questions/random?seed=S", PUBLIC),
    ],
)
def test_public_documents_are_cached_and_asked_for_again(
    client: TestClient, bank: Bank, address: str, policy: str
) -> None:
    bank.publish()
    first = client.get(address)
    etag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == policy
    assert "Authorization" in first.headers["Vary"]
    assert etag.startswith('"'), "a strong tag"
    for stated in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = client.get(address, headers={"If-None-Match": stated})
        assert (again.status_code, again.content) == (304, b""), stated
        for name in ("ETag", "Cache-Control", "Vary"):
            assert again.headers[name] == first.headers[name]
    for stated in ('"other"', etag.strip('"'), ""):
        assert client.get(address, headers={"If-None-Match": stated}).content == first.content


@pytest.mark.parametrize(
    "address",
    ["/v1/questions/rivers", "/v1/questions", "/v1/questions/lakes", "/v1/nothing", "/", "/livez"],
)
def test_head_is_get_without_the_body(client: TestClient, bank: Bank, address: str) -> None:
    bank.publish()
    got, head = client.get(address), client.head(address)
    assert head.content == b""
    assert head.status_code == got.status_code
    changing = {"x-request-id", "ratelimit"}
    ours, theirs = (
        {name: value for name, value in answer.headers.items() if name not in changing}
        for answer in (got, head)
    )
    if got.status_code == 200:
        assert ours == theirs


def test_the_tag_changes_with_the_content_and_not_with_the_caller(
    client: TestClient, bank: Bank
) -> None:
    bank.publish()
    _, key = bank.key("admin")
    etag = client.get("/v1/questions/rivers").headers["ETag"]
    assert client.get("/v1/questions/rivers", headers=key).headers["ETag"] == etag
    bank.publish(title="Streams of Europe")
    answer = client.get("/v1/questions/rivers", headers={"If-None-Match": etag})
    assert answer.status_code == 200
    assert answer.headers["ETag"] != etag


SECRETS: dict[str, Callable[[QuestionVersion], object]] = {
    "key": lambda version: version.key,
    "explanation": lambda version: version.explanation,
    "references": lambda version: version.references,
    "feedback": lambda version: version.options[0].feedback,
    "feedback_html": lambda version: version.options[0].feedback_html,
}


@pytest.mark.parametrize("secret", SECRETS)
def test_what_is_loaded_for_learners_holds_no_secret(
    database: Database, bank: Bank, secret: str
) -> None:
    bank.publish()
    with database.read() as session:
        version = session.scalars(versions_for_learners()).one()
        assert version.options[0].text == "The Rhine"
        with pytest.raises(InvalidRequestError, match="raise"):
            SECRETS[secret](version)


def test_the_secrets_are_there_to_be_loaded(database: Database, bank: Bank) -> None:
    """Else the test above would pass for nothing."""
    id_ = bank.publish().id

    def all_secrets(session: Session) -> list[object]:
        version = session.get_one(QuestionVersion, id_)
        return [read(version) for read in SECRETS.values()]

    with database.read() as session:
        assert all(all_secrets(session))


def test_a_real_server_answers_head_too(
    own_database: Database, own_url: str, tmp_path: Path
) -> None:
    """It counts the bytes of a body; two answers over one connection show that it is content."""
    Bank(own_database).publish()
    with serving(tmp_path, "serve", settings={"DATABASE_URL": own_url}) as service:
        with httpx.Client(base_url=service.url) as real:
            head, got = real.head("/v1/questions/rivers"), real.get("/v1/questions/rivers")
        assert "Exception" not in service.printed()
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert (head.status_code, head.content) == (200, b"")
