"""The story of a translation: written, published, stale when its source changes, withdrawn."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.api.authors import Person, code, person
from tests.api.conftest import MakeClient
from tests.factories import Bank

Json = dict[str, Any]
DE = "/rivers/translations/de"
NEW = {"If-None-Match": "*"}
GERMAN = {"Accept-Language": "de"}


@pytest.fixture
def admin(client: TestClient, bank: Bank) -> Person:
    return person(client, bank)


@pytest.fixture
def ids(admin: Person) -> list[str]:
    """The ids of the options of a published question."""
    admin.create()
    admin.post("/rivers/publish")
    return [option["id"] for option in admin.read()["options"]]


def german(ids: list[str], **changes: Any) -> Json:
    return {
        "title": "Flüsse Europas",
        "prompt": "Welche münden in die **Nordsee**?",
        "options": dict(zip(ids, ["Der Rhein", "Die Donau", "Die Elbe", "Die Rhone"], strict=True)),
        "explanation": "{option:2} mündet ins Schwarze Meer.",
        "feedback": {ids[0]: "Er mündet bei Rotterdam, anders als {option:2}."},
        **changes,
    }


def put(who: Person, body: Json, headers: dict[str, str] | None = None, path: str = DE) -> Response:
    condition = {"If-Match": who.get(path).headers["ETag"]} if headers is None else headers
    return who.put(path.lstrip("/"), body, condition)


def shown(client: TestClient, header: str | None = "de", path: str = "/v1/questions/rivers") -> Any:
    headers = {} if header is None else {"Accept-Language": header}
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


def test_from_writing_to_withdrawing(admin: Person, client: TestClient, ids: list[str]) -> None:
    written = put(admin, german(ids), NEW)
    assert written.status_code == 201, written.text
    assert written.headers["Location"] == f"/v1/bank/questions{DE}"
    told = written.json()
    assert (told["language"], told["number"], told["status"], told["stale"]) == (
        "de", 1, "draft", False,
    )  # fmt: skip
    assert admin.get(DE).headers["ETag"] == written.headers["ETag"]
    before = shown(client)
    assert (before.json()["language"], before.headers["Content-Language"]) == ("en", "en")
    assert "Accept-Language" not in before.headers["Vary"], "there is nothing to choose"

    published = admin.post(f"{DE}/publish")
    assert published.json()["shown_in_versions"] == [1]
    answer = shown(client, "de-CH, en;q=0.5")
    assert answer.headers["Content-Language"] == "de"
    assert "Accept-Language" in answer.headers["Vary"]
    question = answer.json()
    assert question["title"] == "Flüsse Europas"
    assert "<strong>Nordsee</strong>" in question["prompt"]["html"]
    assert [option["id"] for option in question["options"]] == ids
    assert question["options"][1]["markdown"] == "Die Donau"
    english = shown(client, None)
    assert english.json()["title"] == "Rivers of Europe"
    assert "Accept-Language" in english.headers["Vary"]
    assert english.headers["ETag"] != answer.headers["ETag"]
    assert {**question, **_words(english.json())} == english.json(), "all else is the same"

    assert admin.delete(DE.lstrip("/")).status_code == 204
    gone = shown(client)
    assert (gone.json()["language"], gone.headers["Content-Language"]) == ("en", "en")
    assert code(admin.get(DE)) == (404, "translation_not_found")
    assert put(admin, german(ids), NEW).json()["number"] == 2


def _words(question: Json) -> Json:
    return {name: question[name] for name in ("language", "title", "prompt", "options")}


def test_a_translation_becomes_stale_and_is_never_shown_for_other_texts(
    admin: Person, client: TestClient, ids: list[str]
) -> None:
    put(admin, german(ids), NEW)
    admin.post(f"{DE}/publish")
    admin.edit(explanation="{option:4} ends in the Mediterranean.", key=[4])
    assert admin.get(DE).json()["stale"] is False, "it fits what learners get"
    admin.post("/rivers/publish")
    for header in ("de", "de-AT, de;q=0.9", "fr, de", "*"):
        answer = shown(client, header)
        assert answer.json()["language"] == answer.headers["Content-Language"] == "en"
        assert "Nordsee" not in answer.text
    assert shown(client, path="/v1/questions/rivers?version=1").json()["language"] == "de"
    for listing in ("/v1/questions", "/v1/questions/random?seed=s"):
        assert shown(client, path=listing).json()["items"][0]["language"] == "en"
    assert shown(client, path="/v1/questions?language=de").json()["items"] == []
    stale = admin.get(DE).json()
    assert (stale["stale"], stale["source_version"], stale["current_version"]) == (True, 1, 2)
    assert stale["shown_in_versions"] == [1]
    assert stale["changes"] == [
        {
            "pointer": "/explanation",
            "old": f"{{option:{ids[1]}}} ends in the Black Sea.",
            "new": f"{{option:{ids[3]}}} ends in the Mediterranean.",
        }
    ]
    (item,) = admin.get("/rivers/translations").json()["items"]
    assert (item["language"], item["stale"], item["changed"]) == ("de", True, ["/explanation"])

    body = german(ids, explanation="{option:4} mündet ins Mittelmeer.")
    again = put(admin, body)
    assert (again.status_code, again.json()["stale"], again.json()["number"]) == (200, False, 2)
    assert shown(client).json()["language"] == "en", "not published yet"
    assert admin.post(f"{DE}/publish").json()["shown_in_versions"] == [1, 2]
    assert shown(client).json()["language"] == "de"


def test_what_was_never_shown_becomes_stale_too(admin: Person, ids: list[str]) -> None:
    put(admin, german(ids), NEW)
    admin.edit(prompt="Which of them?")
    admin.post("/rivers/publish")
    admin.edit(prompt="Which of these?")
    admin.post("/rivers/publish")
    assert admin.get(DE).json()["changed"] == ["/prompt"]
    put(admin, german(ids, prompt="Welche davon?", source_version=2))
    assert admin.post(f"{DE}/publish").json()["shown_in_versions"] == [2]


def test_what_fits_nothing_is_not_published(admin: Person, ids: list[str]) -> None:
    admin.edit(prompt="Which of them?")
    put(admin, german(ids), NEW)  # of the draft
    admin.edit(prompt="Which of these?")
    assert code(admin.post(f"{DE}/publish")) == (409, "stale_translation")


def test_a_new_key_leaves_a_translation_as_it_is(
    admin: Person, client: TestClient, ids: list[str]
) -> None:
    put(admin, german(ids), NEW)
    admin.post(f"{DE}/publish")
    admin.edit(key=[2], tags=["water"], difficulty=0.5, scoring={"rule": "net_right"})
    admin.post("/rivers/publish")
    told = shown(client).json()
    assert (told["version"], told["language"]) == (2, "de")
    assert (told["tags"], told["difficulty"], told["scoring"]["rule"]) == (
        ["water"], 0.5, "net_right",
    )  # fmt: skip
    assert admin.get(DE).json()["shown_in_versions"] == [1, 2]


def test_a_translation_of_a_draft_comes_with_it(
    admin: Person, client: TestClient, ids: list[str]
) -> None:
    admin.edit(prompt="Which of them?")
    ahead = put(admin, german(ids, prompt="Welche davon?"), NEW).json()
    assert (ahead["stale"], ahead["current_version"], ahead["changes"]) == (False, 2, [])
    assert admin.post(f"{DE}/publish").json()["shown_in_versions"] == []
    assert shown(client).json()["language"] == "en"
    admin.post("/rivers/publish")
    assert shown(client).json()["prompt"]["markdown"] == "Welche davon?"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"key": [2]}, "/key"),
        ({"scoring": {"rule": "net_right"}}, "/scoring"),
        ({"answer": {}}, "/answer"),
        ({"kind": "single_choice"}, "/kind"),
        ({"tags": ["x"]}, "/tags"),
    ],
)
def test_a_translation_has_no_field_for_what_is_right(
    admin: Person, ids: list[str], changes: Json, pointer: str
) -> None:
    before = admin.get("/rivers")
    refused = put(admin, german(ids, **changes), NEW)
    assert code(refused)[0] == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]
    assert put(admin, german(ids), NEW).status_code == 201
    admin.post(f"{DE}/publish")
    assert admin.get("/rivers").json()["key"] == before.json()["key"]


def test_options_are_those_of_the_source(admin: Person, ids: list[str]) -> None:
    options = german(ids)["options"]
    strange = {**options, "zzzz": "Die Themse"}
    del strange[ids[2]]
    refused = put(admin, german(ids, options=strange), NEW)
    assert code(refused) == (422, "invalid_translation")
    faults = {(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]}
    assert faults == {
        (f"/options/{ids[2]}", "missing_text"),
        ("/options/zzzz", "unknown_option"),
    }


def test_refusals(admin: Person, client: TestClient, bank: Bank, ids: list[str]) -> None:
    put(admin, german(ids), NEW)
    assert code(put(admin, german(ids), NEW)) == (412, "already_exists")
    assert code(put(admin, german(ids), {})) == (428, "precondition_required")
    assert code(put(admin, german(ids), {"If-Match": '"old"'}))[0] == 412
    assert code(put(admin, german(ids), {}, "/rivers/translations/fr"))[0] == 428
    assert code(put(admin, german(ids), NEW, "/absent/translations/de"))[0] == 404
    assert code(put(admin, german(ids), NEW, "/rivers/translations/en")) == (
        422, "invalid_translation",
    )  # fmt: skip
    assert code(put(admin, german(ids), NEW, "/rivers/translations/de_DE"))[0] == 422
    assert code(put(admin, german(ids, source_version=9))) == (404, "version_not_found")
    assert code(admin.get("/rivers/translations/fr")) == (404, "translation_not_found")
    assert code(admin.post("/rivers/translations/fr/publish")) == (404, "translation_not_found")
    author, reviewer = (person(client, bank, role) for role in ("author", "reviewer"))
    assert code(author.post(f"{DE}/publish")) == (403, "forbidden")
    assert code(author.delete(DE.lstrip("/"))) == (403, "forbidden")
    assert code(put(reviewer, german(ids))) == (403, "forbidden")
    assert reviewer.post(f"{DE}/publish").status_code == 200
    assert client.get(f"/v1/bank/questions{DE}").status_code == 401


def test_nobody_publishes_what_they_translated(make_client: MakeClient, bank: Bank) -> None:
    client = make_client(four_eyes=True)
    one, other = person(client, bank), person(client, bank)
    one.create()
    other.post("/rivers/publish")
    ids = [option["id"] for option in one.read()["options"]]
    put(one, german(ids), NEW)
    put(other, german(ids, title="Europas Flüsse"))
    for who in (one, other):
        assert code(who.post(f"{DE}/publish")) == (403, "own_draft")
    assert person(client, bank).post(f"{DE}/publish").status_code == 200


def test_every_step_may_come_twice(admin: Person, ids: list[str]) -> None:
    first = put(admin, german(ids), NEW)
    again = put(admin, german(ids))
    assert (again.status_code, again.json()) == (200, first.json())
    published = admin.post(f"{DE}/publish").json()
    assert admin.post(f"{DE}/publish").json() == published
    log = admin.client.get("/v1/audit", headers=admin.headers).json()["items"]
    actions = [entry["action"] for entry in log if "transl" in entry["action"]]
    assert actions == ["question.translation_published", "question.translated"]


def test_the_language_is_a_tag_in_any_case(admin: Person, ids: list[str]) -> None:
    assert put(admin, german(ids), NEW, "/rivers/translations/DE-ch").json()["language"] == "de-CH"
    assert admin.get("/rivers/translations/de-ch").status_code == 200


def test_an_export_tells_that_translations_stay_behind(admin: Person, ids: list[str]) -> None:
    put(admin, german(ids), NEW)
    assert _lost(admin) == [], "nobody sees it yet"
    admin.post(f"{DE}/publish")
    assert _lost(admin) == [("/translations", "translations", "The translations into de.")]
    admin.delete(DE.lstrip("/"))
    assert _lost(admin) == []


def _lost(admin: Person) -> list[tuple[str, str, str]]:
    report = admin.client.get("/v1/bank/exports/quarto/losses", headers=admin.headers).json()
    losses = [loss for item in report["items"] for loss in item["losses"]]
    return [(loss["path"], loss["code"], loss["what"]) for loss in losses]
