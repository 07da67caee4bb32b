"""What a question said before, and what an edit did to it."""

import pytest
from fastapi.testclient import TestClient

from tests.api.authors import RIVERS, Json, Person, code, person
from tests.factories import Bank


@pytest.fixture
def author(client: TestClient, bank: Bank) -> Person:
    """The author of a question with a published version and a draft of the next."""
    admin = person(client, bank)
    admin.create()
    admin.post("/rivers/publish")
    admin.edit(
        prompt="Which of these rivers reach the **Baltic**?\n\nPick all.",
        options=[
            {**option, "text": option["text"].replace("Elbe", "river Elbe")}
            for option in admin.read()["options"][1:]
        ]
        + [{"text": "The Oder"}],
        key=[4],
        explanation="The Oder does.",
        scoring={"rule": "net_right"},
        tags=["water"],
    )
    return admin


def test_versions_are_kept(author: Person) -> None:
    told = author.read()
    assert author.get("/rivers/versions").json() == {"items": told["versions"]}
    first = author.get("/rivers/versions/1").json()
    assert (first["prompt"], first["version"]) == (RIVERS["prompt"], told["versions"][0])
    second = author.get("/rivers/versions/2").json()
    assert (second["options"], second["version"]["status"]) == (told["options"], "draft")
    for path in ("versions", "versions/1", "diff?from=1&to=2"):
        assert author.get(f"/rivers/{path}").headers["Cache-Control"] == "private, no-store"


def test_a_difference_is_told_option_by_option(author: Person) -> None:
    old = {
        option["text"]: option["id"]
        for option in author.get("/rivers/versions/1").json()["options"]
    }
    new = author.read()["options"][-1]["id"]
    told = author.get("/rivers/diff?from=1&to=2").json()
    assert (told["from_version"], told["to_version"]) == (1, 2)
    changes = {one["id"]: (one["change"], one["moved"]) for one in told["options"]}
    assert changes == {
        old["The Elbe"]: ("reworded", False),
        old["The Rhine"]: ("removed", False),
        new: ("added", False),
    }
    (elbe,) = (one for one in told["options"] if one["change"] == "reworded")
    assert [span["text"] for span in elbe["text"] if span["change"] == "added"] == ["river "]
    assert (elbe["old_place"], elbe["new_place"]) == (3, 2)
    assert told["key"] == {
        "became_right": [new],
        "became_wrong": [old["The Rhine"], old["The Elbe"]],
    }
    texts = {text["name"]: text["paragraphs"] for text in told["texts"]}
    assert texts.keys() == {"prompt", "explanation"}
    assert said(texts["prompt"], "removed") == ["North Sea"]
    assert said(texts["prompt"], "added") == ["Baltic", "Pick all."]
    fields = {field["name"]: (field["old"], field["new"]) for field in told["fields"]}
    assert fields["scoring"] == ("all_or_nothing, 1 points", "net_right, 1 points")
    assert fields["tags"] == (None, "water")
    assert fields.keys() == {"scoring", "tags"}


def said(paragraphs: list[list[Json]], change: str) -> list[str]:
    return [span["text"] for spans in paragraphs for span in spans if span["change"] == change]


def test_a_version_does_not_differ_from_itself(author: Person) -> None:
    told = author.get("/rivers/diff?from=1&to=1").json()
    assert (told["texts"], told["options"], told["fields"]) == ([], [], [])


@pytest.mark.parametrize(
    ("path", "status", "name"),
    [
        ("versions/9", 404, "version_not_found"),
        ("versions/0", 422, "invalid_request"),
        ("diff?from=1&to=9", 404, "version_not_found"),
        ("diff?from=1", 422, "invalid_request"),
        ("diff?from=1&to=2&form=1", 422, "unknown_parameter"),
    ],
)
def test_what_is_not_there_is_told(author: Person, path: str, status: int, name: str) -> None:
    assert code(author.get(f"/rivers/{path}")) == (status, name)
