"""The same work in small pieces, so that little of it has many moments to be killed at."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from api import background_worker
from models import regrade
from operations import append_regrades, assess_submissions, import_sources, run_regrade

PIECE = 10  # files of an import
BATCH = 25  # submissions of a regrade
LONGER = 0.02  # seconds that each batch takes


def _slowly(work: Callable[..., bool]) -> Callable[..., bool]:
    """The work, in a transaction that takes longer."""

    def work_slowly(*said: object) -> bool:
        is_done = work(*said)
        time.sleep(LONGER)
        return is_done

    return work_slowly


def small_pieces(patch: pytest.MonkeyPatch) -> None:
    """No mistake: chunks, batches and the patience with a worker that is gone, made small."""
    patch.setattr(import_sources, "CHUNK", PIECE)
    patch.setattr(append_regrades, "BATCH", BATCH)
    patch.setattr(assess_submissions, "BATCH", BATCH)
    patch.setattr(run_regrade, "_next_batch", _slowly(run_regrade._next_batch))
    patch.setattr(regrade, "LEASE", timedelta(seconds=0.5))
    patch.setattr(background_worker, "PAUSE", 0.1)
