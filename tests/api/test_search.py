"""Full-text search: the same answers on both engines, whatever is typed."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.questions import AnswerKey, Explanation, Option, Reference
from models.search import words
from tests.factories import Bank

FIRST = AnswerKey(frozenset({1}))

LIBRARY = {
    "tanh": ("Activation functions", "What does *tanh* do to gradients?", "It saturates"),
    "relu": ("Naïve ReLU", "Pick a use of C++ or naive Bayes.", "Straße and Øre"),
    "greek": ("Σίσυφος", "βράχος of Sisyphus", "ΒΡΆΧΟΣ"),
    "numbers": ("Version 3.14", "Is 1e5 equal to 100000 or 2nd to none?", "x86_64"),
    "markup": ("Code `a && b`", "A [link](https://example.org/path) and $x^2$", "a|b !c"),
}

QUERIES: list[tuple[str, set[str]]] = [
    ("gradients", {"tanh"}),
    ("grad", {"tanh"}),
    ("radients", set()),
    ("GRADIENTS Tanh", {"tanh"}),
    ("tanh gradients saturates", {"tanh"}),
    ("tanh relu", set()),
    ("naive", {"relu"}),
    ("naïve", {"relu"}),
    ("NAÏVE", {"relu"}),
    ("nai\u0308ve", {"relu"}),
    ("strasse", {"relu"}),
    ("STRASSE", {"relu"}),
    ("straße", {"relu"}),
    ("ørE", {"relu"}),
    ("c++", {"relu", "markup"}),
    ("σισυφος", {"greek"}),
    ("ΣΊΣΥΦΟΣ", {"greek"}),
    ("βράχος", {"greek"}),
    ("3.14", {"numbers"}),
    ("1e5", {"numbers"}),
    ("x86 64", {"numbers"}),
    ("x86_64", {"numbers"}),
    ("2n", {"numbers"}),
    ("x^2", {"markup", "numbers"}),
    ("example.org/path", {"markup"}),
    ("tanh OR relu", set()),
    ("NOT tanh", set()),
    ("tanh NOT", set()),
    ("gradients NEAR tanh", set()),
    ("title:tanh", set()),
    ('"tanh"', {"tanh"}),
    ('"', set()),
    ("'", set()),
    ("''tanh''", {"tanh"}),
    ("tanh*", {"tanh"}),
    ("*", set()),
    ("^tanh", {"tanh"}),
    ("tanh & gradients", {"tanh"}),
    ("tanh | relu", set()),
    ("!tanh", {"tanh"}),
    ("tanh:*", {"tanh"}),
    ("tanh:AB", set()),
    ("(tanh", {"tanh"}),
    ("tanh\\", {"tanh"}),
    ("tanh; DROP TABLE question", set()),
    ("{tanh}", {"tanh"}),
    ("-tanh", {"tanh"}),
    ("<-> tanh", {"tanh"}),
    ("%", set()),
    ("_", set()),
    ("   ", set()),
    ("🜁", set()),
]


def found(client: TestClient, text: str) -> list[str]:
    """The slugs that a search finds, best match first."""
    answer = client.get("/v1/questions", params={"q": text, "limit": 200})
    assert answer.status_code == 200, answer.text
    return [item["slug"] for item in answer.json()["items"]]


@pytest.fixture
def library(bank: Bank) -> None:
    for slug, (title, prompt, option) in LIBRARY.items():
        bank.publish(
            slug=slug,
            title=title,
            prompt=prompt,
            options=(Option(option), Option("Other")),
            key=FIRST,
        )


@pytest.mark.usefixtures("library")
def test_words_begin_words_and_nothing_is_an_operator(client: TestClient) -> None:
    assert {text: set(found(client, text)) for text, _ in QUERIES} == dict(QUERIES)


def test_titles_weigh_more_than_prompts_and_prompts_more_than_options(
    client: TestClient, bank: Bank
) -> None:
    """Each text has the same words but for one, so that only its place differs."""
    plain: dict[str, Any] = {"title": "one two", "prompt": "one two", "key": FIRST}
    options = (Option("one two"), Option("three"))
    bank.publish(slug="in-options", **plain, options=(Option("one whale"), Option("three")))
    bank.publish(slug="in-title", **(plain | {"title": "one whale"}), options=options)
    bank.publish(slug="in-prompt", **(plain | {"prompt": "one whale"}), options=options)
    assert found(client, "whale") == ["in-title", "in-prompt", "in-options"]


def test_a_stated_order_wins_over_the_rank(client: TestClient, bank: Bank) -> None:
    bank.publish(slug="b", title="B", prompt="whale")
    bank.publish(slug="a", title="A whale", prompt="none")
    answer = client.get("/v1/questions?q=whale&sort=-published_at").json()
    assert [item["slug"] for item in answer["items"]] == ["a", "b"]


@pytest.mark.parametrize("secret", ["xylophone", "quagga", "numbat", "okapi", "ibex", "axolotl"])
def test_what_is_secret_cannot_be_searched_for(client: TestClient, bank: Bank, secret: str) -> None:
    bank.publish(
        explanation=Explanation(
            "A xylophone.", (Reference("Quagga", "https://numbat.example", "okapi", "ibex"),)
        ),
        options=(Option("Rhine", feedback="An axolotl."), Option("Danube")),
        key=FIRST,
    )
    assert found(client, "rhine") == ["rivers"]
    for secret in ("xylophone", "quagga", "numbat", "okapi", "ibex", "axolotl"):
        assert found(client, secret) == []


def test_a_new_version_is_found_by_its_own_words_only(client: TestClient, bank: Bank) -> None:
    bank.publish(title="Glaciers")
    bank.publish(title="Icebergs")
    assert (found(client, "glaciers"), found(client, "icebergs")) == ([], ["rivers"])
    bank.revise(title="Snowfields")
    assert (found(client, "snowfields"), found(client, "icebergs")) == ([], ["rivers"])
    bank.retire("rivers")
    assert found(client, "icebergs") == []


def test_of_many_hits_the_newest_are_ranked(
    client: TestClient, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.search.MOST_HITS", 3)
    bank.publish(slug="oldest", title="Whale", tags=("x",))
    for slug in "abc":
        bank.publish(slug=slug, title=f"Title {slug}", prompt="A whale?", tags=("y",))
    assert set(found(client, "whale")) == {"a", "b", "c"}
    page = client.get("/v1/questions?q=whale&sort=title&include=total")
    assert [item["slug"] for item in page.json()["items"]] == ["a", "b", "c"]
    assert page.json()["total"] == 3
    answer = client.get("/v1/questions?q=whale&tag=x").json()
    assert [item["slug"] for item in answer["items"]] == ["oldest"], "filters come first"


def test_beginnings_of_words_count_as_whole_words_do(
    client: TestClient, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.search.MOST_HITS", 2)
    for slug, word in {"a": "whale", "b": "whale", "c": "whales"}.items():
        bank.publish(slug=slug, title=f"One {word}")
    assert set(found(client, "whale")) == {"b", "c"}
    assert set(found(client, "whal")) == {"b", "c"}


def test_what_comes_and_goes_meanwhile_moves_no_hit(
    client: TestClient, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.search.MOST_HITS", 4)
    bank.publish(slug="a", prompt="Which?", options=(Option("Whale"), Option("Other")), key=FIRST)
    for slug in "bcd":
        bank.publish(slug=slug, title=f"Title {slug}", prompt="A whale?")
    first = client.get("/v1/questions?q=whale&limit=2").json()
    query = {"q": "whale", "limit": 2, "cursor": first["next_cursor"]}
    bank.publish(slug="best", title="Whale")
    rest = client.get("/v1/questions", params=query).json()
    assert sorted(item["slug"] for item in first["items"] + rest["items"]) == ["a", "b", "c", "d"]
    bank.retire(first["items"][-1]["slug"])
    assert client.get("/v1/questions", params=query).json() == rest


WORDS = {
    slug: words(" ".join((title, prompt, option, "Other")))
    for slug, (title, prompt, option) in LIBRARY.items()
}
TYPED = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)
OWN_WORDS = st.sampled_from(sorted({word[:4] for some in WORDS.values() for word in some}))
same_database = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@same_database
@given(st.lists(TYPED | OWN_WORDS, min_size=1, max_size=3).map(" ".join))
@pytest.mark.usefixtures("library")
def test_both_engines_do_what_the_rule_says(client: TestClient, text: str) -> None:
    wanted = words(text)
    expected = {
        slug
        for slug, said in WORDS.items()
        if wanted and all(any(word.startswith(start) for word in said) for start in wanted)
    }
    assert set(found(client, text)) == expected


@same_database
@given(TYPED.filter(str.strip))
def test_whatever_a_title_says_finds_it(client: TestClient, bank: Bank, title: str) -> None:
    bank.publish(title=title)
    for word in words(title):
        assert found(client, word) == ["rivers"]
