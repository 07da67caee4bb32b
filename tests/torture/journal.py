"""What an ordeal did, and from which seed, so that a failure can be looked into and repeated."""

import json
import os
import random
import secrets
import time
from pathlib import Path
from threading import Lock

from tests.processes import ROOT

KEPT = ROOT / ".made" / "torture"
SEED = os.environ.get("TORTURE_SEED")


class Journal:
    """Events of one ordeal, a line of JSON each, in ``.made/torture/{name}-{seed}.jsonl``.

    ``random`` is to make every choice: ``TORTURE_SEED`` repeats a run.
    """

    def __init__(self, name: str) -> None:
        self.seed = int(SEED) if SEED else secrets.randbits(32)
        self.random = random.Random(self.seed)  # noqa: S311 - no secret
        KEPT.mkdir(parents=True, exist_ok=True)
        self.path = Path(KEPT / f"{name}-{self.seed}.jsonl")
        self.path.write_text("")
        self._lock = Lock()

    def note(self, event: str, **told: object) -> None:
        """Keep what happened just now; any thread may."""
        line = json.dumps({"at": time.time(), "event": event, **told}, default=str)
        with self._lock, self.path.open("a") as kept:
            kept.write(f"{line}\n")
