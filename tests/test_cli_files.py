"""``questions export`` and ``questions convert``: files out of the bank, and without one."""

import json
from pathlib import Path
from zipfile import ZipFile

from domain.questions import content_hash
from formats import FORMATS
from tests.factories import SEED_FILE
from tests.processes import questions


def said(path: Path) -> str:
    """What a Quarto file says; a name in it says nothing."""
    (found,) = FORMATS["quarto"].read(path.read_bytes())
    assert found.draft is not None
    return content_hash(found.draft)


def test_an_export_brings_the_seed_file_back(tmp_path: Path) -> None:
    assert questions("import", str(SEED_FILE), cwd=tmp_path).exit_code == 0
    named = questions("export", "quarto", "--slug", SEED_FILE.stem, cwd=tmp_path)
    assert named.stdout == "questions.qmd: 1 written, 0 left out, 0 not read\n"
    assert said(tmp_path / "questions.qmd") == said(SEED_FILE)
    everything = questions(
        "export", "quarto", "--out", "all.zip", "--report", "r.json", cwd=tmp_path
    )
    assert everything.exit_code == 0
    assert ZipFile(tmp_path / "all.zip").namelist() == [SEED_FILE.name]
    told = json.loads((tmp_path / "r.json").read_text())
    assert (told["written"], told["items"][0]["losses"]) == (1, [])


def test_what_cannot_be_exported_is_said_in_one_line_and_leaves_no_file(tmp_path: Path) -> None:
    assert questions("migrate", cwd=tmp_path).exit_code == 0
    unknown = questions("export", "quarto", "--slug", "no", cwd=tmp_path)
    assert (unknown.exit_code, unknown.stderr) == (1, "There is no published question 'no'.\n")
    assert not (tmp_path / "questions.qmd").exists()
    assert questions("export", "quarto", "--out", "no/such/place", cwd=tmp_path).exit_code == 1


def test_converting_needs_no_database_and_tells_what_was_not_read(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "in.zip", "w") as packed:
        packed.write(SEED_FILE, "good.qmd")
        packed.writestr("bad.qmd", "---\ntitle: Bad\n---\n\nNo options\n")
    done = questions("convert", "in.zip", "out.qmd", "--report", "r.json", cwd=tmp_path)
    assert done.exit_code == 1
    assert "bad.qmd: not read:" in done.stdout
    assert done.stdout.splitlines()[-1] == "out.qmd: 1 written, 0 left out, 1 not read"
    assert said(tmp_path / "out.qmd") == said(SEED_FILE)
    sources = json.loads((tmp_path / "r.json").read_text())["sources"]
    assert [bool(one["problems"]) for one in sources] == [True, False]
    assert not (tmp_path / "data").exists()


def test_a_target_that_names_no_format_or_takes_one_question_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.qmd").write_bytes(SEED_FILE.read_bytes())
    unnamed = questions("convert", "a.qmd", "out.doc", cwd=tmp_path)
    assert (unnamed.exit_code, "--to" in unnamed.stderr) == (1, True)
    assert questions("convert", "no.qmd", "out.qmd", cwd=tmp_path).exit_code == 1
    with ZipFile(tmp_path / "two.zip", "w") as packed:
        for name in ("a.qmd", "b.qmd"):
            packed.write(SEED_FILE, name)
    two = questions("convert", "two.zip", "out.qmd", cwd=tmp_path)
    assert "b: left out:" in two.stdout
    assert questions("convert", "two.zip", "all.zip", "--to", "quarto", cwd=tmp_path).exit_code == 0
    assert ZipFile(tmp_path / "all.zip").namelist() == ["a.qmd", "b.qmd"]
