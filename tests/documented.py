"""Commands of the documentation, carried out as a reader pastes them.

The blocks of a page in `bash`, `python` and `js` are run from top to bottom in one shell, so that
what one exports the next one has. A `text` block behind a block is what that prints; `...` stands
for anything. A comment `<!-- not run: REASON -->` before a block keeps it from being run.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from tests.clients.tools import NODE
from tests.processes import ROOT, environment

RUN = ("bash", "python", "js")
_BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<reason>.+?) -->\n+)?```(?P<language>\w+)\n(?P<code>.*?)^```$",
    re.M | re.S,
)
_CHANGING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"
)
MARK = "\x1e"
ADDRESS = "http://127.0.0.1:8000"
# An answer that is an error fails the block: a reader would not go on.
PRELUDE = """set -euo pipefail
curl() { command curl --silent --show-error --fail-with-body "$@"; }
"""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page, and what it prints where the page says it."""

    line: int
    language: str
    code: str
    reason: str | None
    printed: str | None = None

    @property
    def is_run(self) -> bool:
        """Whether a reader is to run it, and a test can."""
        return self.language in RUN and self.reason is None

    @property
    def script(self) -> str:
        """The same for the shell."""
        if self.language == "bash":
            return self.code
        program = "python3 -" if self.language == "python" else "node --input-type=module -"
        return f"{program} <<'END_OF_BLOCK'\n{self.code}END_OF_BLOCK\n"


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, each with what is said to be printed by it."""
    found = [
        Block(page.count("\n", 0, one.start("code")), one["language"], one["code"], one["reason"])
        for one in _BLOCK.finditer(page)
    ]
    return [
        replace(one, printed=after.code if after and after.language == "text" else None)
        for one, after in pairwise([*found, None])
        if one
    ]


def run_page(
    page: str, *, folder: Path, command: Path, url: str, settings: Mapping[str, str]
) -> None:
    """Run the blocks of a page that are to be run. What fails or prints something else is told.

    ``command`` is the folder of the `questions` command.
    """
    chosen = [one for one in blocks(page) if one.is_run]
    for name in ("docs", "deploy", "seed"):
        if not (folder / name).exists():
            (folder / name).symlink_to(ROOT / name)
    path = f"{command}:{Path(NODE).parent}:{environment()['PATH']}"
    done = subprocess.run(
        ["bash", "-c", _script(chosen, url)],
        cwd=folder,
        env=environment(PATH=path, HOME=str(folder), **settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    outputs = done.stdout.split(MARK)[1:]
    at = chosen[len(outputs) - 1].line if outputs else 0
    assert done.returncode == 0, f"line {at}: {done.stderr}\n{outputs[-1:]}"
    faults = list(_differences(chosen, [text.replace(url, ADDRESS) for text in outputs]))
    assert not faults, "\n".join(faults)


def _script(chosen: Sequence[Block], url: str) -> str:
    parts = (f"printf '{MARK}'\n{one.script}" for one in chosen)
    return PRELUDE + "".join(parts).replace(ADDRESS, url)


def _differences(chosen: Sequence[Block], outputs: Sequence[str]) -> Iterator[str]:
    for one, output in zip(chosen, outputs, strict=True):
        if one.printed is not None and not _prints(one.printed, output):
            yield f"line {one.line} prints\n{output}instead of\n{one.printed}"


def _prints(said: str, output: str) -> bool:
    masked = (_CHANGING.sub("CHANGING", text).strip() for text in (said, output))
    told, printed = masked
    return re.fullmatch(re.escape(told).replace(r"\.\.\.", ".*"), printed, re.S) is not None
