"""A service whose clock is set, back and forth, while it runs; other clocks go on as they do."""

import os
import platform
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Clock:
    """The file that says by how much the clock of a service is wrong."""

    file: Path

    def set(self, offset: str) -> None:
        """Set it: ``-3d``, ``+2h``, and ``+0`` for right."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{offset}\n")
        os.replace(new, self.file)  # read at every look at the clock, and never half written

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a process that goes by this clock.

        Only what the wall clock says is wrong: the one that waits and limits go by is not set.
        """
        return {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            # Else who waits for Python's lock waits ten times as long: by the wrong clock.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        }


def library() -> Path:
    """libfaketime, as its wheel brings it; it is found, not imported, which would start it here."""
    found = find_spec("libfaketime")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "vendor/libfaketime/src/libfaketime.so.1"


def why_not() -> str:
    """Why no clock can be set here; empty if it can."""
    machine = (sys.platform, platform.machine(), platform.libc_ver()[0])
    if machine == ("linux", "x86_64", "glibc") and library().exists():
        return ""
    return f"libfaketime's wheel is made for Linux on x86-64, not for {' '.join(machine)}."
