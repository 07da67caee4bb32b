"""Where in its file a picture is named: looked up only for those that are not taken."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import unquote

LARGEST_FILE = 16 * 1024 * 1024  # bytes that are looked through
MOST_LOOKUPS = 100
LONGEST_SEARCHED = 200  # characters of an address


@dataclass(slots=True)
class Lines:
    """The lines of a file, whatever it is."""

    content: bytes | Path | None = None
    left: int = MOST_LOOKUPS

    def of(self, address: str) -> int | None:
        """The first line with the address, or with the last step of it; ``None`` if unknown."""
        self.left -= 1
        if self.content is None or self.left < 0:
            return None
        data = self._read()
        for spelled in _spellings(address[:LONGEST_SEARCHED]):
            if (found := data.find(spelled.encode(errors="replace"))) >= 0:
                return data.count(b"\n", 0, found) + 1
        return None

    def _read(self) -> bytes:
        if isinstance(self.content, bytes):
            return self.content[:LARGEST_FILE]
        assert self.content is not None
        try:
            with self.content.open("rb") as file:
                return file.read(LARGEST_FILE)
        except OSError:
            return b""


def _spellings(address: str) -> Iterator[str]:
    for spelled in (address, address.rpartition("/")[2]):
        if spelled:
            yield from (spelled, unquote(spelled), escape(spelled))
