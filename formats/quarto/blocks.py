"""The block structure of Quarto markdown: CommonMark, and Pandoc's fenced divs.

markdown-it-py finds the blocks and their lines. The one rule added here knows fenced divs as
Pandoc does: a fence with attributes opens, a bare fence of any length closes the innermost div
of the same container, and neither counts inside a code block.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, html_block
from markdown_it.token import Token

_OPENING = re.compile(
    r"""(?P<fence>:{3,})[ \t]*
        (?P<attributes>\{(?:[^"'{}]|"[^"]*"|'[^']*')*\}|[^\s{}:][^\s{}]*)
        [ \t]*:*[ \t]*$""",
    re.VERBOSE | re.MULTILINE,
)
_LASTS_TO_ITS_OWN_END = re.compile(r"<(?:[!?]|(?:script|pre|style|textarea)\b)", re.IGNORECASE)
_LONGEST_OPENING = 2000
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_CALLOUT = re.compile(r"(?:[{\s]\.|^)callout-[\w-]")


@dataclass(slots=True)
class _OpenDiv:
    """A div whose end is not found yet; ``level`` is the nesting of what stands directly in it."""

    level: int
    closing_line: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A block, its lines (``end`` is the first line after it) and the tokens inside it.

    ``first_line_inside`` and ``is_callout`` are said of divs; ``is_closed`` is true of all else.
    """

    kind: str
    start: int
    end: int
    markup: str
    info: str
    inside: Sequence[Token]
    first_line_inside: int = 0
    is_callout: bool = False
    is_closed: bool = True


def read_blocks(lines: Sequence[str]) -> list[Block]:
    """The outermost blocks of a text."""
    tokens: list[Token] = []
    _MARKDOWN.block.parse("\n".join(lines), _MARKDOWN, {"open_divs": []}, tokens)
    return outline(tokens)


def outline(tokens: Sequence[Token]) -> list[Block]:
    """The outermost blocks of a run of tokens, in order."""
    blocks: list[Block] = []
    begin = 0
    for index, token in enumerate(tokens):
        if token.level == tokens[begin].level and token.nesting <= 0:
            blocks.append(_block(tokens[begin], tokens[begin + 1 : index]))
            begin = index + 1
            if begin == len(tokens):
                break
    return blocks


def _block(token: Token, inside: Sequence[Token]) -> Block:
    start, end = token.map or (0, 0)
    kind = token.type.removesuffix("_open")
    return Block(kind, start, end, token.markup, token.info, inside, **token.meta)


def _fenced_div(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The block rule, in the shape that markdown-it-py asks for."""
    position = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith(":::", position) or state.is_code_block(start):
        return False
    if not state.src[position : state.eMarks[start]].rstrip(" \t").strip(":"):
        return _bare_fence(state, start, end, silent)
    limit = min(len(state.src), position + _LONGEST_OPENING)
    opening = _OPENING.match(state.src, position, limit)
    if opening is None:
        return False
    return _opening_fence(state, start, end, silent, opening)


def _bare_fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """End the innermost div if it stands in this container; else the fence closes nothing."""
    open_divs: list[_OpenDiv] = state.env["open_divs"]
    if silent:
        return bool(open_divs)
    if open_divs and open_divs[-1].level == state.level:
        open_divs[-1].closing_line = start
        state.line = end  # ends the loop over the div's own blocks
        return True
    token = state.push("stray_fence", "", 0)
    token.map = [start, start + 1]
    state.line = start + 1
    return True


def _opening_fence(
    state: StateBlock, start: int, end: int, silent: bool, opening: re.Match[str]
) -> bool:
    is_callout = bool(_CALLOUT.search(_QUOTED.sub("", opening["attributes"])))
    if silent:
        # Pandoc wants a blank line before any div. Authors forget it before the answer, where
        # reading text instead would lose the question.
        return is_callout
    content = start + 1 + opening[0].count("\n")
    if content > end:
        return False
    token = state.push("div_open", "div", 1)
    div = _OpenDiv(state.level)
    _read_inside(state, div, content, end)
    token.map = [start, state.line]
    token.meta = {
        "first_line_inside": content,
        "is_callout": is_callout,
        "is_closed": div.closing_line is not None,
    }
    state.push("div_close", "div", -1)
    return True


def _read_inside(state: StateBlock, div: _OpenDiv, content: int, end: int) -> None:
    """Read the blocks of a div and leave ``state.line`` behind its end."""
    open_divs: list[_OpenDiv] = state.env["open_divs"]
    open_divs.append(div)
    state.line = content
    state.md.block.tokenize(state, content, end)
    open_divs.pop()
    if div.closing_line is not None:
        state.line = div.closing_line + 1


def _html_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The rule of CommonMark, except that a fence ends HTML that would last to a blank line."""
    if not html_block(state, start, end, silent):
        return False
    if silent or _LASTS_TO_ITS_OWN_END.match(state.src, state.bMarks[start] + state.tShift[start]):
        return True
    fences = (line for line in range(start + 1, state.line) if _fenced_div(state, line, end, True))
    state.line = next(fences, state.line)
    state.tokens[-1].map = [start, state.line]
    return True


def _make_markdown() -> MarkdownIt:
    # Link definitions are text here, and reading them would take their lines from the outline.
    markdown = MarkdownIt("commonmark", {"maxNesting": 20}).disable("reference")
    markdown.block.ruler.before(
        "fence", "fenced_div", _fenced_div, {"alt": ["paragraph", "blockquote", "list"]}
    )
    markdown.block.ruler.at("html_block", _html_block, {"alt": ["paragraph", "blockquote"]})
    return markdown


_MARKDOWN = _make_markdown()
