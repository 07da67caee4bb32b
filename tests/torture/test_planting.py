"""Plants reach services of their own, and journals repeat what was chosen."""

from pathlib import Path

import httpx
import pytest

from api import health
from tests.processes import serving
from tests.torture import journal
from tests.torture.effort import LEVEL, LEVELS, effort
from tests.torture.journal import Journal


def another_version(patch: pytest.MonkeyPatch) -> None:
    """Say a version that nobody released."""
    patch.setattr(health, "VERSION", "planted")


def test_a_service_gets_its_plant(tmp_path: Path) -> None:
    with serving(tmp_path, "run", plant=another_version) as service:
        assert httpx.get(f"{service.url}/version").json()["version"] == "planted"


def test_a_seed_repeats_choices(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(journal, "KEPT", tmp_path)
    first = Journal("choices")
    monkeypatch.setattr(journal, "SEED", str(first.seed))
    assert Journal("again").random.random() == first.random.random()
    first.note("chosen", number=1)
    assert '"event": "chosen", "number": 1' in first.path.read_text()


def test_each_level_tries_harder() -> None:
    assert effort(1, 2, 3) == 1 + LEVELS.index(LEVEL)
