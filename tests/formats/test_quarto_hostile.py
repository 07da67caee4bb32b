"""Whatever the bytes, the reader returns soon, and says why if there is no draft."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats import quarto
from formats.format import Parsed
from tests.cpu import soon

SEED = Path(__file__).parents[2] / "seed" / "content" / "vanishing-gradients.qmd"
MIB = 1024 * 1024
HEAD = "---\ntitle: T\n---\n\n"
ANSWER = "\n\n::: callout-note\n2\n"

HOSTILE = {
    "quotes in a line": HEAD + ">" * 100_000,
    "quotes in lines": HEAD + (">" * 100 + "a\n") * 4_900,
    "loose quotes": HEAD + (">" * 400 + "\n\n") * 2_400,
    "brackets": HEAD + "[" * (MIB - 100),
    "fences": HEAD + "::: a\n\n" * 2_400,
    "fences in a line": HEAD + ":" * (MIB - 100),
    "closing fences": HEAD + ":::\n" * 4_900,
    "braces": HEAD + '::: {a="\n' * 4_900,
    "lists in a line": HEAD + "- " * 500_000,
    "lists in lines": HEAD + ("1. " * 34 + "a\n") * 4_900,
    "lists in steps": HEAD + "".join(" " * (3 * (n % 30)) + "1. a\n" for n in range(4_900)),
    "backticks": HEAD + "".join("`" * (n % 200) + "a\n" for n in range(4_900)),
    "html": HEAD + "<a\n" * 4_900,
    "tabs": HEAD + "\t" * (MIB - 100),
    "readings": HEAD
    + "S\n\n1. a\n2. b"
    + ANSWER
    + "\n**References**\n\n"
    + ("* " + "[`" * 990 + "\n") * 500
    + ":::",
    "answers": HEAD + "S\n\n1. a\n2. b" + ANSWER.replace("2", "2," * 400_000) + ":::",
    "blanks in the answer": HEAD
    + "S\n\n1. a\n2. b"
    + ANSWER.replace("2", "2" + " " * 900_000 + "3"),
    "flow": "---\nx: " + "[" * 60_000 + "\n---\n",
    "flow mappings": "---\nx: " + "{a: " * 16_000 + "\n---\n",
    "keys": "---\n" + "".join(f"k{n}: [1,2]\n" for n in range(4_000)) + "---\n",
    "questions marks": "---\n" + "? " * 30_000 + "\n---\n",
    "anchors": "---\na: &a [x,x]\n" + "b: &b [*a,*a]\n" * 99 + "---\n",
    "numbers": "---\ntitle: T\nx: " + "9" * 60_000 + "\n---\n",
}


def read(data: bytes) -> Parsed:
    (parsed,) = quarto.parse(data)
    assert (parsed.draft is None) == any(one.severity == "error" for one in parsed.problems)
    return parsed


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_ends_soon(source: str) -> None:
    data = source.encode()
    assert len(data) <= MIB
    with soon(2):
        read(data)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    read(data)
    read(b"---\ntitle: T\n---\n" + data)
    read(b"---\ntitle: " + data + b"\n---\nS\n\n1. a\n2. b\n\n::: callout-note\n2\n:::\n")


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from("\n\n :-1.2)*>`#[](){}!&|\"'\t\\<ax,\r\ufeff"), max_size=200))
def test_any_marks(text: str) -> None:
    for source in (
        text,
        HEAD + text,
        f"---\n{text}\n---\n",
        HEAD + f"S\n\n1. a\n2. b{ANSWER}{text}\n:::",
    ):
        parsed = read(source.encode())
        if parsed.draft:
            again = read(quarto.render(parsed.draft))
            assert again.draft == parsed.draft


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_mutations_of_the_seed_file(data: st.DataObject) -> None:
    content = bytearray(SEED.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = start + data.draw(st.integers(0, 40))
        content[start:end] = data.draw(
            st.binary(max_size=6) | st.sampled_from([b"\n:::\n", b"\n\n1. x\n"])
        )
    parsed = read(bytes(content))
    if parsed.draft:
        assert read(quarto.render(parsed.draft)).draft == parsed.draft
