"""Which language a reader gets, as a table of headers."""

from itertools import permutations

import pytest

from domain.languages import LONGEST_WISH, Wish, canonical, wish_of

THERE = ("de", "en", "fr", "pt-BR", "zh-Hant-TW")
# What a header gets of these, English being the source.
CHOICES = {
    "": "en",
    "de": "de",
    "DE": "de",
    "de-CH": "de",
    "de-CH-1996": "de",
    "de-x-private": "de",
    "de;q=0.5": "de",
    "de ; q=0.5 , fr ; q=0.8": "fr",
    "fr, de": "fr",
    "de;q=0.5, fr;q=0.5": "de",
    "it, de;q=0.1": "de",
    "it": "en",
    "it, ja;q=0.5": "en",
    "pt": "pt-BR",
    "pt-PT, de;q=0.5": "de",
    "pt-br": "pt-BR",
    "zh-hant": "zh-Hant-TW",
    "zh-Hant-TW-x-private": "zh-Hant-TW",
    "d": "en",
    "deu": "en",
    "en, de;q=0.9": "en",
    "en-GB, de;q=0.9": "en",
    "*": "en",
    "*, de;q=0.5": "en",
    "de, *;q=0.5": "de",
    "it, *;q=0.5, de;q=0.4": "en",
    "de;q=0": "en",
    "de-CH, de;q=0": "en",
    "en;q=0, de;q=0.1": "de",
    "de;q=0, fr;q=0.001": "fr",
    "de;q=nonsense, fr;q=0.1": "fr",
    "de;q=1.5, fr;q=0.1": "fr",
    "de;q=nan, fr;q=0.1": "fr",
    "de;q=-1": "en",
    "de;level=1, fr;q=0.1": "fr",
    "de;q=1.000": "de",
    "de;q=1.0001, fr;q=0.1": "fr",
    ",,, de": "de",
    "de_DE": "en",
    "\xff\x00, de": "de",
    ";;;===,": "en",
    "de\r\nX: y": "en",
}


@pytest.mark.parametrize(("header", "language"), CHOICES.items())
def test_a_reader_gets_the_favourite_that_is_there(header: str, language: str) -> None:
    wish = wish_of(header)
    for there in (THERE, THERE[::-1]):
        assert wish.choice(there, "en") == language


@pytest.mark.parametrize("header", ["de-CH, fr;q=0.9, en;q=0.8", "fr, de, en", "pt, de;q=0.3"])
def test_the_order_of_two_languages_does_not_depend_on_others(header: str) -> None:
    """So that one list of what there is tells apart the answers to all headers."""
    wish = wish_of(header)
    everything = wish.ranked(THERE)
    for count in range(len(THERE) + 1):
        for some in permutations(THERE, count):
            assert wish.ranked(some) == tuple(tag for tag in everything if tag in some)


def test_a_long_header_is_read_to_its_bound() -> None:
    behind = ",".join(["it"] * LONGEST_WISH) + ",de"
    assert wish_of(behind) == Wish(("it",))
    assert len(wish_of(",".join(f"a{n}" for n in range(10**5))).ranges) <= LONGEST_WISH


@pytest.mark.parametrize(
    "tag", ["de", "de-CH", "zh-Hant-TW", "sl-rozaj", "de-CH-1996", "es-419", "i-klingon"]
)
def test_a_tag_is_the_same_in_any_case(tag: str) -> None:
    assert {canonical(tag.lower()), canonical(tag.upper()), canonical(tag)} == {tag}
