"""What is wrong with a piece of content, said so that its author can mend it."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about a file or a draft.

    ``line`` and ``column`` count from 1 and are ``None`` where there is no text to point at.
    An ``error`` refuses the question; a ``warning`` is told and the question is taken.
    """

    code: str
    message: str
    hint: str
    line: int | None = None
    column: int | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.line}:{self.column or 1}: " if self.line else ""
        return f"{place}{self.message} {self.hint}"
