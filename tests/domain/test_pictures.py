"""Where texts show pictures, and where they only speak of them."""

import pytest

from domain.pictures import map_addresses, map_pictures, names_in, pictures_of
from domain.questions import Combination, Explanation, Option
from tests.cpu import soon
from tests.factories import draft

NAME = f"{'0a' * 32}.png"


@pytest.mark.parametrize(
    ("text", "mapped"),
    [
        ("![a](b.png)", "![a](X)"),
        ("![](b.png)", "![](X)"),
        ("![a](<b c.png> 'title')", "![a](X 'title')"),
        ('![a](b(1).png "title"){width=5}', '![a](X "title"){width=5}'),
        ("![a [b] c](d.png)", "![a [b] c](X)"),
        ("[![a](b.png)](https://example.org)", "[![a](X)](https://example.org)"),
        ("![a][r]\n\n[r]: b.png", "![a][r]\n\n[r]: X"),
        ('<img alt="a" src="b c.png">', '<img alt="a" src="X">'),
        ("<IMG SRC='b.png'/>", "<IMG SRC='X'/>"),
        ("`![a](b.png)` ![c](d.png)", "`![a](b.png)` ![c](X)"),
        ("`` ` ![a](b) `` ![a](c)", "`` ` ![a](b) `` ![a](X)"),
        ("```\n![a](b)\n```\n![a](b)", "```\n![a](b)\n```\n![a](X)"),
        ("- ~~~\n  ![a](b)\n  ~~~\n![a](b)", "- ~~~\n  ![a](b)\n  ~~~\n![a](X)"),
        ("a ``` b ![c](d)", "a ``` b ![c](X)"),
        ("<!-- ![a](b) --> ![a](b)", "<!-- ![a](b) --> ![a](X)"),
        ("\\![a](b)", "\\![a](b)"),
        ("[a](b.png)", "[a](b.png)"),
        ("![a](b c.png)", "![a](b c.png)"),
    ],
)
def test_pictures_are_found_and_code_is_left_alone(text: str, mapped: str) -> None:
    assert map_addresses(text, lambda _: "X") == mapped


@pytest.mark.parametrize(
    "part",
    ["![", "`", "`a", "![a](", "<img ", "<img a", "![a]((", "``a`", "~~~", "<!--", "\\", "[a",
     "()", "``\n", "\n[a]: b", "> ", "\n", "![a](b", "<img src='", "[a]: b.png"],
)  # fmt: skip
def test_a_text_that_never_ends_is_read_in_time(part: str) -> None:
    with soon(5):
        map_addresses("![" + part * (200_000 // len(part)), lambda _: "X")


def test_each_text_of_a_draft_is_mapped_and_told_its_place() -> None:
    shown = f"![a](media/{NAME})"
    said = draft(
        prompt=shown,
        options=(Option(shown, feedback=shown), Option("Plain")),
        explanation=Explanation(shown),
        hints=(shown,),
        combinations=(Combination(frozenset({1}), shown),),
    )
    places: list[str] = []

    def new(place: str, _: str) -> str:
        places.append(place)
        return "b.png"

    mapped = map_pictures(said, new)
    assert places == [
        "/prompt", "/options/1/text", "/options/1/feedback", "/explanation", "/hints/1",
        "/combinations/1",
    ]  # fmt: skip
    assert pictures_of(said) == {NAME: "/prompt"}
    assert pictures_of(mapped) == {}
    assert mapped.combinations[0].text == mapped.hints[0] == "![a](b.png)"


def test_only_names_of_stored_pictures_are_names() -> None:
    assert list(names_in(f"![](media/{NAME}) ![](/v1/media/{NAME})")) == [NAME, NAME]
    for other in (NAME.upper(), f"{NAME}x", NAME[1:], f"{NAME}/../x", NAME.replace("png", "exe")):
        assert list(names_in(f"![](media/{other})")) == []
