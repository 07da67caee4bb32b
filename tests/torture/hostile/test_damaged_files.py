"""Damaged files of every format, by the hundred thousand: see :mod:`tests.formats.fuzz`.

``make test`` reads a hundred of each in :mod:`tests.formats.test_fuzz`, which plants the faults.
"""

import pytest

from tests.formats.fuzz.__main__ import fuzz, told
from tests.formats.fuzz.corpus import TARGETS
from tests.torture.effort import LEVEL, effort
from tests.torture.journal import Journal

FILES = effort(0, 500, 200_000)


@pytest.mark.skipif(LEVEL == "brief", reason="tests/formats/test_fuzz.py reads a few of each")
@pytest.mark.parametrize("target", TARGETS)
def test_damaged_files_are_read_or_refused(target: str) -> None:
    run = fuzz(target, Journal(f"damaged-{target}").seed, range(FILES))
    assert not run.faults, told(run)
