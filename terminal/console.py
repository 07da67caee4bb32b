"""What commands print to: as wide as the terminal and in colours there, plain in a pipe."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment
from rich.table import Table

PIPE = 100  # columns of text where nobody looks at a terminal, so that output is always the same
UNCUT = 10_000  # columns of tables there: programs read them line by line
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def examples(*commands: str) -> str:
    """The foot of a command's help: what to paste, each on a line of its own."""
    return "\n".join(["Examples:", *(f"  {escape(command)}" for command in commands)])


def harmless(text: str) -> str:
    """The text without what would move the cursor or give orders to a terminal."""
    return _CONTROLS.sub("\ufffd", text)


def print_page(page: RenderableType) -> None:
    """Print what people read. Texts of authors have no power over the terminal."""
    _print(_console(PIPE), page)


def print_table(table: Table) -> None:
    """Print rows, as wide as they are where a program reads them."""
    _print(_console(UNCUT), table)


def _print(console: Console, page: RenderableType) -> None:
    with console.capture() as captured:
        console.print(_Harmless(page), crop=False)
    for line in captured.get().splitlines():
        typer.echo(line.rstrip())


def _console(width: int) -> Console:
    is_terminal = sys.stdout.isatty()
    return Console(width=None if is_terminal else width, markup=False, highlight=False, emoji=False)


@dataclass(frozen=True, slots=True)
class _Harmless:
    page: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for segment in console.render(self.page, options):
            text, style, control = segment
            yield segment if control else Segment(harmless(text), style)
