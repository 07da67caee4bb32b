"""Writing questions on the admin pages: nothing that is typed is lost, and nothing else changes."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from lxml import html

from tests.api.admin.desk import Desk, desk
from tests.api.admin.editing import (
    LIST,
    Editor,
    invalid_fields,
    questions_of_all_kinds,
    text_of,
    told_at,
)
from tests.api.authors import RIVERS, Person, person
from tests.factories import Bank

FULL: dict[str, Any] = {
    "kind": "multiple_response",
    "title": "All there is",
    "prompt": "\n\nWhich of <these> & those?\n",
    "options": [
        {"text": "one", "feedback": "unlike {option:2}", "pinned": True},
        {"text": "two  \n\n- a list"},
        {"text": "three"},
    ],
    "key": [2, 3],
    "explanation": "{option:1} is it.",
    "references": [{"title": "R", "url": "https://example.org", "note": "n", "lead": "l"}],
    "hints": ["vague", "plain\n\ntext"],
    "combinations": [{"picked": [1, 2], "text": "Both?"}],
    "tests": [{"response": {"selected": [2, 3]}, "score": "1"}],
    "scoring": {
        "rule": "mapping",
        "max_points": "1/3",
        "values": {"options": [None, "1/2", "0.5"], "default": "-1/3", "lower": None},
    },
    "release": "score_only",
    "shuffle": True,
    "tags": ["a, b", "c"],
    "difficulty": 0.123456789,
    "language": "de-CH",
    "date": "2026-11-24",
    "external_id": "x 1",
    "extra": {"own": [1, {"deep": None}]},
}
PENALTY: dict[str, Any] = {**RIVERS, "scoring": {"rule": "negative_marking(penalty=1/3,floor=0)"}}
TEXTS: dict[str, Any] = {
    "kind": "short_text",
    "title": "T",
    "prompt": "p",
    "answer": {"accept": ["a", {"text": "b", "score": "1/2"}], "patterns": ["c+", "d"],
               "case": True, "accents": False, "whitespace": True, "punctuation": False,
               "form": "NFKC"},
}  # fmt: skip
RELATIVE: dict[str, Any] = {
    "kind": "numeric",
    "title": "N",
    "prompt": "p",
    "answer": {"value": "1/3", "significant_figures": 3},
}
ORDER: dict[str, Any] = {
    "kind": "ordering",
    "title": "O",
    "prompt": "p",
    "options": [{"text": text} for text in "abcd"],
    "answer": {"alike": [[2, 3]]},
}


@pytest.fixture
def admin(client: TestClient, bank: Bank) -> Desk:
    """An admin at the pages."""
    return desk(client, bank)


@pytest.fixture
def author(client: TestClient, bank: Bank) -> Person:
    """An admin at the API."""
    return person(client, bank)


def test_saving_what_was_not_touched_changes_nothing_in_any_kind(
    admin: Desk, author: Person
) -> None:
    said = list(questions_of_all_kinds())
    others = [FULL, PENALTY, TEXTS, RELATIVE, ORDER]
    said += [{**one, "slug": f"other-{n}"} for n, one in enumerate(others)]
    for one in said:
        slug = one.pop("slug")
        assert author.put(slug, one, {"If-None-Match": "*"}).status_code == 201
        before = author.read(slug)
        answer = Editor.open(admin, slug).send()
        assert answer.status_code == 303, (slug, text_of(answer))
        assert author.read(slug) == before, slug


def test_a_question_is_written_from_nothing(admin: Desk, author: Person) -> None:
    form = Editor.open(admin).type(slug="new", title="Even", prompt="Which are even?")
    form.put("option-text", 0, "2").put("option-text", 1, "3").put("option-text", 2, "4")
    form.type(key=[form.fields["row"][0], form.fields["row"][2]], tags="a\n b \n\n")
    answer = form.send()
    said = author.read("new")
    assert answer.headers["Location"] == f"{LIST}/{said['id']}"
    assert [one["text"] for one in said["options"]] == ["2", "3", "4"]
    assert said["key"] == [said["options"][0]["id"], said["options"][2]["id"]]
    assert (said["tags"], said["problems"]) == (["a", "b"], [])
    assert "Saved as version 1." in admin.told()
    assert admin.get(f"{LIST}/{said['id']}/edit").status_code == 200


def test_rows_are_added_moved_and_removed_without_script(admin: Desk, author: Person) -> None:
    author.create()
    form = Editor.open(admin, "rivers")
    right = set(form.fields["key"])
    form = form.put("option-text", 0, "The Rhine!").press("down option 0")
    assert form.fields["option-text"][:2] == ["The Danube", "The Rhine!"]
    assert set(form.fields["key"]) == right
    form = form.press("add option").put("option-text", 4, "The Po").press("remove option 0")
    form = form.press("add hint").put("hint", 0, "Look north.").press("add hint")
    form = form.press("up hint 1").press("up option 0").press("remove option 99").press("no such")
    assert form.fields["hint"] == ["", "Look north."]
    assert form.send().status_code == 303
    said = author.read()
    assert [one["text"] for one in said["options"]] == [
        "The Rhine!", "The Elbe", "The Rhône", "The Po",
    ]  # fmt: skip
    assert said["key"] == [said["options"][0]["id"], said["options"][1]["id"]]
    assert said["hints"] == ["Look north."]


def test_pairs_follow_their_rows(admin: Desk, author: Person) -> None:
    form = (
        Editor.open(admin).type(slug="capitals", kind="matching", title="Capitals").press("refresh")
    )
    premises, targets = form.fields["row"][:4], form.fields["row"][4:]
    for place, text in enumerate(["France", "Italy", "", "", "Rome", "Paris"]):
        form.put("option-text", place, text)
    form.fields[f"pair-{premises[0]}"] = [targets[1]]
    form.fields[f"pair-{premises[1]}"] = [targets[0]]
    form = form.press("down option 4").press("down option 3")
    assert form.send().status_code == 303
    said = author.read("capitals")
    assert [one["text"] for one in said["options"]] == ["France", "Italy", "Paris", "Rome"]
    assert said["answer"] == {"pairs": [1, 2]}


FAULTS: list[tuple[str, dict[str, str], str]] = [
    ("rivers", {"difficulty": "hard"}, "difficulty"),
    ("rivers", {"date": "2026-13-01"}, "date"),
    ("rivers", {"language": ""}, "language"),
    ("rivers", {"max_points": "0"}, "max_points"),
    ("rivers", {"oracle_budget": "1.5"}, "oracle_budget"),
    ("rivers", {"tests": "[{"}, "tests"),
    ("rivers", {"combinations": '{"a": 1}'}, "combinations"),
    ("rivers", {"extra": "[1]"}, "extra"),
    ("rivers", {"tags": "a\na"}, "tags"),
    ("rivers", {"title": "x" * 501}, "title"),
    ("rivers", {"kind": "quiz"}, "kind"),
    ("numeric", {"value": "fast"}, "value"),
    ("numeric", {"margin": "tolerance", "margin-size": "-1"}, "margin-size"),
    ("cloze", {"answer": '{"blanks": {}}'}, "answer"),
    ("ordering", {"alike": "2 to 3"}, "alike"),
]


def test_a_failed_save_returns_everything_as_it_was_typed(admin: Desk, author: Person) -> None:
    author.create()
    for one in questions_of_all_kinds():
        if one["slug"] in {"numeric", "cloze", "ordering"}:
            author.put(one.pop("slug"), one, {"If-None-Match": "*"})
    for slug, changes, field in FAULTS:
        form = Editor.open(admin, slug)
        form.fields |= {name: [text] for name, text in changes.items()}
        form.type(explanation="typed\n\nwith care")
        answer = form.send()
        assert answer.status_code == 422, (changes, text_of(answer))
        assert invalid_fields(answer) == [field], changes
        assert told_at(answer, field), changes
        back = Editor.of(admin, answer)
        if "kind" not in changes:
            assert back.fields == form.fields, changes
    assert author.read()["version"] == 1


def test_the_slug_of_a_new_question_is_told_at_its_field(admin: Desk, author: Person) -> None:
    author.create()
    for slug in ("rivers", "Bad Slug", "", "random"):
        answer = Editor.open(admin).type(slug=slug, title="T").send()
        assert answer.status_code in {412, 422}, slug
        assert invalid_fields(answer) == ["slug"], slug


def test_what_is_missing_is_told_at_its_field_and_saved_all_the_same(
    admin: Desk, author: Person
) -> None:
    author.create()
    form = Editor.open(admin, "rivers").type(prompt="", explanation="$$x", key=[])
    page = form.send("preview")
    assert "The question has no stem." in told_at(page, "prompt")
    assert invalid_fields(page) == []
    form.type(prompt="Which?")
    page = form.send("preview")
    assert "A formula in the explanation" in told_at(page, "explanation")
    assert "No option is right." in told_at(page, "options")
    assert form.type(prompt="").send().status_code == 303
    assert "one thing is to be mended" in admin.told()
    assert author.read()["prompt"] == ""


def test_of_two_editors_the_second_is_told_and_loses_nothing(admin: Desk, author: Person) -> None:
    author.create()
    mine, theirs = Editor.open(admin, "rivers"), Editor.open(admin, "rivers")
    assert theirs.type(title="Rivers of the continent").send().status_code == 303
    mine.type(title="Streams of Europe", explanation="Mine.")
    answer = mine.send()
    assert answer.status_code == 412
    assert author.read()["title"] == "Rivers of the continent"
    deleted = html.fromstring(answer.text).xpath("//del")
    inserted = html.fromstring(answer.text).xpath("//ins")
    assert any("Rivers of the continent" in one.text_content() for one in deleted)
    assert any("Streams of Europe" in one.text_content() for one in inserted)
    back = Editor.of(admin, answer)
    assert {**back.fields, "etag": []} == {**mine.fields, "etag": []}
    assert back.send().status_code == 303
    assert (author.read()["title"], author.read()["explanation"]) == ("Streams of Europe", "Mine.")


def test_a_save_without_a_state_is_refused(admin: Desk, author: Person) -> None:
    author.create()
    form = Editor.open(admin, "rivers").type(title="Changed", etag="")
    assert form.send().status_code == 412
    assert author.read()["title"] == "Rivers of Europe"


def test_options_that_may_be_others_are_asked_about(
    admin: Desk, author: Person, bank: Bank
) -> None:
    bank.publish()
    before = {one["text"]: one["id"] for one in author.read()["options"]}
    form = Editor.open(admin, "rivers")
    form.put("option-text", 1, "The Seine").put("option-text", 3, "Something else")
    answer = form.send()
    assert answer.status_code == 409
    asking = Editor.of(admin, answer)
    rows = [form.fields["row"][1], form.fields["row"][3]]
    assert [f"same-{row}" in asking.fields for row in form.fields["row"]] == [
        False, True, False, True,
    ]  # fmt: skip
    assert all("Which old option" in told_at(answer, f"option-text-{row}") for row in rows)
    unanswered = asking.send()
    assert unanswered.status_code == 422
    assert "Say whether" in told_at(unanswered, f"option-text-{rows[0]}")
    asking.fields[f"same-{rows[0]}"] = [before["The Danube"]]
    asking.fields[f"same-{rows[1]}"] = ["new"]
    assert asking.send().status_code == 303
    ids = {one["text"]: one["id"] for one in author.read()["options"]}
    assert ids["The Seine"] == before["The Danube"]
    assert ids["The Rhine"] == before["The Rhine"]
    assert ids["Something else"] not in before.values()


def test_the_preview_shows_what_is_typed(admin: Desk, author: Person) -> None:
    author.create()
    form = Editor.open(admin, "rivers").type(prompt="Is $x^2$ **even**?", difficulty="hard")
    page = admin.post(f"{LIST}/preview", **form.fields)
    assert page.status_code == 200
    assert '<span class="math inline">x^2</span>' in page.text.replace("&nbsp;", " ")
    assert "<strong>even</strong>" in page.text
    assert "Black Sea" not in page.text
    assert "right: to be picked" not in page.text
    assert "Write a number" in told_at(page, "difficulty")
    shown = admin.post(f"{LIST}/preview", **form.fields, show_key="on")
    assert shown.text.count("right: to be picked") == 2
    assert "Black Sea" in shown.text


PAYLOAD = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{31*37*41}}[a](javascript:alert(1))"
)


def test_texts_stay_texts_wherever_they_are_shown(admin: Desk, author: Person) -> None:
    texts = dict.fromkeys(("title", "prompt", "explanation", "external_id"), PAYLOAD)
    said = {
        **RIVERS, **texts, "tags": [PAYLOAD], "hints": [PAYLOAD], "language": "x-<b>'\"",
        "options": [{"text": PAYLOAD, "feedback": PAYLOAD}, {"text": PAYLOAD + "2"}], "key": [1],
        "references": [{"title": PAYLOAD, "url": "javascript:alert(1)", "note": PAYLOAD,
                        "lead": PAYLOAD}],
        "extra": {PAYLOAD: PAYLOAD},
        "combinations": [{"picked": [1], "text": PAYLOAD}],
    }  # fmt: skip
    author.create(options=said["options"], key=[1])
    assert author.post("/rivers/publish").status_code == 200
    assert author.put("rivers", said).status_code == 200
    form = Editor.open(admin, "rivers")
    everything = {name: [PAYLOAD] * len(values) for name, values in form.fields.items()}
    pages = [
        admin.get(LIST), admin.get(f"{LIST}/rivers"), admin.get(f"{LIST}/rivers/edit"),
        admin.get(f"{LIST}/rivers/history"), admin.get(LIST, q=PAYLOAD, tag=PAYLOAD),
        admin.post(f"{LIST}/preview", **form.fields, show_key="on"),
        admin.post(f"{LIST}/rivers/edit", **{**everything, "csrf": admin.csrf, "do": "save"}),
        admin.post(f"{LIST}/new", **{**everything, "csrf": admin.csrf, "do": "preview"}),
    ]  # fmt: skip
    for page in pages:
        assert page.status_code in {200, 412, 422}, page.text
        tree = html.fromstring(page.text)
        assert not tree.xpath("//script[not(@src)]"), page.url
        assert not tree.xpath("//@*[starts-with(name(), 'on')]"), page.url
        assert not tree.xpath("//@href[starts-with(., 'javascript:')]"), page.url
        assert "47027" not in text_of(page), page.url
