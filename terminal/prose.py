"""Markdown of authors, as a terminal shows it: TeX as written, pictures by their words."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Markdown, MarkdownElement
from rich.syntax import Syntax

from formats.rendering import LONGEST_CODE, language_in, to_tokens


class _Code(CodeBlock):
    """Code in the colours of the terminal's own palette, which fits light and dark ones."""

    def __rich_console__(self, _: Console, __: ConsoleOptions) -> RenderResult:
        code = str(self.text).rstrip()
        language = language_in(self.lexer_name) if len(code) <= LONGEST_CODE else None
        yield Syntax(
            code,
            language or "text",
            theme="ansi_light",
            background_color="default",
            word_wrap=True,
            padding=(0, 2),
        )


class Prose(Markdown):
    """A text, read by the same rules as for the service's HTML."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "fence": _Code,
        "code_block": _Code,
    }

    def __init__(self, markdown: str) -> None:
        super().__init__("", hyperlinks=False)
        self.parsed = list(map(_readable, to_tokens(markdown)))


def _readable(token: Token) -> Token:
    """The token, or one like it that is known here: TeX and raw HTML as they were written."""
    if token.children:
        token.children = list(_inline(token.children))
    if token.type in {"math_block", "html_block"}:
        return Token("fence", "code", 0, content=token.content.strip(), block=True)
    return token


def _inline(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type.startswith("math_inline"):
            content = token.markup + token.content + token.markup
            yield Token("code_inline", "code", 0, content=content)
        elif token.type == "image":
            yield Token("text", "", 0, content=f"[picture: {token.content or 'without words'}]")
        else:
            yield token
