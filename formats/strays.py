"""Files of a package that hold no questions: named, so that nobody misses what was in them."""

import re
from collections.abc import Sequence

from domain.losses import Loss

_TEST = re.compile(rb"<(?:\w+:)?(?:assessmentTest|qti-assessment-test)\b")

_NAMED = 5


def loss_of(file: str, head: bytes) -> Loss:
    """What is not carried of a file that begins like this."""
    if _TEST.search(head.replace(b"\0", b"")):
        what = f"The test {file!r}: its parts, their order and their rules."
        return Loss("", "test_structure", what, "Its questions stand by themselves.")
    return Loss("", "stray_file", f"The file {file!r} holds no questions.", "It was skipped.")


def loss_of_others(files: Sequence[str]) -> Loss:
    """That files of other kinds are left alone, few of them by their names."""
    named = ", ".join(repr(file[:80]) for file in files[:_NAMED])
    more = f" and {len(files) - _NAMED:,} more" if len(files) > _NAMED else ""
    what = f"Of a kind that holds no questions: {named}{more}."
    return Loss("", "other_files", what, "Skipped.")
