"""Damaged files of every format: a few here, very many under ``make torture``."""

from pathlib import Path

import pytest

from tests.formats.fuzz.__main__ import fuzz, told
from tests.formats.fuzz.corpus import TARGETS, ZIP, corpus
from tests.formats.fuzz.mutations import damaged
from tests.formats.plants import Plant, plant, run_in

FEW = 100
SLOW = {ZIP: 30}
# A mistake in the reader of each format, such as one forgets to check for.
PLANTS = {
    "quarto": Plant(
        "formats/quarto/reader.py",
        "if not 1 <= position <= len(body.options):",
        "if not body.options[position - 1]:",
    ),
    "rexams": Plant(
        "formats/rexams/reader.py",
        'said, line = meta.get("extype", ("", 1))',
        'said, line = meta["extype"]',
    ),
    "jsonl": Plant(
        "formats/jsonl/places.py",
        'if text[place] != ("[" if isinstance(step, int) else "{"):',
        'if text[place] not in "{[":',
    ),
    "csv": Plant("formats/csv_table/rows.py", 'first = next(lines, "")', "first = next(lines)"),
    "jupyterquiz": Plant(
        "formats/jupyterquiz.py", 'kind = self._said.get("type")', 'kind = self._said["type"]'
    ),
    "mdbook_toml": Plant(
        "formats/mdbook_toml.py", "table = self._said.get(name)", "table = self._said[name]"
    ),
    "qti3": Plant(
        "formats/qti/item.py",
        'name = interaction.get("responseIdentifier", "")',
        'name = interaction.attrib["responseIdentifier"]',
    ),
    "qti12": Plant(
        "formats/qti/v12/shapes.py",
        'labels = tuple(one.get("ident", "") for one in elements)',
        'labels = tuple(one.attrib["ident"] for one in elements)',
    ),
    "moodle_xml": Plant(
        "formats/moodle_xml/reader.py",
        'read_percent(answer.get("fraction") or "0")',
        'read_percent(answer.attrib["fraction"])',
    ),
    "aiken": Plant(
        "formats/aiken.py",
        "if not 1 <= place <= len(self.options):",
        "if not self.options[place - 1]:",
    ),
    "gift": Plant(
        "formats/gift/reader.py",
        'return ("", start) if end < 0 else (text[start + 2 : end], end + 2)',
        'end = text.index("::", start + 2)\n    return text[start + 2 : end], end + 2',
    ),
    "text2qti": Plant("formats/text2qti.py", "elif not questions:\n", "elif questions is None:\n"),
    "markdown": Plant(
        "formats/markdown_quiz/lettered.py",
        "if len(bits) != options:",
        'if bits[options - 1] == "":',
    ),
    "zip": Plant(
        "formats/archive.py", "_UNREADABLE = (BadZipFile, EOFError,", "_UNREADABLE = (EOFError,"
    ),
}


@pytest.mark.parametrize("target", TARGETS)
def test_damaged_files_are_read_or_refused(target: str) -> None:
    run = fuzz(target, seed=0, numbers=range(SLOW.get(target, FEW)))
    assert not run.faults, told(run)


def test_a_number_always_makes_the_same_file() -> None:
    for target in TARGETS:
        assert damaged(target, 7, 11) == damaged(target, 7, 11) != damaged(target, 8, 11)


def test_there_are_good_files_of_every_format() -> None:
    for target in TARGETS:
        assert corpus(target).files, target


def test_a_fault_in_any_reader_is_found(tmp_path: Path) -> None:
    plant(tmp_path, list(PLANTS.values()))
    ran = run_in(tmp_path, "tests.formats.fuzz", "--until-fault", "--inputs", "20000", *PLANTS)
    assert ran.returncode == 1, ran.stderr
    lines = ran.stdout.splitlines()
    unseen = [name for name, line in zip(PLANTS, lines, strict=True) if " 1 fault" not in line]
    assert not unseen, ran.stdout
