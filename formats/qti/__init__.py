"""QTI: items of 3.0 and of 2.0 to 2.2, and the 1.2 of Canvas and Common Cartridge."""

from collections.abc import Iterator
from typing import BinaryIO

from formats.format import Format, Parsed
from formats.qti.reader import parse


def _parse(stream: BinaryIO) -> Iterator[Parsed]:
    yield from parse(stream.read())


def _sniff3(head: bytes) -> bool:
    return b"qti-assessment-item" in head


QTI3 = Format("qti3", (".xml",), sniff=_sniff3, parse=_parse)
