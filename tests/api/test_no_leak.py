"""Before a submission nothing tells the key: neither the shapes of answers nor their bytes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, insert, select, update

from api.app import create_app
from api.documentation import describe
from api.schemas.feedback import FeedbackOut
from api.schemas.submissions import SubmissionOut
from domain.questions import AnswerKey, Explanation, Option, Reference
from models import (
    CorrectOption,
    Database,
    ExplanationText,
    OptionRow,
    QuestionVersion,
    ReferenceRow,
)
from settings import Settings
from tests.factories import DRAFT, Bank
from tests.guards import drop_guards

Json = dict[str, Any]


# By the shapes.


def reachable(schema: Any, shapes: Json, seen: set[str]) -> Iterator[str]:
    """The names of all properties, and of all shapes, that a schema can carry."""
    if isinstance(schema, list):
        for part in schema:
            yield from reachable(part, shapes, seen)
    elif isinstance(schema, dict):
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        if name and name not in seen:
            seen.add(name)
            yield name
            yield from reachable(shapes[name], shapes, seen)
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from reachable(part, shapes, seen)


# What feedback shares with every question, and what therefore tells nothing.
HARMLESS = {"id", "options", "blanks", "title", "markdown", "html", "TextOut"}


def forbidden() -> set[str]:
    """What only the result of a submission may carry: told by its shape, not by a list."""
    schema = FeedbackOut.model_json_schema()
    inside = set(reachable(schema, schema["$defs"], set()))
    of_result = {"score", "points", "reason", "feedback", "FeedbackOut"}
    assert of_result - {"FeedbackOut"} < SubmissionOut.model_fields.keys()
    return (inside | of_result) - HARMLESS


# The scores that the catalogue of rules tells are of no question.
OF_NO_QUESTION = {"list_scoring_rules": {"score"}}


def leaks(document: Json) -> dict[str, set[str]]:
    """By operation that learners may ask for, what its answers can carry and should not.

    Results of submissions may.
    """
    shapes = document["components"]["schemas"]
    found = {
        operation["operationId"]: set(reachable(operation["responses"], shapes, set()))
        & forbidden() - OF_NO_QUESTION.get(operation["operationId"], set())
        for path, methods in document["paths"].items()
        for operation in methods.values()
        if not path.startswith("/v1/bank/")
    }
    return {name: names for name, names in found.items() if names}


RESULTS = {
    "submit_answer",
    "submit_answers",
    "read_submission",
    "read_receipt",
    "list_grades",
    "list_submissions",
}


@pytest.fixture(scope="module")
def document() -> Json:
    return describe(create_app(Settings.load(database_url="sqlite:///unused.db")))


def test_only_results_of_submissions_can_carry_a_secret(document: Json) -> None:
    assert leaks(document).keys() == RESULTS
    assert forbidden() >= {
        "correct", "verdict", "explanation", "references", "feedback", "url", "note", "selected",
        "FeedbackOut", "OptionFeedbackOut", "ReferenceOut",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["correct", "explanation", "references", "feedback", "verdict"])
def test_a_planted_field_would_be_noticed(document: Json, name: str) -> None:
    shapes = document["components"]["schemas"]
    for shape in ("OptionOut", "QuestionOut", "TextOut", "SelectOut"):
        properties = {**shapes[shape]["properties"], name: {"type": "string"}}
        planted = {**shapes, shape: {**shapes[shape], "properties": properties}}
        found = leaks({**document, "components": {"schemas": planted}})
        assert found["read_question"] == {name}, shape


def test_a_planted_shape_would_be_noticed(document: Json) -> None:
    """Whatever the field is called that carries it."""
    shapes = document["components"]["schemas"]
    carrier = {"type": "array", "items": {"$ref": "#/components/schemas/OptionFeedbackOut"}}
    properties = {**shapes["QuestionOut"]["properties"], "harmless": carrier}
    planted = {**shapes, "QuestionOut": {**shapes["QuestionOut"], "properties": properties}}
    found = leaks({**document, "components": {"schemas": planted}})
    assert found["list_questions"] >= {"OptionFeedbackOut", "verdict"}


# By the bytes: two banks that differ in their secrets only.


SINGLE = replace(
    DRAFT,
    slug="single",
    title="One right",
    kind="single_choice",
    key=AnswerKey(frozenset({4})),
    shuffle=True,
    tags=("water",),
)
QUESTIONS = [DRAFT, SINGLE]
PATHS = [
    "/v1/questions",
    "/v1/questions?include=total&limit=1",
    "/v1/questions?sort=title&limit=1",
    "/v1/questions?q=rhine",
    "/v1/questions?q=rotterdam",
    "/v1/questions?q=danube&limit=1",
    "/v1/questions?kind=single_choice",
    "/v1/questions/random?seed=S&count=2",
    "/v1/questions/random?seed=T&count=1",
    "/v1/questions/absent",
    "/v1/questions?limit=0",
    "/v1/scoring-rules",
    "/openapi.json",
    "/",
    "/?question=single",
    "/?question=absent",
    "/?q=rotterdam",
    "/lab?question=rivers",
    "/lab?question=single&key=a&selected=b",
] + [
    f"/v1/questions/{slug}{query}"
    for slug in ("rivers", "single")
    for query in (
        "",
        "?version=1",
        "?version=2",
        "?version=3",
        "?shuffle=S",
        "?shuffle=T&version=1",
    )
]
BAD_ANSWERS = [
    {"selected": ["zzzz"]},
    {"selected": "zzzz"},
    {"selected": [], "version": 9},
    {},
]


def everything_told(client: TestClient) -> list[object]:
    """Status, headers and bytes of all that a learner can ask for before submitting."""
    told: list[object] = []
    fixed = {"X-Request-Id": "same"}
    for path in PATHS:
        got = client.get(path, headers=fixed)
        again = {"If-None-Match": got.headers.get("ETag", '"none"')} | fixed
        for answer in (got, client.head(path, headers=fixed), client.get(path, headers=again)):
            told.append((path, answer.status_code, _lasting(answer.headers), answer.content))
    for body in BAD_ANSWERS:
        for slug in ("rivers", "single"):
            answer = client.post(f"/v1/questions/{slug}/submissions", json=body, headers=fixed)
            assert answer.status_code >= 400
            told.append((slug, answer.status_code, _lasting(answer.headers), answer.content))
    return told


def _lasting(headers: Mapping[str, str]) -> Json:
    """All headers but the one that counts requests."""
    return {name: value for name, value in headers.items() if name != "ratelimit"}


def change_secrets(database: Database, *, all_right: bool) -> None:
    """Turn every key round (or make every option right), and put other texts for all secrets."""

    def work(session: Any) -> None:
        was = set(session.execute(select(CorrectOption.version_id, CorrectOption.option_id)))
        options = set(session.execute(select(OptionRow.version_id, OptionRow.option_id)))
        session.execute(delete(CorrectOption))
        for version_id, option_id in options if all_right else options - was:
            session.execute(
                insert(CorrectOption).values(version_id=version_id, option_id=option_id)
            )
        session.execute(delete(ReferenceRow))
        session.execute(update(ExplanationText).values(text="x" * 999, html="y" * 9999))
        session.execute(update(OptionRow).values(feedback="other", feedback_html="<p>other</p>"))
        session.execute(update(QuestionVersion).values(content_hash="0" * 64))

    database.write(work)


def test_banks_that_differ_in_secrets_tell_learners_the_same(
    make_client: Callable[..., TestClient], client: TestClient, bank: Bank, database: Database
) -> None:
    for question in QUESTIONS:
        bank.publish(question)
        bank.publish(question, prompt="Reworded: which of these reach the sea?")
    body: Json = {"selected": []}
    feedback = [client.post("/v1/questions/rivers/submissions", json=body).json()["feedback"]]
    drop_guards(database)
    before = everything_told(client)
    for all_right in (False, True):
        change_secrets(database, all_right=all_right)
        for one, other in zip(before, everything_told(client), strict=True):
            assert one == other
        # Graded by a service that does not remember what these versions were: they never change.
        answer = make_client().post("/v1/questions/rivers/submissions", json=body)
        feedback.append(answer.json()["feedback"])
    assert feedback[0] != feedback[1] != feedback[2], "else nothing secret was changed"


def test_a_visible_change_would_be_noticed(
    client: TestClient, bank: Bank, database: Database
) -> None:
    for question in QUESTIONS:
        bank.publish(question)
        bank.publish(question, prompt="Reworded: which of these reach the sea?")
    before = everything_told(client)
    drop_guards(database)
    database.write(lambda session: session.execute(update(QuestionVersion).values(select_max=2)))
    assert everything_told(client) != before


OPTIONS = tuple(Option(f"Statement {n}") for n in range(4))
KEYS = [
    frozenset({1}),
    frozenset({4}),
    frozenset({1, 2}),
    frozenset({1, 2, 3, 4}),
    frozenset[int](),
]


@pytest.mark.parametrize("shuffle", [False, True])
def test_an_author_who_changes_secrets_changes_nothing_visible(
    client: TestClient, bank: Bank, shuffle: bool
) -> None:
    """Through the whole way of a draft: next versions with another key tell learners the same."""
    told = []
    for key in KEYS:
        bank.publish(
            options=tuple(Option(option.text, feedback=str(key)) for option in OPTIONS),
            key=AnswerKey(key),
            explanation=Explanation(str(key), (Reference(str(key)),) * len(key)),
            shuffle=shuffle,
        )
        for path in ("rivers", "rivers?shuffle=S"):
            question = client.get(f"/v1/questions/{path}").json()
            del question["version"], question["published_at"]
            told.append((path, question))
    assert told == told[:2] * len(KEYS)
    for key in KEYS[:2]:
        bank.publish(slug="one", options=OPTIONS, kind="single_choice", key=AnswerKey(key))
        question = client.get("/v1/questions/one").json()
        assert (question["kind"], question["select"]) == ("single_choice", {"min": 0, "max": 1})


def test_option_ids_do_not_tell_their_place(client: TestClient, bank: Bank) -> None:
    ids = bank.publish().option_ids
    turned = bank.publish(slug="turned", options=DRAFT.options[::-1]).option_ids
    assert ids == turned[::-1]
    assert all(len(id_) >= 4 and id_.isalnum() for id_ in ids)


def test_no_secret_of_a_translation_is_in_any_answer(client: TestClient, bank: Bank) -> None:
    """Not before the submission, in whatever language it is asked for."""
    for question in QUESTIONS:
        bank.publish(replace(question, hints=("Look at a map.",)))
        assert question.slug is not None
        bank.translate("de", question.slug)
    secrets = ("de: It ends near", "de: The Danube ends", "de: Look at")
    public, asked = "de: Which of these", [*PATHS, *(f"/v1/questions/{slug}?language=de" for slug in
                                                   ("rivers", "single"))]  # fmt: skip
    seen = 0
    for path in asked:
        for header in ("de", "en", "*", "fr, de;q=0.1"):
            answer = client.get(path, headers={"Accept-Language": header})
            told = unquote_plus(answer.text)
            assert not [secret for secret in secrets if secret in told], path
            seen += public in told
    assert seen > len(PATHS), "else nothing was shown in German"
    body = {"selected": [], "language": "de"}
    result = client.post("/v1/questions/rivers/submissions", json=body).text
    assert all(secret in result for secret in secrets[:2])
    assert secrets[2] in client.get("/v1/questions/rivers/hints/1?language=de").text


def test_no_secret_text_is_in_any_answer(client: TestClient, bank: Bank) -> None:
    for question in QUESTIONS:
        bank.publish(question)
    secrets = ("Rotterdam", "Danube ends", "has maps", "example.org")
    for path in PATHS:
        told = unquote_plus(client.get(path).text)
        assert not [secret for secret in secrets if secret in told], path
    result = client.post("/v1/questions/rivers/submissions", json={"selected": []}).text
    assert all(secret in result for secret in secrets)
