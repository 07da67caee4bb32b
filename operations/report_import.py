"""The report of an import as a document of plain values, the same at every door."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from operations.import_item import OUTCOMES, ImportItem


def report_import(items: Iterable[ImportItem]) -> dict[str, Any]:
    """How many questions had each outcome, and every item."""
    told = [asdict(item) for item in items]
    counts = Counter(item["outcome"] for item in told)
    return {**{outcome: counts[outcome] for outcome in OUTCOMES}, "items": told}
