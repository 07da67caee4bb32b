"""Learners get the language they ask for, where a translation fits; what they got is kept."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi.testclient import TestClient

from domain.grading.cloze import StatedBlanks
from domain.questions import Combination, Draft, Option
from models import Database, Submission
from tests.api.conftest import CountStatements, MakeClient
from tests.api.layered import AS_IT_IS, ONE, client_of, counted, run
from tests.factories import DRAFT, Bank, draft

Json = dict[str, Any]
FULL = draft(
    hints=("A map.",),
    combinations=(Combination(frozenset({2, 4}), "Both end further south."),),
)
SUBMIT = f"{ONE}/submissions"
LISTINGS = (
    "/v1/questions?sort=title&include=total",
    "/v1/questions/random?count=9&seed=s",
    "/v1/questions?q=rhine",
)


def get(client: TestClient, path: str, header: str | None = None) -> Any:
    answer = client.get(path, headers={} if header is None else {"Accept-Language": header})
    assert answer.status_code == 200, answer.text
    return answer


def varies(answer: Any) -> bool:
    return "accept-language" in answer.headers.get("Vary", "").lower()


HEADERS = {
    None: "en",
    "": "en",
    "de": "de",
    "de-CH": "de",
    "fr-CA, de;q=0.9": "fr",
    "it, de;q=0.2, fr;q=0.1": "de",
    "it": "en",
    "en-US, de": "en",
    "en;q=0, fr": "fr",
    "*": "en",
    "nonsense;;;q=, \xe4": "en",
}


@pytest.mark.parametrize(("header", "language"), HEADERS.items())
def test_a_header_picks_and_falls_back(
    client: TestClient, bank: Bank, header: str | None, language: str
) -> None:
    bank.publish(FULL)
    bank.translate("de")
    bank.translate("fr")
    for path in (ONE, f"{ONE}?version=1", f"{ONE}?shuffle=s", f"{ONE}?shuffle=", f"{ONE}/hints/1"):
        raw = {"Accept-Language": header.encode("latin-1")} if header is not None else {}
        answer = client.get(path, headers=raw)  # type: ignore[arg-type]
        assert answer.headers["Content-Language"] == language
        assert varies(answer) or "no-store" in answer.headers["Cache-Control"]
        told = answer.json()
        said = told["markdown"] if "hints" in path else told["title"]
        assert said.startswith(f"{language}: ") == (language != "en"), path
        assert told.get("language", language) == language


def test_what_cannot_depend_on_the_language_does_not_vary(client: TestClient, bank: Bank) -> None:
    bank.publish(FULL)
    bank.publish(slug="other")
    for path in (ONE, "/v1/questions", "/v1/questions/random?seed=s", f"{ONE}/hints/1"):
        assert not varies(get(client, path, "de")), path
    bank.translate("de")
    for path in (ONE, "/v1/questions", f"{ONE}/hints/1"):
        assert varies(get(client, path)), path
        assert not varies(get(client, f"{path}?language=de", "fr")), "the query has chosen"
    for path in ("/v1/questions/other", "/v1/questions?id=00000000-0000-7000-8000-000000000000"):
        assert not varies(get(client, path, "de")), path
    bank.withdraw("de")
    assert not varies(get(client, ONE, "de"))


def test_a_version_is_for_ever_only_where_it_is_not_translated(
    client: TestClient, bank: Bank
) -> None:
    bank.publish(FULL)
    for path in (f"{ONE}?version=1", f"{ONE}/hints/1?version=1"):
        assert "immutable" in get(client, path).headers["Cache-Control"]
    bank.translate("de")
    for path in (f"{ONE}?version=1", f"{ONE}/hints/1?version=1"):
        assert "immutable" not in get(client, path).headers["Cache-Control"]
    bank.withdraw("de")
    assert "immutable" not in get(client, f"{ONE}?version=1").headers["Cache-Control"]


def test_lists_and_draws_come_in_the_language_of_each(client: TestClient, bank: Bank) -> None:
    bank.publish(slug="alpha", title="A", language="fr")
    bank.publish(slug="beta", title="B")
    bank.publish(slug="gamma", title="C")
    bank.translate("de", "alpha")
    bank.translate("de", "beta")
    page = get(client, "/v1/questions?sort=title", "de")
    assert [item["language"] for item in page.json()["items"]] == ["de", "de", "en"]
    assert page.headers["Content-Language"] == "de, en"
    assert get(client, "/v1/questions?sort=title").headers["Content-Language"] == "fr, en"
    drawn = get(client, "/v1/questions/random?seed=s&count=3", "de").json()["items"]
    assert {(item["slug"], item["language"]) for item in drawn} == {
        ("alpha", "de"), ("beta", "de"), ("gamma", "en"),
    }  # fmt: skip
    empty = get(client, "/v1/questions?tag=none", "de")
    assert "Content-Language" not in empty.headers


@pytest.mark.parametrize("language", ["de", "DE"])
def test_the_filter_finds_translations_and_shows_them(
    client: TestClient, bank: Bank, language: str
) -> None:
    bank.publish(slug="alpha", title="A", language="de")
    bank.publish(slug="beta", title="B")
    bank.publish(slug="gamma", title="C")
    found: dict[str, list[str]] = {}

    def ask(turn: str) -> None:
        for path in LISTINGS:
            told = get(client, f"{path}&language={language}", "en").json()
            items = sorted(told["items"], key=lambda item: str(item["slug"]))
            assert {item["language"] for item in items} == {"de"}
            slugs = [item["slug"] for item in items]
            assert found.setdefault(turn, slugs) == slugs, path
            assert told.get("total", len(slugs)) == len(slugs)

    ask("before")
    bank.translate("de", "beta")
    bank.translate("fr", "gamma")
    bank.translate("de", "gamma", publish=False)
    ask("after")
    bank.publish(slug="beta", title="Another")
    ask("stale")
    bank.translate("de", "beta")
    bank.withdraw("de", "beta")
    ask("withdrawn")
    assert found == {
        "before": ["alpha"],
        "after": ["alpha", "beta"],
        "stale": ["alpha"],
        "withdrawn": ["alpha"],
    }


def test_results_come_in_the_language_that_was_shown(client: TestClient, bank: Bank) -> None:
    ids = bank.publish(FULL).option_ids
    bank.translate("de")
    picked = {"selected": [ids[1], ids[3]], "version": 1}
    told = {}
    for language in (None, "en", "de", "DE"):
        body = picked | ({"language": language} if language else {})
        answer = client.post(SUBMIT, json=body)
        assert answer.status_code == 201, answer.text
        result = told[language] = answer.json()
        assert answer.headers["Content-Language"] == result["language"]
        feedback = result["feedback"]
        for text in (
            feedback["explanation"]["markdown"],
            feedback["combination"]["markdown"],
            feedback["options"][0]["html"].removeprefix("<p>"),
        ):
            assert text.startswith("de: ") == (result["language"] == "de"), text
    assert [each["language"] for each in told.values()] == ["en", "en", "de", "de"]
    for name in ("score", "points", "correct", "reason", "selected"):
        assert len({str(each[name]) for each in told.values()}) == 1
    refused = client.post(SUBMIT, json=picked | {"language": "fr"})
    assert (refused.status_code, refused.json()["code"]) == (409, "language_conflict")


def test_the_language_is_part_of_the_record(
    client: TestClient, make_client: MakeClient, bank: Bank, database: Database
) -> None:
    """Replayed and read back it is the same, whatever became of the translation since."""
    bank.publish(FULL)
    first = bank.translate("de")
    _, key = bank.key("integration")
    body = {"selected": [], "language": "de"}
    headers = key | {"Idempotency-Key": "once"}
    answer = client.post(SUBMIT, json=body, headers=headers)
    bank.translate("de", explanation="Neu.")
    bank.publish(FULL, prompt="Which?")
    bank.withdraw("de")
    for again in (client, make_client()):
        replayed = again.post(SUBMIT, json=body, headers=headers)
        assert replayed.content == answer.content
        assert replayed.headers["Idempotency-Replayed"] == "true"
        read = again.get(answer.headers["Location"], headers=key)
        assert read.json() == answer.json()
        assert read.headers["Content-Language"] == "de"
        listed = again.get("/v1/submissions", headers=key).json()["items"]
        assert listed == [answer.json()]
    reused = client.post(SUBMIT, json=body | {"language": "en"}, headers=headers)
    assert reused.json()["code"] == "idempotency_key_reused"
    with database.read() as session:
        row = session.get_one(Submission, UUID(answer.json()["id"]))
        assert row.translation_id == first.id


def test_who_has_seen_what_was_withdrawn_may_answer(client: TestClient, bank: Bank) -> None:
    bank.publish(FULL)
    bank.translate("de")
    shown = get(client, ONE, "de").json()
    bank.withdraw("de")
    body = {"selected": [], "language": shown["language"], "version": shown["version"]}
    assert client.post(SUBMIT, json=body).json()["language"] == "de"
    bank.publish(FULL, prompt="Which?")
    body["version"] = 2
    assert client.post(SUBMIT, json=body).json()["code"] == "language_conflict"


def test_a_batch_has_a_language_for_each(client: TestClient, bank: Bank) -> None:
    bank.publish(FULL)
    bank.translate("de")
    _, key = bank.key("integration")
    entries: list[Json] = [
        {"question": "rivers", "selected": [], **said}
        for said in ({}, {"language": "de"}, {"language": "fr"}, {"language": 3})
    ]
    results = client.post("/v1/submissions", json={"submissions": entries}, headers=key).json()
    told = [
        one["submission"]["language"] if one["status"] == 201 else one["problem"]["code"]
        for one in results["results"]
    ]
    assert told == ["en", "de", "language_conflict", "invalid_request"]


CLOZE = Draft(
    slug="cloze",
    title="Water",
    kind="cloze",
    prompt="Water boils at [[degrees]] in [[place]].",
    options=(Option("Rome", part="place"), Option("space", part="place")),
    answer=StatedBlanks.read(
        {
            "blanks": {
                "degrees": {"kind": "numeric", "value": "100"},
                "place": {"kind": "inline_choice", "key": 1},
            }
        }
    ),
)


def test_parts_of_other_kinds_are_translated(client: TestClient, bank: Bank) -> None:
    bank.publish(CLOZE)
    bank.translate("de", "cloze")
    told = get(client, "/v1/questions/cloze", "de").json()
    blank = told["interaction"]["blanks"][1]
    assert {option["markdown"] for option in blank["options"]} == {"de: Rome", "de: space"}
    assert told["prompt"]["markdown"].startswith("de: Water boils at [[degrees]]")


def test_only_what_is_translated_costs_statements(
    client: TestClient, bank: Bank, statements: CountStatements
) -> None:
    bank.publish(FULL)
    bank.publish(slug="other")
    paths = (ONE, f"{ONE}?shuffle=s", f"{ONE}/hints/1", "/v1/questions", "/v1/questions?q=rhine")

    def count(header: str | None) -> list[int]:
        found = []
        for path in paths:
            get(client, path, header)  # what is remembered is not counted
            with statements() as sent:
                get(client, path, header)
            about = [one for one in sent if "translation" in one or "translated_version" in one]
            assert bool(about) == is_translated, path
            found.append(len(sent))
        return found

    is_translated = False
    plain = count(None)
    assert count("de") == plain
    bank.translate("de")
    is_translated = True
    assert count(None) == [one + 1 for one in plain], "which there are"
    assert count("de")[1:] == [one + 2 for one in plain[1:]], "and what they say"


@pytest.mark.parametrize("limit", [2, 20])
def test_a_page_of_translations_takes_two_statements_more(
    client: TestClient, bank: Bank, statements: CountStatements, limit: int
) -> None:
    for number in range(20):
        bank.publish(slug=f"q{number}")
        bank.translate("de", f"q{number}")
    get(client, "/v1/questions")
    with statements() as plain:
        assert len(get(client, f"/v1/questions?limit={limit}").json()["items"]) == limit
    with statements() as german:
        items = get(client, f"/v1/questions?limit={limit}", "de").json()["items"]
    assert [item["language"] for item in items] == ["de"] * limit
    assert len(german) == len(plain) + 1 <= 8


# Kept answers.


ADDRESSES = [
    ONE, f"{ONE}?version=1", f"{ONE}?shuffle=a", f"{ONE}?language=fr", f"{ONE}/hints/1",
    "/v1/questions", "/v1/questions?language=de", "/v1/questions/random?seed=s&count=2",
    "/v1/questions/plain",
]  # fmt: skip
WISHES = ["", "de", "de-CH, en;q=0.5", "fr, de", "it", "it, en, de;q=0.2", "*", "de;q=0"]


@pytest.fixture
def kept_bank(own_database: Database) -> Bank:
    """A bank with a translated question, in a database where commits are real."""
    made = Bank(own_database)
    made.publish(FULL)
    made.publish(slug="plain")
    made.translate("de")
    made.translate("fr")
    return made


def test_kept_answers_are_those_of_the_routes_in_every_language(
    own_database: Database, kept_bank: Bank
) -> None:
    changes: list[Callable[[], object]] = [
        lambda: None,
        lambda: kept_bank.withdraw("de"),
        lambda: kept_bank.publish(FULL, prompt="Which?"),
    ]

    async def compare(client: httpx.AsyncClient) -> None:
        async with client_of(own_database, response_cache_bytes=0) as plain:
            for change in changes:
                change()
                for address in ADDRESSES:
                    for wish in [*WISHES, *WISHES[::-1]]:
                        asked = AS_IT_IS | {"Accept-Language": wish}
                        one = await client.get(address, headers=asked)
                        other = await plain.get(address, headers=asked)
                        assert one.content == other.content, (address, wish)
                        for name in ("ETag", "Vary", "Content-Language", "Cache-Control"):
                            assert one.headers.get(name) == other.headers.get(name), (address, name)

    run(own_database, compare)


def test_a_thousand_wishes_are_a_few_answers(own_database: Database, kept_bank: Bank) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        counting = counted(client)
        for number in range(1000):
            wish = f"x{number:03d}, de-{number:03d};q=0.{number % 9 + 1}, en;q=0.{number:03d}"
            answer = await client.get(ONE, headers=AS_IT_IS | {"Accept-Language": wish})
            assert answer.headers["Content-Language"] in {"de", "en"}
        assert counting.count <= 6

    run(own_database, ask)


def test_readers_of_two_languages_who_ask_at_once_get_their_own(
    own_database: Database, kept_bank: Bank
) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        wishes = ["de", "fr", "en"] * 10
        asked = (client.get(ONE, headers=AS_IT_IS | {"Accept-Language": wish}) for wish in wishes)
        answers = await asyncio.gather(*asked)
        assert [answer.headers["Content-Language"] for answer in answers] == wishes

    run(own_database, ask)


def test_the_next_answer_knows_of_a_translation(own_database: Database, kept_bank: Bank) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        asked = {"Accept-Language": "de"}
        for number in range(5):
            assert (await client.get(ONE, headers=asked)).headers["Content-Language"] == "de"
            kept_bank.withdraw("de")
            assert (await client.get(ONE, headers=asked)).headers["Content-Language"] == "en"
            kept_bank.translate("de", title=f"Titel {number}")
            assert f"Titel {number}" in (await client.get(ONE, headers=asked)).text

    run(own_database, ask)


def test_a_name_of_a_language_cannot_break_a_header(client: TestClient, bank: Bank) -> None:
    bank.publish(DRAFT, language="x\r\nSet-Cookie: a=ä")
    answer = get(client, ONE, "de")
    assert "Set-Cookie" not in answer.headers
    assert "Content-Language" not in answer.headers
    assert client.post(SUBMIT, json={"selected": []}).status_code == 201
