"""Which questions count as nearly the same, and how surely they are found."""

import random

import pytest

from domain.likeness import ALIKE, bands, shingles, similarity

RIVERS = [
    "Which of these rivers reach the **North Sea**? Think of where each of them ends.",
    "The Rhine",
    "The Danube",
    "The Elbe",
    "The Rhône",
]
WIDE = {letter: letter + 0xFEE0 for letter in range(0x21, 0x7F)}  # as Chinese fonts have them
NEARLY = {
    "the same": RIVERS,
    "other order": [RIVERS[0], *RIVERS[:0:-1]],
    "other case and marks": [text.upper().replace("?", " ?\n\n") for text in RIVERS],
    "one word": [RIVERS[0].replace("Think", "Reflect"), *RIVERS[1:]],
    "one option more": [*RIVERS, "The Po"],
    "wide letters": [text.translate(WIDE) for text in RIVERS],
}
BANDS_OF_SO = (
    6692271961685958980,
    -5724043587135646328,
    751874689153817492,
    -954586763968740007,
    6624321823490084718,
    6996672384151181236,
)
OTHER = {
    "other options": [RIVERS[0], "Mainz", "Ulm an der Donau", "Hamburg or Dresden", "Lyon"],
    "other stem": [
        "In which of these waters does the sturgeon still live, as far as anybody knows?",
        *RIVERS[1:],
    ],
    "nothing in common": ["What is a lake?", "Water", "Land"],
}


@pytest.mark.parametrize("texts", NEARLY.values(), ids=NEARLY)
def test_small_changes_leave_a_question_nearly_the_same(texts: list[str]) -> None:
    assert similarity(shingles(RIVERS), shingles(texts)) >= ALIKE


@pytest.mark.parametrize("texts", OTHER.values(), ids=OTHER)
def test_stem_and_options_count_both(texts: list[str]) -> None:
    assert similarity(shingles(RIVERS), shingles(texts)) < ALIKE


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("哪些河流流入北海 请想想它们的终点在哪里", "哪些河流流入北海 请想想它的终点在哪里", True),
        ("哪些河流流入北海", "水在几度沸腾", False),
        ("แม่น้ำสายใดไหลลงสู่ทะเลเหนือ", "แม่น้ำสายใดไหลสู่ทะเลเหนือ", True),
        ("Какие реки впадают в Северное море?", "какие реки впадают в «северное» море", True),
        ("3 + 4", "3 - 4", True),  # signs are no words
        ("3 + 4", "5 + 6", False),
    ],
)  # fmt: skip
def test_every_script_has_words(one: str, other: str, is_alike: bool) -> None:
    assert (similarity(shingles([one]), shingles([other])) >= ALIKE) is is_alike


def test_the_numbers_are_the_same_on_every_machine() -> None:
    assert bands(shingles(["Is it so?", "Yes", "No"])) == BANDS_OF_SO


def test_without_words_nothing_is_like_it() -> None:
    assert bands(shingles(["?", " "])) == ()
    assert similarity(shingles([]), shingles([])) == 0


@pytest.mark.parametrize(
    ("share", "least", "most"), [(0.9, 0.97, 1), (0.75, 0.85, 1), (0.1, 0, 0.08)]
)
def test_bands_find_as_many_as_the_formula_says(share: float, least: float, most: float) -> None:
    chance, found, tries = random.Random(7), 0, 600  # noqa: S311 -- no secret
    for number in range(tries):
        size = chance.randint(30, 80)
        shared = round(2 * size * share / (1 + share))
        common = [f"c{number}w{place}" for place in range(shared)]
        sides = (
            [*common, *(f"{side}{number}w{place}" for place in range(size - shared))]
            for side in "ab"
        )
        one, other = (frozenset((word, "") for word in side) for side in sides)
        found += bool({*bands(one)} & {*bands(other)})
    assert least <= found / tries <= most
