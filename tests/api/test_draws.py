"""Questions drawn at random, repeatably."""

from collections import Counter
from itertools import combinations

import pytest
from fastapi.testclient import TestClient

from domain.ordering import draw
from tests.factories import Bank

SEEDS = 4000
CHI_SQUARE_9_999 = 27.88  # 9 degrees of freedom: exceeded by chance once in a thousand times


def drawn(client: TestClient, query: str) -> list[str]:
    answer = client.get(f"/v1/questions/random?{query}")
    assert answer.status_code == 200, answer.text
    return [item["slug"] for item in answer.json()["items"]]


def test_a_seed_repeats_its_draw(client: TestClient, shelf: list[str]) -> None:
    first = client.get("/v1/questions/random?seed=S&count=5")
    assert first.json()["seed"] == "S"
    assert first.content == client.get("/v1/questions/random?seed=S&count=5").content
    draws = {tuple(drawn(client, f"seed={seed}&count=5")) for seed in range(10)}
    assert len(draws) == 10
    assert all(len(set(slugs)) == 5 for slugs in draws)


def test_a_draw_without_seed_tells_the_one_it_made_up(client: TestClient, shelf: list[str]) -> None:
    first = client.get("/v1/questions/random?count=5")
    assert first.headers["Cache-Control"] == "no-store"
    again = client.get(f"/v1/questions/random?count=5&seed={first.json()['seed']}")
    assert again.json() == first.json()
    assert client.get("/v1/questions/random?count=5").json()["seed"] != first.json()["seed"]


def test_one_is_drawn_unless_said_otherwise_and_never_more_than_there_are(
    client: TestClient, shelf: list[str]
) -> None:
    assert len(drawn(client, "")) == 1
    assert sorted(drawn(client, "count=100")) == shelf


def test_excluded_questions_are_not_drawn(client: TestClient, shelf: list[str]) -> None:
    id_ = client.get("/v1/questions/q07").json()["id"]
    assert sorted(drawn(client, f"count=100&exclude=q03&exclude={id_}&exclude=absent")) == [
        slug for slug in shelf if slug not in {"q03", "q07"}
    ]


@pytest.mark.parametrize(("count", "status"), [(0, 422), (1, 200), (100, 200), (101, 422)])
def test_a_draw_has_bounds(client: TestClient, bank: Bank, count: int, status: int) -> None:
    bank.publish()
    assert client.get(f"/v1/questions/random?count={count}").status_code == status


def test_every_set_of_questions_is_equally_likely() -> None:
    """Pearson's chi-square over the ten ways to draw two of five."""
    expected = {frozenset(pair) for pair in combinations("abcde", 2)}
    counted = Counter(frozenset(draw("abcde", 2, str(seed))) for seed in range(SEEDS))
    assert counted.keys() == expected
    mean = SEEDS / len(expected)
    chi_square = sum((count - mean) ** 2 / mean for count in counted.values())
    assert chi_square < CHI_SQUARE_9_999
