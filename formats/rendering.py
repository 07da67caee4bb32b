"""Markdown as an author writes it (CommonMark, tables, TeX, what Quarto adds) to safe HTML."""

import re
from collections.abc import Sequence
from functools import cache
from html import escape

from markdown_it import MarkdownIt
from markdown_it.parser_inline import RuleFuncInlineType
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.dollarmath.index import math_inline_dollar
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

from formats.plain_markdown import plain_to_html
from formats.sanitising import sanitise

# Beyond these sizes a text is shown as it was written, and code without colours: parsing takes up
# to 30 us a character, sanitising the square of the nesting, some lexers the square of the length.
LONGEST_MARKDOWN = 50_000
LONGEST_CODE = 5_000
LARGEST_HTML = 1_048_576

_LANGUAGES = (
    "bash c c++ cpp csharp css diff docker dockerfile go haskell html ini java javascript js json"
    " julia kotlin latex lua make matlab octave perl php pycon py python python3 r ruby rust scala"
    " sh shell sql swift tex toml ts typescript xml yaml"
)
LANGUAGES = frozenset(_LANGUAGES.split())

_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_LANGUAGE = re.compile(r"\{?\s*(?:#\S+\s+)?\.?([\w+]+)")
_DIV_FENCE = re.compile(r":{3,} *(?:(?:\{[^{}]*\}|[\w-]+) *:*)?")
_ATTRIBUTES = re.compile(r"\{\s*(?:[#.=]|[\w-]+=)[^{}]*\}")
_CARRIES_ATTRIBUTES = frozenset({"code_inline", "image", "link_close"})


@cache
def _lexer(language: str) -> Lexer:
    return get_lexer_by_name(language, stripnl=False)


def _highlighted(source: str, info: str) -> str | None:
    """Return ``source`` with the classes of Pygments, or ``None`` in a language it is not given.

    The language is written ``python``, ``{python}``, ``{.python}`` or ``{#id .python}``.
    """
    name = language_in(info)
    return highlight(source, _lexer(name), HtmlFormatter(nowrap=True)) if name else None


def language_in(info: str) -> str | None:
    """The language that a fence of code names, if it is one that is coloured."""
    found = _LANGUAGE.match(info.strip())
    name = found[1].lower() if found else ""
    return name if name in LANGUAGES else None


def _drop_div_fence(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """Take the line that opens or closes a Quarto division; what it encloses is read as usual."""
    text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
    if state.is_code_block(line) or not _DIV_FENCE.fullmatch(text):
        return False
    if not silent:
        state.line = line + 1
    return True


def _drop_attributes(state: StateInline, silent: bool) -> bool:
    """Take the ``{width=50%}`` that Quarto allows after an image, a link or code."""
    if silent or state.pending or not state.tokens:
        return False
    found = _ATTRIBUTES.match(state.src, state.pos)
    if found is None or state.tokens[-1].type not in _CARRIES_ATTRIBUTES:
        return False
    state.pos = found.end()
    return True


def _fence(
    self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    source = tokens[at].content
    env["code"] = env.get("code", 0) + len(source)
    coloured = _highlighted(source, tokens[at].info) if env["code"] <= LONGEST_CODE else None
    return f'<pre class="highlight"><code>{coloured or escape(source)}</code></pre>\n'


def _math(
    self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[at]
    # A division would end the paragraph that display math may stand in.
    tag = "div" if token.block else "span"
    display = "inline" if token.type == "math_inline" else "display"
    return f'<{tag} class="math {display}">{escape(token.content.strip())}</{tag}>'


def _cell(
    self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    # An alignment as an attribute holds under any content security policy, a style does not.
    style = str(tokens[at].attrs.get("style", ""))
    align = f' align="{style.removeprefix("text-align:")}"' if style else ""
    return f"<{tokens[at].tag}{align}>"


def _from_the_first(rule: RuleFuncInlineType) -> RuleFuncInlineType:
    """The rule for TeX, that else takes the last character for the one before the first."""

    def guarded(state: StateInline, silent: bool) -> bool:
        source, at = state.src, state.pos
        if source[at] != "$":
            return False
        if at and source[at - 1] != "\\":
            return rule(state, silent)
        state.src = source + " "
        found = rule(state, silent)
        state.src = source
        return found

    return guarded


def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # Settings that tell "$5 and $6" from TeX, as Pandoc does.
    dollarmath_plugin(
        md,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        allow_blank_lines=False,
        double_inline=True,
    )
    maths = math_inline_dollar(allow_space=False, allow_digits=False, allow_double=True)
    md.inline.ruler.at("math_inline", _from_the_first(maths))
    attrs_plugin(md, after=(), spans=True, allowed=())
    md.block.ruler.before(
        "fence",
        "div_fence",
        _drop_div_fence,
        {"alt": ["paragraph", "reference", "blockquote", "list"]},
    )
    md.inline.ruler.push("attributes", _drop_attributes)
    md.add_render_rule("fence", _fence)
    for name in ("math_inline", "math_inline_double", "math_block"):
        md.add_render_rule(name, _math)
    for name in ("th_open", "td_open"):
        md.add_render_rule(name, _cell)
    return md


_MARKDOWN = _parser()


def full_html(text: str) -> str | None:
    """The text parsed by all rules and sanitised, however plain it is; ``None`` if it cannot be."""
    return sanitise(_MARKDOWN.render(text))


def to_tokens(markdown: str) -> list[Token]:
    """The text as tokens, by the same rules; one that is too long is a block of code."""
    if len(markdown) > LONGEST_MARKDOWN:
        return [Token("fence", "code", 0, content=markdown, block=True)]
    return _MARKDOWN.parse(markdown)


def to_html(markdown: str) -> str:
    """Return ``markdown`` as sanitised HTML blocks: always, and always the same.

    TeX stays as text in ``math inline`` and ``math display`` elements, code is marked with the
    classes that ``web/static/code.css`` colours. A text that is too long, or whose raw HTML
    cannot be made safe, is shown as written.
    """
    text = _UNWRITABLE.sub("\ufffd", markdown)
    if len(text) <= LONGEST_MARKDOWN:
        html = plain_to_html(text) or full_html(text)
        if html is not None and len(html) <= LARGEST_HTML:
            return html
    return f"<pre><code>{escape(text, quote=False)}</code></pre>"
