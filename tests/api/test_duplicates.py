"""Nearly the same questions: found when they are written, listed for authors, told by imports."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from domain.access import Role
from domain.likeness import ALIKE
from domain.questions import Option
from models import AlikePair, Database, LikenessBand
from models.likeness import FULL, MOST_ALIKE
from operations.create_questions import NewQuestion, create_questions
from operations.draft_rows import draft_rows, first_ids
from tests.api.authors import Person, code, person
from tests.api.conftest import CountStatements
from tests.factories import DRAFT, Bank

PATH = "/v1/bank/duplicates"
Pair = tuple[str, str]


@pytest.fixture
def admin(client: TestClient, bank: Bank) -> Person:
    return person(client, bank)


def ask(who: Person, **query: Any) -> Any:
    answer = who.client.get(PATH, headers=who.headers, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def pairs(who: Person, **query: Any) -> list[Pair]:
    return _names(ask(who, limit=200, **query))


def _names(told: dict[str, Any]) -> list[Pair]:
    sides = (one["questions"] for one in told["items"])
    return [(first["slug"], second["slug"]) for first, second in sides]


LAKES: dict[str, Any] = {
    "prompt": "Which lakes are deeper than the highest church of Germany is high?",
    "options": tuple(map(Option, ("Constance", "Balaton", "Garda", "Bled"))),
}


def test_what_says_the_same_is_listed_once_the_most_alike_first(admin: Person, bank: Bank) -> None:
    bank.publish(slug="a")
    bank.publish(slug="b", prompt=f"{DRAFT.prompt} Choose.")
    bank.publish(slug="c", options=DRAFT.options[::-1])
    bank.publish(slug="lakes", **LAKES)
    told = ask(admin)["items"]
    assert [one["similarity"] for one in told] == sorted(
        (one["similarity"] for one in told), reverse=True
    )
    assert told[0]["similarity"] == 1.0
    assert sorted(pairs(admin)) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert pairs(admin, minimum=1) == [("a", "c")]
    assert sorted(pairs(admin, question="b")) == [("a", "b"), ("b", "c")]
    assert pairs(admin, question="lakes") == []
    first, second = told[0]["questions"]
    assert (first["slug"], first["title"], first["version"]) == ("a", DRAFT.title, 1)
    assert (first["status"], second["status"]) == ("published", "published")


def test_the_newest_words_count(admin: Person, bank: Bank) -> None:
    bank.publish(slug="a")
    four = [{"text": text} for text in ("Mainz", "Ulm", "Dresden", "Lyon")]
    admin.create("b", prompt="Where does a ship stop?", options=four)
    assert pairs(admin) == []
    said = admin.read("a")
    ids = [one["id"] for one in admin.read("b")["options"]]
    options = [
        {"id": id_, "text": one["text"]} for id_, one in zip(ids, said["options"], strict=True)
    ]
    assert admin.edit("b", prompt=said["prompt"], options=options).is_success
    assert pairs(admin) == [("a", "b")]
    assert ask(admin)["items"][0]["questions"][1]["status"] == "draft"
    bank.revise(slug="a", prompt=LAKES["prompt"])
    assert pairs(admin) == [], "its own older version is no question"


def test_what_is_gone_is_like_nothing(admin: Person, bank: Bank, database: Database) -> None:
    for slug in "abc":
        bank.publish(slug=slug)
    bank.retire("b")
    assert pairs(admin) == [("a", "c")]
    admin.post("/b/reopen")
    assert sorted(pairs(admin)) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert admin.delete("a").status_code == 204
    assert pairs(admin) == [("b", "c")]
    with database.read() as session:
        assert session.scalar(select(func.count(LikenessBand.question_id.distinct()))) == 2
        assert session.scalar(select(func.count()).select_from(AlikePair)) == 1


def test_pages_go_on_behind_the_last_pair(
    admin: Person, bank: Bank, statements: CountStatements
) -> None:
    for slug in "abcde":
        bank.publish(slug=slug)
    bank.publish(slug="f", prompt=f"{DRAFT.prompt} Choose.")
    whole, found, cursor = pairs(admin), [], None
    assert len(whole) == 15
    while True:
        with statements() as sent:
            told = ask(admin, limit=4, **({"cursor": cursor} if cursor else {}))
        assert len(sent) <= 6
        found += _names(told)
        if not (cursor := told["next_cursor"]):
            break
    assert found == whole


def test_refusals(admin: Person, client: TestClient, bank: Bank) -> None:
    def asked(headers: dict[str, str], **query: Any) -> tuple[int, str]:
        return code(client.get(PATH, headers=headers, params=query))

    assert asked({}) == (401, "unauthenticated")
    roles: tuple[Role, ...] = ("publishable", "integration")
    for role in roles:
        _, headers = bank.key(role)
        assert asked(headers) == (403, "forbidden")
    assert asked(admin.headers, question="nowhere") == (404, "question_not_found")
    assert asked(admin.headers, minimum=ALIKE - 0.1)[0] == 422
    assert asked(admin.headers, cursor="x") == (400, "invalid_cursor")
    assert asked(admin.headers, tag="x")[0] == 422


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_import_tells_what_is_there_already_or_comes_with_it(
    admin: Person, bank: Bank, dry_run: bool
) -> None:
    bank.publish(slug="a")
    exported = admin.client.get("/v1/bank/exports/quarto?slug=a", headers=admin.headers).content
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for slug in ("a", "b", "c"):
            packed.writestr(
                f"{slug}.qmd", exported.replace(b'slug: "a"', f'slug: "{slug}"'.encode())
            )
    answer = admin.client.post(
        "/v1/bank/imports",
        headers=admin.headers | {"Content-Type": "application/zip"},
        params={"dry_run": dry_run},
        content=content.getvalue(),
    )
    assert answer.status_code == 200, answer.text
    told = {one["slug"]: one for one in answer.json()["items"]}
    assert [told[slug]["outcome"] for slug in "abc"] == ["unchanged", "created", "created"]
    assert told["a"]["problems"] == [], "nothing about it is new"
    names = {slug: _named(told[slug]["problems"]) for slug in "bc"}
    assert names == {"b": ["a", "c"], "c": ["a", "b"]}
    assert told["b"]["problems"][0]["severity"] == "warning"
    assert "100% alike" in told["b"]["problems"][0]["message"]
    assert bool(pairs(admin)) is not dry_run


def _named(problems: list[dict[str, Any]]) -> list[str]:
    return [
        problem["message"].split("'")[1]
        for problem in problems
        if problem["code"] == "near_duplicate"
    ]


def test_a_text_that_very_many_share_finds_only_so_many(database: Database) -> None:
    drafts = [replace(DRAFT, slug=f"q{number}") for number in range(FULL + 20)]
    new = [NewQuestion(one.slug or "", None, draft_rows(one, first_ids(one))) for one in drafts]
    at = datetime(2026, 1, 1, tzinfo=UTC)
    database.write(lambda session: create_questions(session, questions=new, at=at))
    count = func.count()
    with database.read() as session:
        sizes = select(count).select_from(LikenessBand).group_by(LikenessBand.band)
        assert session.scalar(sizes.order_by(count.desc()).limit(1)) == FULL
        each = select(count).select_from(AlikePair).group_by(AlikePair.other_id)
        assert session.scalar(each.order_by(count.desc()).limit(1)) == MOST_ALIKE
        assert session.scalar(select(func.count(AlikePair.other_id.distinct()))) == FULL + 19
