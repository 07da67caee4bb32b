"""The list of recommended readings at the end of an explanation, read and written.

A list is read into references only if every item can be said as one: a paragraph without an
image, with or without a link. Any other list stays text, so that nothing is lost.
"""

import re
from collections.abc import Iterable, Sequence

from markdown_it.helpers import parseLinkDestination

from domain.questions import Reference
from formats.quarto.blocks import Block, outline

HEADING = "**Recommended reading**"
_HEADING = re.compile(r"(?:recommended readings?|references|further readings?)", re.IGNORECASE)
_LONGEST_ITEM = 2000
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^<>\x00-\x20]*)>")
_ESCAPED_IN_TITLE = re.compile(r"\\([\[\]\\])")
_TO_ESCAPE_IN_TITLE = re.compile(r"\\(?=[\[\]\\]|$)|[\[\]]")
_TO_ESCAPE_IN_URL = re.compile(r"[\\<>]|&(?=#?\w+;)")


def split_references(
    blocks: Sequence[Block], lines: Sequence[str]
) -> tuple[int | None, tuple[Reference, ...]]:
    """The line where the readings begin, and the readings. ``None`` and none if there are none."""
    if len(blocks) < 2 or blocks[-1].kind != "bullet_list" or not _is_heading(blocks[-2], lines):
        return None, ()
    references = [_read_item(outline(item.inside)) for item in outline(blocks[-1].inside)]
    said = tuple(reference for reference in references if reference)
    return (blocks[-2].start, said) if len(said) == len(references) else (None, ())


def write_references(references: Iterable[Reference]) -> str:
    """The readings as :func:`split_references` reads them back."""
    return "\n".join([HEADING, "", *(f"* {_write_item(one)}" for one in references)])


def _is_heading(block: Block, lines: Sequence[str]) -> bool:
    text = _text(block).strip(" \t#")
    is_bold = text.startswith(("**", "__")) and text.rstrip(": ").endswith(("**", "__"))
    if block.kind != "heading" and not (block.kind == "paragraph" and is_bold):
        return False
    return bool(_HEADING.fullmatch(text.strip("*_: \t")))


def _text(block: Block) -> str:
    return block.inside[0].content if block.inside else ""


def _read_item(blocks: Sequence[Block]) -> Reference | None:
    if len(blocks) != 1 or blocks[0].kind != "paragraph":
        return None
    lines = _text(blocks[0]).split("\n")
    if any(line.endswith("\\") for line in lines[:-1]):
        return None
    text = " ".join(line.strip(" \t") for line in lines)
    if len(text) > _LONGEST_ITEM or "![" in text:
        return None
    return _read_text(text)


def _read_text(text: str) -> Reference | None:
    """The reference that an item says, split at its first link."""
    for start, end in _link_candidates(text):
        if autolink := _AUTOLINK.match(text, start):
            return _reference(text, start, autolink.end(), autolink[1], autolink[1])
        if not text.startswith("(", end + 1):
            continue
        destination = parseLinkDestination(text, end + 2, len(text))
        if not destination.ok:
            continue
        title = _read_title(text[start + 1 : end])
        if not title or not text.startswith(")", destination.pos):
            return None  # a link's own title has no place in a reference
        return _reference(text, start, destination.pos + 1, title, destination.str)
    return Reference(title=text)


def _reference(text: str, start: int, end: int, title: str, url: str) -> Reference:
    return Reference(title, url, note=text[end:].strip(" \t"), lead=text[:start].strip(" \t"))


def _link_candidates(text: str) -> list[tuple[int, int]]:
    """Start and end of what is in square or angle brackets, code left out, by start."""
    found: list[tuple[int, int]] = []
    open_brackets: list[int] = []
    place = 0
    while place < len(text):
        character = text[place]
        if character == "[":
            open_brackets.append(place)
        elif character == "]" and open_brackets:
            found.append((open_brackets.pop(), place))
        elif character == "<":
            found.append((place, place))
        place = _after(text, place)
    return sorted(found)


def _after(text: str, place: int) -> int:
    """The place after a character, an escape or a whole code span."""
    if text[place] == "\\":
        return place + 2
    if text[place] != "`":
        return place + 1
    after_run = place + len(text[place:]) - len(text[place:].lstrip("`"))
    run = text[place:after_run]
    closing = re.compile(rf"(?<!`){run}(?!`)").search(text, after_run)
    return closing.end() if closing else after_run


def _read_title(raw: str) -> str:
    quoted = len(raw) >= 2 and raw[0] == raw[-1] == '"'
    return _ESCAPED_IN_TITLE.sub(r"\1", raw[1:-1] if quoted else raw)


def _write_title(title: str) -> str:
    as_it_is = f'["{title}"]'
    is_readable = (0, len(as_it_is) - 1) in _link_candidates(as_it_is)
    if is_readable and _read_title(as_it_is[1:-1]) == title:
        return as_it_is
    return '["' + _TO_ESCAPE_IN_TITLE.sub(r"\\\g<0>", title) + '"]'


def _write_url(url: str) -> str:
    escaped = _TO_ESCAPE_IN_URL.sub(r"\\\g<0>", url)
    plain = parseLinkDestination(escaped + ")", 0, len(escaped) + 1)
    if plain.ok and plain.str == url and plain.pos == len(escaped) and "<" not in url[:1]:
        return escaped
    return f"<{escaped}>"


def _write_item(reference: Reference) -> str:
    if reference.url is None:
        return reference.title
    link = f"{_write_title(reference.title)}({_write_url(reference.url)})"
    before = reference.lead + ("" if reference.lead.endswith("(") else " ")
    after = ("" if reference.note.startswith(tuple(",.;:!?)'")) else " ") + reference.note
    return (before + link + after).strip(" ")
