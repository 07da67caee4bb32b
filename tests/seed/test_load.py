"""Loading folders: what is found, what a dry run says, and what a person reads."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from domain.problems import Problem
from models import Base, Database
from operations.import_item import ImportItem
from operations.import_sources import Terms
from seed.load import CONTENT, Load, load_files, question_files, skipped_files
from seed.report import lines_of, load_and_report, summary_of
from tests.factories import SEED_FILE

SEED = SEED_FILE.read_text()
BROKEN = SEED.replace('title: "Vanishing gradients"', "title: ")
EDITED = SEED.replace("is not doing great", "does :smile: [red]badly[/red]")

Outcomes = list[tuple[str | None, str]]


def outcomes(load: Load) -> Outcomes:
    return [(item.slug, item.outcome) for item in load.items]


def rows(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {
            name: session.scalars(select(func.count()).select_from(table)).one()
            for name, table in Base.metadata.tables.items()
        }


@pytest.fixture
def folder(tmp_path: Path, database: Database) -> Path:
    """Files of which one is new, one changed, one unchanged, and three fail."""
    folder = tmp_path / "questions"
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / "b-changed.qmd").write_text(SEED)
    (folder / "deep" / "c-same.md").write_text(SEED)
    load_files(database, list(question_files([folder])))
    (folder / "b-changed.qmd").write_text(EDITED)
    (folder / "a-broken.qmd").write_text(BROKEN)
    (folder / "deep" / "deeper" / "d-new.QMD").write_text(SEED)
    (folder / "deep" / "deeper" / "d-new.md").write_text(EDITED)
    (folder / "notes.txt").write_text("no question")
    return folder


LOADED: Outcomes = [
    (None, "failed"),
    ("b-changed", "updated"),
    ("c-same", "unchanged"),
    ("d-new", "created"),
    ("d-new", "failed"),
    (None, "failed"),
]


def test_files_are_found_in_folders_once_and_in_a_stable_order(folder: Path) -> None:
    broken = folder / "a-broken.qmd"
    found = [path.relative_to(folder) for path in question_files([broken, folder, folder])]
    assert [str(path) for path in found] == [
        "a-broken.qmd", "b-changed.qmd", "deep/c-same.md", "deep/deeper/d-new.QMD",
        "deep/deeper/d-new.md",
    ]  # fmt: skip
    assert list(question_files([CONTENT])) == [SEED_FILE]
    assert list(question_files([folder / "missing"])) == [folder / "missing"]
    assert list(question_files([])) == []


def test_a_dry_run_says_what_the_real_run_does_and_writes_nothing(
    database: Database, folder: Path
) -> None:
    files = [*question_files([folder]), folder / "missing.qmd"]
    before = rows(database)
    dry = load_files(database, files, terms=Terms(dry_run=True))
    assert rows(database) == before
    assert outcomes(dry) == LOADED
    real = load_files(database, files)
    assert real.items == dry.items
    assert rows(database)["question"] == before["question"] + 1
    assert rows(database)["question_version"] == before["question_version"] + 2
    again = load_files(database, files)
    assert again.counts == {"failed": 3, "unchanged": 3}
    assert again.failed


@pytest.mark.parametrize(
    ("name", "told"), [("missing.qmd", "No such file"), (".", "Is a directory")]
)
def test_an_unreadable_file_fails_and_the_others_are_loaded(
    database: Database, tmp_path: Path, name: str, told: str
) -> None:
    load = load_files(database, [tmp_path / name, SEED_FILE])
    assert outcomes(load) == [(None, "failed"), ("vanishing-gradients", "created")]
    (problem,) = load.items[0].problems
    assert problem.code == "unreadable_file"
    assert told in problem.message


def test_each_item_is_told_as_it_comes(database: Database) -> None:
    told: list[ImportItem] = []
    load = load_files(database, [SEED_FILE], on_item=told.append)
    assert told == load.items
    assert not load.failed


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_pipe_gets_plain_lines(
    database: Database, folder: Path, capsys: pytest.CaptureFixture[str], dry_run: bool
) -> None:
    load_and_report(database, list(question_files([folder])), terms=Terms(dry_run=dry_run))
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\r" not in printed
    lines = printed.splitlines()
    assert f"updated   b-changed  ({folder / 'b-changed.qmd'})" in lines
    assert "  prompt: + Kaylee's model does :smile: [red]badly[/red]." in lines
    assert any(line.startswith(f"  {folder / 'a-broken.qmd'}:1:") for line in lines)
    counted = "1 created, 1 updated, 1 unchanged, 2 failed"
    assert lines[-1] == counted + (" (dry run: nothing was written)" if dry_run else "")


PLACED = Problem("x", "It is wrong.", "Mend it.", 3, 7)
BARE = Problem("x", "It is wrong.", "Mend it.")


@pytest.mark.parametrize(
    ("item", "lines"),
    [
        (ImportItem("a.qmd", "a", "created"), ["created   a  (a.qmd)"]),
        (ImportItem("a.qmd", None, "failed", (PLACED,)),
         ["failed    -  (a.qmd)", "  a.qmd:3:7: It is wrong. Mend it."]),
        (ImportItem("a.qmd", "a", "failed", (BARE,)),
         ["failed    a  (a.qmd)", "  a.qmd: It is wrong. Mend it."]),
        (ImportItem("a.qmd", "a", "updated", (), ("title: - x", "title: + y")),
         ["updated   a  (a.qmd)", "  title: - x", "  title: + y"]),
    ],
)  # fmt: skip
def test_lines_of_an_item(item: ImportItem, lines: list[str]) -> None:
    assert lines_of(item) == lines


@pytest.mark.parametrize(
    ("outcomes", "summary"),
    [
        ([], "no question files found"),
        (["created"], "1 created"),
        (["failed", "created", "failed"], "1 created, 2 failed"),
        (["unchanged", "updated"], "1 updated, 1 unchanged"),
    ],
)
def test_the_sum(outcomes: list[Callable[..., str]], summary: str) -> None:
    load = Load()
    for outcome in outcomes:
        load.add(ImportItem("a", "a", outcome))  # type: ignore[arg-type]
    assert summary_of(load) == summary
    assert summary_of(load, dry_run=True) == f"{summary} (dry run: nothing was written)"


def test_files_of_a_folder_without_questions_are_named(tmp_path: Path) -> None:
    (tmp_path / "sub" / "__MACOSX").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "q.gift").write_text("::A:: Which? {=a ~b}")
    (tmp_path / "README.md").write_text("# Notes")
    names = ("LICENSE", "a.png", ".gitignore", ".DS_Store", "sub/__MACOSX/._q.gift", ".git/config")
    for name in names:
        (tmp_path / name).write_text("x")
    found = [
        str(path.relative_to(tmp_path))
        for path in skipped_files([tmp_path], question_files([tmp_path]))
    ]
    assert found == [".gitignore", "LICENSE", "README.md", "a.png"]
    assert list(question_files([tmp_path])) == [tmp_path / "q.gift"]
