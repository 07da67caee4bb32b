"""Files of a package that hold no questions: named, so that nobody misses what was in them."""

import re

from domain.losses import Loss

_TEST = re.compile(rb"<(?:\w+:)?(?:assessmentTest|qti-assessment-test)\b")


def loss_of(file: str, head: bytes) -> Loss:
    """What is not carried of a file that begins like this."""
    if _TEST.search(head.replace(b"\0", b"")):
        what = f"The test {file!r}: its parts, their order and their rules."
        return Loss("", "test_structure", what, "Its questions stand by themselves.")
    return Loss("", "stray_file", f"The file {file!r} holds no questions.", "It was skipped.")
