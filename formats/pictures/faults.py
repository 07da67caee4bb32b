"""Why a picture is not taken."""

from typing import NoReturn


class BadPicture(Exception):
    """A picture that is not taken: a stable code, why, and what to do."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


def broken(kind: str, why: str) -> NoReturn:
    """Raise for bytes that are no whole picture of the kind that they begin like."""
    raise BadPicture("broken_picture", f"It is no whole {kind}: {why}.", "Save it anew.")


def trailing(kind: str, count: int) -> NoReturn:
    """Raise for a file that is a picture and something else behind it."""
    raise BadPicture(
        "trailing_bytes",
        f"Behind the end of the {kind} there are {count:,} more bytes.",
        "Save the picture anew, so that the file holds nothing else.",
    )
