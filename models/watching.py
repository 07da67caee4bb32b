"""What a database tells of its work to whoever watches."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any


class Watch:
    """Hears what a database does; this one does nothing about it."""

    def transaction(self, kind: str) -> AbstractContextManager[object]:
        """What is around a transaction, which is to ``read`` or to ``write``."""
        return nullcontext()

    def committed(self, seconds: float, info: Mapping[Any, Any]) -> None:
        """A commit succeeded after so long; ``info`` is what the work noted in its session."""
