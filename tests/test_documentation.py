"""What the documentation says is true: its commands run, its settings and links exist."""

import re
import subprocess
from pathlib import Path

import pytest

from settings import Settings, variable_of
from tests.processes import ROOT, serving

README = (ROOT / "README.md").read_text()
SETTINGS = (ROOT / "docs" / "settings.md").read_text()
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) < 120


def test_the_commands_of_the_readme_print_what_it_says(tmp_path: Path) -> None:
    told = re.findall(r"^\$ (.+)\n((?:(?!\$ |```).*\n)*)", README, re.M)
    assert len(told) == 2
    with serving(tmp_path, "run") as service:
        for command, output in told:
            here = command.replace("http://127.0.0.1:8000", service.url)
            done = subprocess.run(["bash", "-c", here], capture_output=True, text=True, check=True)
            assert _lasting(done.stdout) == _lasting(output), command


def test_every_setting_is_listed_with_its_default_and_meaning() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*) \|$", SETTINGS, re.M))
    told = {name: tuple(map(str.strip, row.split("|", 1))) for name, row in rows.items()}
    assert told == {
        variable_of(name): (_told_default(field.default), field.description)
        for name, field in Settings.model_fields.items()
    }


def test_every_target_of_make_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text()
    declared = re.search(r"^\.PHONY: (.*)$", makefile, re.M)
    assert declared
    command = ["make", "--no-print-directory", "help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert [line.split()[0] for line in done.stdout.splitlines()] == declared[1].split()
    assert len(declared[1].split()) <= 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_files_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"^(```|~~~).*?^\1", "", page.read_text(), flags=re.M | re.S)
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", re.sub(r"`[^`\n]*`", "", prose))
    assert [link for link in links if not (page.parent / link).exists()] == []


def _lasting(text: str) -> str:
    """A text without what differs each time."""
    return MOMENT.sub("MOMENT", UUID.sub("UUID", text))


def _told_default(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, tuple):
        return f"`{','.join(value)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
