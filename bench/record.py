"""Figures kept as a dated file, with what they were measured on."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import shape

RESULTS = Path(__file__).parent / "results"


def write_record(lines: Iterable[str]) -> Path:
    """Write the lines under the date, the machine's shape and the versions; returns the file."""
    at = datetime.now(UTC)
    path = RESULTS / f"{at:%Y-%m-%d-%H%M}.md"
    busy, _, _ = os.getloadavg()
    facts = [f"* {fact}" for fact in (*shape(), f"load average at the end: {busy:.1f}")]
    whole = [f"# Figures of {at:%Y-%m-%d}", "", *facts, "", "```text", *lines, "```", ""]
    RESULTS.mkdir(exist_ok=True)
    path.write_text("\n".join(whole))
    return path
