"""Question files brought into a bank, and what was told of them."""

from models import Database
from operations.find_sources import find_sources
from operations.import_item import ImportItem
from operations.import_sources import Terms, import_sources
from operations.prepare_import import Prepared
from tests.pictures import zipped


def bring_zip(
    database: Database, files: dict[str, bytes], *, dry_run: bool = False
) -> tuple[ImportItem, ...]:
    """Import a zip of these files."""
    sources = find_sources("a.zip", zipped(files))
    parts = import_sources(database.write, sources, terms=Terms(dry_run=dry_run))
    return tuple(item for part in parts for item in part.items)


def codes(told: ImportItem | Prepared, severity: str = "error") -> list[str]:
    """The codes of the problems of this severity; that such files are alike goes without saying."""
    found = [one.code for one in told.problems if one.severity == severity]
    return [code for code in found if code != "near_duplicate"]
