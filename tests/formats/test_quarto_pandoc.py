"""Pandoc sees the same tree of divs, headings and lists as the reader does."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pypandoc
import pytest

from formats import quarto
from formats.quarto.blocks import Block, outline, read_blocks

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((Path(__file__).parent / "samples").glob("quarto-*"))
SEED = ROOT / "seed" / "content" / "vanishing-gradients.qmd"

Tree = list[tuple[str, Any]]


def body(text: str) -> str:
    """The file without its front matter."""
    return text.split("---\n", 2)[2]


def our_tree(blocks: Sequence[Block]) -> Tree:
    return [node for block in blocks for node in our_nodes(block)]


def our_nodes(block: Block) -> Iterator[tuple[str, Any]]:
    if block.kind == "div":
        yield "div", our_tree(outline(block.inside))
    elif block.kind == "heading":
        yield "heading", len(block.markup)
    elif block.kind in ("ordered_list", "bullet_list"):
        yield block.kind, [our_tree(outline(item.inside)) for item in outline(block.inside)]
    elif block.kind == "blockquote":
        yield "quote", our_tree(outline(block.inside))
    elif block.kind == "fence":
        yield "code", None


def pandoc_tree(blocks: Sequence[Any]) -> Tree:
    return [node for block in blocks for node in pandoc_nodes(block["t"], block.get("c"))]


def pandoc_nodes(kind: str, content: Any) -> Iterator[tuple[str, Any]]:
    if kind == "Div":
        yield "div", pandoc_tree(content[1])
    elif kind == "Header":
        yield "heading", content[0]
    elif kind == "OrderedList":
        yield "ordered_list", [pandoc_tree(item) for item in content[1]]
    elif kind == "BulletList":
        yield "bullet_list", [pandoc_tree(item) for item in content]
    elif kind == "BlockQuote":
        yield "quote", pandoc_tree(content)
    elif kind == "CodeBlock":
        yield "code", None


@pytest.mark.parametrize("path", [SEED, *SAMPLES], ids=lambda path: path.name)
def test_pandoc_agrees_on_every_sample_and_on_what_is_written(path: Path) -> None:
    data = path.read_bytes()
    (parsed,) = quarto.parse(data)
    assert parsed.draft is not None
    for text in (data.decode(), quarto.render(parsed.draft).decode()):
        agree(body(text))


@pytest.mark.parametrize(
    "text",
    [
        "::: a\n\n::: b\n\n:::\n\n:::\n\n:::",
        "::::: {.a}\n::: b\ntext\n:::::\n:::",
        "::: {.a\n  b='c'}\n```\n:::\n```\n\n> quote\n:::\n\n# After",
        "Text\n::: {.a}\nnot a div\n:::",
        "::: {.a}\n* item\n:::\n\n1. x\n\n   ::: b\n   inside\n   :::\n\n2. y",
        "::: a :::\n1. x\n1. y\n:::\n\n1) x\n\n1. y",
    ],
)
def test_pandoc_agrees_on_divs(text: str) -> None:
    agree(text)


def agree(text: str) -> None:
    document = json.loads(pypandoc.convert_text(text, "json", "markdown"))
    assert our_tree(read_blocks(text.split("\n"))) == pandoc_tree(document["blocks"])
