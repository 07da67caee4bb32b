"""The playground without scripts: picking, every kind of question, and what goes over the wire."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from lxml import html

from api.playground_forms import FORMS, cut_at_blanks
from api.rendering import templates
from domain.grading import CHOICE_KINDS, KINDS
from models import Database
from seed.load import load_files
from tests.api.forms import send_form, texts

Json = dict[str, Any]
Fields = dict[str, str | set[str]]

SHOWN = Path(__file__).parents[1] / "browser" / "kinds.jsonl"

# The form of each question, filled in rightly; ids are looked up by the texts of options.
RIGHT: dict[str, Callable[[dict[str, str]], Fields]] = {
    "single": lambda ids: {"selected": ids["The Volga"]},
    "multiple": lambda ids: {
        "selected": {ids["Use ReLU: $\\max(0, x)$."], ids["Normalise batches."]}
    },
    "true-false": lambda ids: {"selected": ids["False"]},
    "score-only": lambda ids: {"selected": ids["1"]},
    "numeric": lambda _: {"value": "9.81", "unit": "m/s"},
    "short-text": lambda _: {"text": "relu"},
    "ordering": lambda ids: {
        f"place.{ids[text]}": str(place)
        for place, text in enumerate(
            ["Forward pass", "Loss", "`loss.backward()`", "Optimiser step"], 1
        )
    },
    "matching": lambda ids: {
        f"pair.{ids['France']}": ids["Paris"],
        f"pair.{ids['Italy']}": ids["Rome"],
    },
    "derivatives": lambda ids: {
        "pair." + ids["$x^2$"]: ids["$2x$"],
        "pair." + ids["$\\sin x$"]: ids["$\\cos x$"],
    },
    "cloze": lambda ids: {
        "value.rate": "9.81",
        "unit.rate": "m/s^2",
        "text.noun": "stone",
        "pick.verb": ids["falls"],
    },
}


@pytest.fixture
def kinds(database: Database) -> None:
    """One question of each kind and more."""
    assert not load_files(database, [SHOWN]).failed


def ids_by_text(question: Json) -> dict[str, str]:
    """All options of a question, those of its parts, too."""
    interaction = question["interaction"] or {}
    inside = [option for blank in interaction.get("blanks", []) for option in blank["options"]]
    options = [*question["options"], *interaction.get("targets", []), *inside]
    return {option["markdown"]: option["id"] for option in options}


def test_every_kind_has_fields_and_a_question_here() -> None:
    macros = templates.get_template("playground/fields.html").module
    assert FORMS.keys() == KINDS.keys()
    assert all(hasattr(macros, kind) for kind in FORMS)
    asked = {json.loads(line)["kind"] for line in SHOWN.read_text().splitlines()}
    assert asked == {*KINDS, *CHOICE_KINDS}


@pytest.mark.usefixtures("kinds")
def test_each_kind_is_answered_by_its_form(client: TestClient) -> None:
    """What is shown on the wire is what the API says, before and after."""
    for slug, fields in RIGHT.items():
        page = client.get(f"/?question={slug}").text
        question = client.get(f"/v1/questions/{slug}").json()
        shown, answer, graded = wire(page)
        assert (json.loads(shown), graded) == (question, ""), slug
        assert submit(client, slug, answer)["max_points"] == 1
        told = send_form(client, page, fields(ids_by_text(question)))
        assert told.status_code == 200
        assert result_of(told.text).startswith("✓ Right · 1 of 1 point"), slug
        assert not texts(told.text, "//*[@class='bad']")
        _, answer, graded = wire(told.text)
        own = {"id": "", "submitted_at": ""}
        assert json.loads(graded) | own == submit(client, slug, answer) | own, slug


def wire(page: str) -> list[str]:
    """The question, the answer and what came of it, as the page shows their JSON."""
    path = "//*[contains(@class,'exchange')]/details//pre/code"
    return [str(node.text_content()) for node in html.fromstring(page).xpath(path)]


def submit(client: TestClient, slug: str, answer: str) -> Json:
    made = client.post(f"/v1/questions/{slug}/submissions", json=json.loads(answer))
    assert made.status_code == 201, made.text
    told: Json = made.json()
    return told


def result_of(page: str) -> str:
    (told,) = texts(page, "//*[@id='result']")
    return told


WRONG: list[tuple[str, Fields, str]] = [
    ("single", {}, "Missed: this one is right"),
    ("numeric", {"value": "3", "unit": "m/s"}, "Right: 9.81 m/s"),
    ("short-text", {"text": "rectifier"}, "Partly right · 0.5 of 1 point"),
    ("ordering", {}, "The right order"),
    ("matching", {}, "Wrong · right: Paris"),
    ("derivatives", {}, "Wrong · right: "),
    ("cloze", {"text.noun": "apple"}, "Wrong · right: falls"),
    ("unreleased", {}, "Answer received"),
]


@pytest.mark.usefixtures("kinds")
def test_what_was_not_right_is_told(client: TestClient) -> None:
    for slug, said, expected in WRONG:
        page = client.get(f"/?question={slug}").text
        told = send_form(client, page, said).text
        assert expected in result_of(told), slug
        for name, value in said.items():  # it stays in the form
            assert f'name="{name}"' in told
            assert f'value="{value}"' in told or f"<option selected>{value}" in told


@pytest.mark.usefixtures("kinds")
def test_the_same_place_twice_is_refused(client: TestClient) -> None:
    page = client.get("/?question=ordering").text
    question = client.get("/v1/questions/ordering").json()
    first = f"place.{question['options'][0]['id']}"
    told = send_form(client, page, {first: "2"})
    assert told.status_code == 422
    assert "Give each a place of its own, from 1 to 4." in told.text
    assert "The right order" not in told.text


# Nothing of the key before the submission. The same question says it all afterwards.

CANARIES = ("kanarie1", "kanarie2", "kanarie3", "735091", "kanarie5", "kanarie6")
SECRETIVE: list[Json] = [
    {
        "kind": "multiple_response",
        "options": [{"text": "a", "feedback": "kanarie2"}, {"text": "b"}],
        "key": [1],
    },
    {"kind": "numeric", "answer": {"value": "735091", "units": {"m": "1"}}},
    {"kind": "short_text", "answer": {"accept": ["kanarie5"]}},
    {
        "kind": "cloze",
        "prompt": "A [[thing]].",
        "answer": {"blanks": {"thing": {"kind": "short_text", "accept": ["kanarie6"]}}},
    },
]


@pytest.fixture
def secretive(database: Database, tmp_path: Path) -> list[str]:
    """Questions whose secrets are words that stand nowhere else."""
    common = {"prompt": "Which?", "explanation": "kanarie1", "references": [{"title": "kanarie3"}]}
    drafts = [
        {"slug": one["kind"].replace("_", "-"), "title": "T", **common, **one} for one in SECRETIVE
    ]
    path = tmp_path / "secretive.jsonl"
    path.write_text("\n".join(map(json.dumps, drafts)))
    assert not load_files(database, [path]).failed
    return [draft["slug"] for draft in drafts]


def canaries_in(page: str) -> set[str]:
    return {canary for canary in CANARIES if canary in page.lower()}


def test_nothing_tells_the_key_before_the_submission(
    client: TestClient, secretive: list[str]
) -> None:
    for slug in secretive:
        pages = [f"/?question={slug}", "/", f"/lab?question={slug}", f"/?q=which&question={slug}"]
        for address in pages:
            assert canaries_in(client.get(address).text) == set(), address


def test_the_key_would_be_noticed(client: TestClient, secretive: list[str]) -> None:
    told = set[str]()
    said: dict[str, Fields] = {"numeric": {"value": "1", "unit": "m"}, "short-text": {"text": "x"}}
    for slug in secretive:
        page = client.get(f"/?question={slug}").text
        fields = said.get(slug, {"text.thing": "x"} if slug == "cloze" else {})
        told |= canaries_in(send_form(client, page, fields).text)
    assert told == set(CANARIES)


# The stem of a cloze.


def test_a_stem_is_cut_at_its_blanks() -> None:
    stem = '<p>A [[one]] <a title="> [[two]]">x</a> [[one]] [[three]] [[two]]</p>'
    names = ["one", "two", "three", "four"]
    assert [*cut_at_blanks(stem, names)] == [
        ("<p>A ", "one"),
        (' <a title="> [[two]]">x</a> [[one]] ', "three"),
        (" ", "two"),
        ("</p>", None),
        ("", "four"),
    ]
