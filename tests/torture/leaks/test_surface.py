"""Nobody without a right to the bank gets anything of its secrets, wherever they ask."""

from pathlib import Path

import pytest

from tests.torture.effort import LEVEL, effort
from tests.torture.leaks.running import found_at_services, found_by_walking
from tests.torture.leaks.twins import Pair, texts_without_canary, unchanged


def test_twins_differ_in_every_secret(pair: Pair) -> None:
    assert unchanged(pair.one, pair.other) == []


def test_every_secret_text_holds_a_canary(pair: Pair) -> None:
    words = {one.word for one in pair.filled.canaries.made}
    assert texts_without_canary(pair.one, words) == []


def test_the_surface_tells_no_secret(pair: Pair) -> None:
    assert found_by_walking(pair, effort(60, 5_000, 21_000)) == []


def test_neither_does_a_service_that_is_not_public(pair: Pair) -> None:
    assert found_by_walking(pair, effort(20, 1_000, 7_000), public=False) == []


@pytest.mark.skipif(LEVEL == "brief", reason="two more processes, on each engine")
def test_neither_do_services_of_their_own(pair: Pair, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    assert found_at_services(pair, folders, effort(60, 2_000, 7_000)) == []
