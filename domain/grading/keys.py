"""What a response is graded against."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChoiceKey:
    """All option ids of a question in the author's order, and those that are right.

    No option right is a key like any other. A key that no question can have is a ``ValueError``:
    without options, with the same id twice, or with a right option that is not among them.
    """

    options: tuple[str, ...]
    correct: frozenset[str]

    def __post_init__(self) -> None:
        known = frozenset(self.options)
        if not self.options or len(known) < len(self.options) or not self.correct <= known:
            raise ValueError("A key needs options, each once, and right ones among them.")
