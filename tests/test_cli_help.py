"""Help, completion, colours and widths of the ``questions`` command, and its page."""

import fcntl
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cli import app
from cli_learning import slugs
from tests.factories import SEED_FILE
from tests.processes import ROOT, environment, questions

DOCUMENTED = (ROOT / "docs" / "terminal.md").read_text()


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with the words that call it."""
    for name, command in sorted(get_command(app).commands.items()):  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        yield from (
            ((f"{name} {sub}", one) for sub, one in inner.items()) if inner else ((name, command),)
        )


COMMANDS = dict(commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_examples_of_each_command_are_calls_of_it(name: str) -> None:
    head, *told = COMMANDS[name].epilog.splitlines()
    assert (head, bool(told)) == ("Examples:", True)
    for line in told:
        words = [word for word in shlex.split(line) if not re.match("[A-Z_]+=", word)]
        called = ["questions", *name.split()]
        assert words[: len(called)] == called
        COMMANDS[name].make_context(name, words[len(called) :])  # raises where one is wrong


def test_the_page_tells_every_command() -> None:
    told = re.findall(r"^\| `questions ([a-z -]+)", DOCUMENTED, re.M)
    assert [name.strip() for name in told] == [*COMMANDS]
    assert "Examples:" in questions("try", "--help", cwd=ROOT).stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bank of one question."""
    folder = tmp_path_factory.mktemp("terminal")
    assert questions("seed", str(SEED_FILE), cwd=folder).exit_code == 0
    return folder


def test_bash_completes_slugs_once_that_is_installed(folder: Path) -> None:
    script = """
    questions --install-completion >&2 && source .bashrc
    COMP_WORDS=(questions show van) COMP_CWORD=2
    _questions_completion questions && echo "${COMPREPLY[@]}"
    """
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    here = environment(HOME=str(folder), PATH=path)
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=here, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{SEED_FILE.stem}\n", done.stderr


def test_slugs_are_completed_where_there_is_a_bank(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(folder)
    assert [list(slugs(begun)) for begun in ("", "van", "v%")] == [
        [SEED_FILE.stem],
        [SEED_FILE.stem],
        [],
    ]
    monkeypatch.chdir(tmp_path)
    assert list(slugs("")) == []
    assert not (tmp_path / "data").exists()


LONG = "word " * 40
PRINTING = f"""
from rich.text import Text
from terminal.console import print_page
print_page(Text({LONG!r}, style="red"))
"""


def shown(columns: int, **settings: str) -> str:
    """What a terminal of that width gets of a long red text."""
    main, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    here = environment(TERM="xterm-256color", **settings)
    for name in {"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"} - settings.keys():
        here.pop(name, None)
    command = [sys.executable, "-c", PRINTING]
    process = subprocess.Popen(command, cwd=ROOT, env=here, stdin=terminal, stdout=terminal)
    os.close(terminal)
    said = bytearray()
    with open(main, "rb", buffering=0) as screen, suppress(OSError):  # how Linux says the end
        while part := screen.read(65536):
            said += part
    assert process.wait(30) == 0
    return said.decode()


COLOUR = re.compile(r"\x1b\[(?:\d+;)*3\d[;m]")
ORDERS = re.compile(r"\x1b\[[\d;]*m")


def test_a_terminal_gets_colours_in_its_own_width() -> None:
    told = shown(60)
    assert COLOUR.search(told)
    assert 50 < max(map(len, ORDERS.sub("", told).splitlines())) <= 60


def test_no_color_is_heard() -> None:
    told = shown(60, NO_COLOR="1")
    assert (COLOUR.search(told), "word word" in told) == (None, True)


def test_a_pipe_gets_neither_and_always_the_same(folder: Path) -> None:
    told = questions("show", SEED_FILE.stem, "--key", cwd=folder, COLUMNS="40").stdout
    assert "\x1b" not in told
    assert not re.search(r" $", told, re.M)
    assert any(80 < len(line) <= 100 for line in told.splitlines())
    long = "x" * 300
    made = questions("keys", "create", "--name", long[:200], cwd=folder)
    assert made.exit_code == 0
    listed = questions("keys", "list", cwd=folder, COLUMNS="40").stdout
    assert long[:200] in listed, "tables are not cut"
