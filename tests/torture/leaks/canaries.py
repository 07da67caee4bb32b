"""Texts and numbers that stand for secrets, and the search for them in any disguise.

A canary is a word of sixteen letters and digits that stands nowhere else. Escaping leaves such a
word alone; what does not is looked for as well: other case, reversed, hexadecimal, base64 at each
of its three alignments, and hashes of the word and of the whole text that it stands in, also cut
short as entity tags are. Every disguise is told by ``LENGTH`` characters out of its middle, so
that one pass over everything that was told finds all of them.
"""

import html
import re
from base64 import b32encode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import md5, sha1, sha256
from urllib.parse import unquote_to_bytes

from domain.identity import normalise
from formats.rendering import to_html

LENGTH = 12
_RUN = re.compile(rb"[0-9A-Za-z+/_-]{%d,}" % LENGTH)
_ESCAPED = re.compile(rb"\\u([0-9a-fA-F]{4})")
_HASHES = (sha256, sha1, md5)


@dataclass(frozen=True, slots=True)
class Canary:
    """A secret: what it is (``hint 1``), of which question, and the text that holds its word."""

    what: str
    question: str
    word: str
    text: str

    def disguises(self) -> Iterator[bytes]:
        """What to look for."""
        word = self.word.encode()
        yield from (word[:LENGTH], word.upper()[:LENGTH], word[::-1][:LENGTH])
        yield from (word.hex()[-LENGTH:].encode(), word.hex().upper()[-LENGTH:].encode())
        for pad in (b"", b"x", b"xx"):
            yield from _base64(pad + word, LENGTH // 3)
        for said in {self.word, self.text, normalise(self.text), to_html(self.text).strip()}:
            for digest in (make(said.encode()).digest() for make in _HASHES):
                yield digest.hex()[:LENGTH].encode()
                yield from _base64(digest, 0)
                yield b32encode(digest).lower()[:LENGTH]


def _base64(octets: bytes, start: int) -> Iterator[bytes]:
    """The letters behind the first, in which something else may have a part."""
    plain = b64encode(octets)[start : start + LENGTH]
    yield from {plain, plain.replace(b"+", b"-").replace(b"/", b"_")}


class Canaries:
    """All canaries of a bank, made one by one."""

    def __init__(self) -> None:
        self.made: list[Canary] = []

    def text(self, what: str, question: str) -> str:
        """A new text that holds a canary, and letters that are escaped in every format."""
        word = self._word()
        text = f"{what} <{word}> & \"é\" 'ü' {word}%+/"
        self.made.append(Canary(what, question, word, text))
        return text

    def word(self, what: str, question: str) -> str:
        """A new canary alone, such as a slug."""
        word = self._word()
        self.made.append(Canary(what, question, word, word))
        return word

    def number(self, what: str, question: str) -> int:
        """A new number that is a canary."""
        number = 10**15 + int(sha256(f"n{len(self.made)}".encode()).hexdigest()[:12], 16)
        self.made.append(Canary(what, question, str(number), str(number)))
        return number

    def known(self, what: str, token: str) -> None:
        """A secret that is there already and can be taken for a canary, such as a hash."""
        self.made.append(Canary(what, "", token, token))

    def _word(self) -> str:
        return "kq" + b32encode(sha256(f"{len(self.made)}".encode()).digest()).decode().lower()[:14]

    def disguises(self) -> dict[bytes, Canary]:
        """Of all of them, each with what it tells."""
        return {hidden: one for one in self.made for hidden in one.disguises()}


def search(told: Iterable[bytes], disguises: dict[bytes, Canary]) -> set[Canary]:
    """The canaries that are told, in whatever disguise."""
    runs: set[bytes] = set()
    for each in set(told):
        for seen in _readings(each):
            runs.update(_RUN.findall(seen))
    pieces = (run[at : at + LENGTH] for run in runs for at in range(len(run) - LENGTH + 1))
    return {disguises[piece] for piece in pieces if piece in disguises}


def _readings(told: bytes) -> set[bytes]:
    """What was told, and the same without the escapes of addresses, of JSON and of HTML."""
    as_json = _ESCAPED.sub(lambda found: chr(int(found[1], 16)).encode(errors="replace"), told)
    as_html = html.unescape(told.decode(errors="replace")).encode(errors="replace")
    return {told, unquote_to_bytes(told), as_json, as_html}
