"""The commands of README, start pages and recipes work as they stand there."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.documented import ADDRESS, RUN, blocks, run_page
from tests.processes import ROOT, Service, serving
from tests.quick_command import quick_command

Run = Callable[[str], None]
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    DOCS / "index.md",
    DOCS / "terminal.md",
    *sorted((DOCS / "start").glob("*.md")),
    *sorted((DOCS / "recipes").glob("*.md")),
]
ON_POSTGRESQL = {"postgresql.md": "postgresql://me@localhost/questions"}
NOT_RUN = [
    (page.name, one.line, one.reason)
    for page in PAGES
    for one in blocks(page.read_text())
    if one.reason
]
TYPO = "```bash\nquestions shwo vanishing-gradients\n```\n"
MISSING = "```bash\ncurl http://127.0.0.1:8000/v1/questions/nothing\n```\n"
FAILING = "```python\nraise SystemExit('no')\n```\n"
OTHERWISE = "```bash\necho one\n```\n\n```text\ntwo\n```\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service as `make run` starts it, for all pages."""
    with serving(tmp_path_factory.mktemp("documented"), "run") as service:
        yield service


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the `questions` command."""
    with quick_command(tmp_path_factory.mktemp("command")) as folder:
        yield folder


@pytest.fixture
def run(service: Service, command: Path, tmp_path: Path) -> Callable[[str], None]:
    """Runs a page in a folder of its own, on the bank of the service."""
    bank = service.output.parent / "data" / "questions.db"
    settings = {"DATABASE_URL": f"sqlite:///{bank}"}
    return partial(run_page, folder=tmp_path, command=command, url=service.url, settings=settings)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_work(page: Path, run: Run) -> None:
    text = page.read_text()
    if page.name not in ON_POSTGRESQL:
        run(text)


@pytest.mark.parametrize("name", ON_POSTGRESQL)
@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_the_commands_of_a_page_about_postgresql_work(
    name: str, empty_url: str, command: Path, tmp_path: Path
) -> None:
    text = (DOCS / "recipes" / name).read_text()
    assert ON_POSTGRESQL[name] in text
    page = text.replace(ON_POSTGRESQL[name], empty_url)
    run_page(page, folder=tmp_path, command=command, url=ADDRESS, settings={})


@pytest.mark.parametrize(("name", "line", "reason"), NOT_RUN)
def test_what_is_not_run(name: str, line: int, reason: str) -> None:
    pytest.skip(f"{name}:{line} is not run: {reason}")


def test_start_pages_and_recipes_hold_commands() -> None:
    for page in PAGES:
        if page.parent.name in {"start", "recipes"}:
            chosen = [one for one in blocks(page.read_text()) if one.language in RUN]
            assert sum(one.is_run for one in chosen) > sum(not one.is_run for one in chosen), page


@pytest.mark.parametrize("planted", [TYPO, MISSING, FAILING, OTHERWISE])
def test_a_wrong_command_is_found(planted: str, run: Run) -> None:
    with pytest.raises(AssertionError, match=r"^line 2"):
        run(f"# Planted\n\n{planted}".replace("\n\n", "\n"))


def test_a_block_stops_where_a_command_fails(run: Run, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"^line 1"):
        run("```bash\nfalse\ntouch reached\n```\n")
    assert not (tmp_path / "reached").exists()
    run("<!-- not run: it fails -->\n```bash\nfalse\n```\n")
