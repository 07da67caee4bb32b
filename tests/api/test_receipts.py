"""Receipts: who gets one, what it says, and that its signature holds for ever."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from api.schemas.examples import EXAMPLES
from domain.grading import KINDS
from domain.questions import AnswerKey, Scoring
from models import Database, GradeRow, SigningKey, Submission
from operations.rotate_signing_key import rotate_signing_key
from tests.api.test_kinds import ALL
from tests.api.test_submissions import ROLES
from tests.factories import DRAFT, Bank

Json = dict[str, Any]
KEY_SET = "/.well-known/jwks.json"


class Learner:
    """Answers a question with a key of its own, and asks for the receipt."""

    def __init__(self, client: TestClient, bank: Bank) -> None:
        self.client, self.bank = client, bank
        _, self.key = bank.key()

    def submit(self, *selected: str, **body: Any) -> str:
        """Answer; the address of the receipt."""
        answer = self.client.post(
            "/v1/questions/rivers/submissions",
            json={"selected": selected, **body},
            headers=self.key,
        )
        assert answer.status_code == 201, answer.text
        return f"{answer.headers['Location']}/receipt"

    def receipt(self, address: str) -> Json:
        """The signed receipt there."""
        answer = self.client.get(address, headers=self.key)
        assert answer.status_code == 200, answer.text
        told: Json = answer.json()
        return told


@pytest.fixture
def learner(client: TestClient, bank: Bank) -> Learner:
    return Learner(client, bank)


def key_set(client: TestClient) -> list[Json]:
    keys: list[Json] = client.get(KEY_SET).json()["keys"]
    return keys


def verify(signed: Json, keys: list[Json]) -> None:
    """Raise ``InvalidSignature`` unless the key that the receipt names signed it."""
    (key,) = (key for key in keys if key["kid"] == signed["kid"])
    text = json.dumps(signed["receipt"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    public_key = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(key["x"] + "="))
    public_key.verify(urlsafe_b64decode(signed["signature"] + "=="), text.encode())


def grade_again(database: Database, score: Fraction) -> str:
    """Give the only submission another grade, as a regrade does; the id of the grade."""

    def work(session: Session) -> str:
        submission = session.scalars(select(Submission)).one()
        grade = GradeRow(
            submission=submission, rule="net_right(floor=none)", rule_version=1,
            exact_score=str(score), score=float(score), points=float(score), max_points=1.0,
            correct=False, reason="Again.",
        )  # fmt: skip
        session.add(grade)
        session.flush()
        return str(grade.id)

    return database.write(work)


def test_the_whole_receipt(learner: Learner, bank: Bank, database: Database) -> None:
    rules = Scoring("net_right(floor=none)", Fraction(5, 3))
    version = bank.publish(scoring=rules)
    rhine, danube, elbe, _ = version.option_ids
    address = learner.submit(elbe, rhine, danube, learner='L\u2028"1"\n\U0001f600')
    submission = learner.client.get(address.removesuffix("/receipt"), headers=learner.key).json()
    with database.read() as session:
        grade = session.scalars(select(GradeRow)).one()
    signed = learner.receipt(address)
    verify(signed, key_set(learner.client))
    assert signed.keys() == {"receipt", "alg", "kid", "signature"}
    assert signed["alg"] == "EdDSA"
    assert "=" not in signed["signature"]
    assert signed["receipt"] == {
        "issuer": "http://testserver",
        "submission": submission["id"],
        "grade": str(grade.id),
        "learner": 'L\u2028"1"\n\U0001f600',
        "question": {
            "id": str(version.question_id),
            "slug": "rivers",
            "version": 1,
            "content_hash": version.content_hash,
            "kind": "multiple_response",
        },
        "options": sorted(version.option_ids),
        "key": sorted([rhine, elbe]),
        "selected": sorted([rhine, elbe, danube]),
        "response": None,
        "rule": "net_right(floor=none)",
        "rule_version": 1,
        "score": "1/2",
        "points": "5/6",
        "max_points": "5/3",
        "submitted_at": submission["submitted_at"],
        "graded_at": submission["submitted_at"],
    }


def test_a_receipt_is_private_and_the_same_each_time(
    make_client: Callable[..., TestClient], bank: Bank
) -> None:
    learner = Learner(make_client(), bank)
    bank.publish()
    address = learner.submit()
    answers = [
        client.get(address, headers=learner.key) for client in (make_client(), make_client())
    ]
    assert answers[0].content == answers[1].content
    assert answers[0].headers["Cache-Control"] == "private, no-store"


def test_the_issuer_is_the_address_in_the_settings(
    make_client: Callable[..., TestClient], bank: Bank
) -> None:
    learner = Learner(make_client(base_url="https://questions.example.org/bank/"), bank)
    bank.publish()
    receipt = learner.receipt(learner.submit())["receipt"]
    assert receipt["issuer"] == "https://questions.example.org/bank"


def test_nothing_tells_the_order_of_the_author(learner: Learner, bank: Bank) -> None:
    bank.publish()
    options = learner.receipt(learner.submit(shuffle="S"))["receipt"]["options"]
    bank.publish(options=DRAFT.options[::-1], key=AnswerKey(frozenset({2, 4})))
    turned = learner.receipt(learner.submit())["receipt"]["options"]
    assert turned == options == sorted(options)


def test_a_key_without_right_options_is_told(learner: Learner, bank: Bank) -> None:
    bank.publish(key=AnswerKey(frozenset()))
    receipt = learner.receipt(learner.submit())["receipt"]
    assert (receipt["key"], receipt["score"], receipt["learner"]) == ([], "1", None)


def test_a_score_alone_tells_nothing_of_the_key(learner: Learner, bank: Bank) -> None:
    """The content hash covers the key: with it, one could try every key."""
    ids = bank.publish(release="score_only").option_ids
    receipt = learner.receipt(learner.submit(ids[1]))["receipt"]
    assert (receipt["key"], receipt["question"]["content_hash"]) == (None, None)
    assert (receipt["score"], receipt["selected"]) == ("0", [ids[1]])


def test_what_is_not_released_has_no_receipt(learner: Learner, bank: Bank) -> None:
    bank.publish(release="never")
    answer = learner.client.get(learner.submit(), headers=learner.key)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_released")


def test_an_old_version_opens_no_more_than_the_published_one(learner: Learner, bank: Bank) -> None:
    bank.publish()
    before = learner.submit()
    bank.publish(title="Rivers again", release="score_only")
    after = learner.receipt(learner.submit(version=1))["receipt"]
    assert (after["question"]["version"], after["key"]) == (1, None)
    assert learner.receipt(before)["receipt"]["key"]


def test_a_receipt_is_for_who_posted_the_answer(learner: Learner, bank: Bank) -> None:
    bank.publish()
    address = learner.submit()
    keys = {name: bank.key(role)[1] for name, role in ROLES.items()} | {"own": learner.key}
    answers = {name: learner.client.get(address, headers=key) for name, key in keys.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "own": 200, "admin": 200, "foreign": 404, "publishable": 403, "author": 403,
    }  # fmt: skip
    assert answers["foreign"].json()["code"] == "submission_not_found"
    assert answers["admin"].content == answers["own"].content
    assert learner.client.get(address).status_code == 401
    nowhere = "/v1/submissions/0199aaaa-0000-7000-8000-000000000001/receipt"
    assert learner.client.get(nowhere, headers=keys["admin"]).status_code == 404
    assert learner.client.get("/v1/submissions/x/receipt", headers=learner.key).status_code == 422


def test_a_receipt_names_the_last_grade(learner: Learner, bank: Bank, database: Database) -> None:
    bank.publish()
    address = learner.submit()
    first = learner.receipt(address)
    grade = grade_again(database, Fraction(-1, 3))
    last = learner.receipt(address)
    told = [last["receipt"][name] for name in ("grade", "score", "points", "rule")]
    assert told == [grade, "-1/3", "-1/3", "net_right(floor=none)"]
    assert first["receipt"]["grade"] != grade
    for signed in (first, last):
        verify(signed, key_set(learner.client))


def test_old_receipts_stay_valid_when_the_key_changes(
    learner: Learner, bank: Bank, database: Database
) -> None:
    bank.publish()
    address = learner.submit()
    before = learner.receipt(address)
    (first,) = key_set(learner.client)
    second = database.write(rotate_signing_key).kid
    third = database.write(rotate_signing_key).kid
    after = learner.receipt(address)
    keys = key_set(learner.client)
    assert [key["kid"] for key in keys] == [third, second, first["kid"]]
    assert (before["kid"], after["kid"]) == (first["kid"], third)
    assert before["receipt"] == after["receipt"]
    verify(before, keys)
    verify(after, keys)
    with pytest.raises(InvalidSignature):
        verify(after | {"kid": second}, keys)


@pytest.mark.parametrize("public", [True, False])
def test_the_keys_are_for_everybody_and_only_their_public_half(
    make_client: Callable[..., TestClient], database: Database, public: bool
) -> None:
    answer = make_client(public=public).get(KEY_SET)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    (key,) = answer.json()["keys"]
    assert key.keys() == {"kty", "crv", "x", "kid", "use", "alg"}
    with database.read() as session:
        row = session.scalars(select(SigningKey).options(undefer(SigningKey.private_key))).one()
    assert (key["x"], key["kid"]) == (row.public_key, row.kid)
    assert row.private_key not in answer.text
    assert len(urlsafe_b64decode(row.private_key + "=")) == 32


def test_the_documented_example_is_a_real_receipt() -> None:
    verify(EXAMPLES["SignedReceiptOut"], EXAMPLES["KeySetOut"]["keys"])


@pytest.mark.parametrize("kind", sorted(ALL))
def test_a_receipt_holds_what_was_sent_to_any_kind(learner: Learner, bank: Bank, kind: str) -> None:
    draft = ALL[kind]
    version = bank.publish(draft)
    assert draft.answer is not None
    solution = KINDS[kind].solution(draft.answer, version.parts)
    answer = learner.client.post(
        f"/v1/questions/{draft.slug}/submissions", json={"response": solution}, headers=learner.key
    )
    signed = learner.receipt(f"{answer.headers['Location']}/receipt")
    verify(signed, key_set(learner.client))
    receipt = signed["receipt"]
    assert (receipt["response"], receipt["key"], receipt["score"]) == (solution, None, "1")
