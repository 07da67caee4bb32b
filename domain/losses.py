"""What a file format could not carry, said so that nothing goes missing in silence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that another format cannot say, on the way in or out.

    ``path`` is where it stands in the question (``/options/2/feedback``, places from 1), ``what``
    was there, ``instead`` is what was written or read in its place.
    """

    path: str
    code: str
    what: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path or '/'}: {self.what} {self.instead}"
