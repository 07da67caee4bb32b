"""QTI: items of 3.0 and of 2.0 to 2.2, and the 1.2 of Canvas and Common Cartridge.

``docs/formats/qti.md`` says what is carried.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from formats.format import Format, Parsed
from formats.qti import build, v12
from formats.qti.package import INDEX3, INDEX21, INDEX22, package
from formats.qti.reader import parse
from formats.qti.writer import render
from formats.qti.xml import LARGEST_FILE

_TWO = re.compile(rb"<(?:\w+:)?assessmentItem\b[^>]*imsqti(?:_item)?_v2p([012])")


def _parse(stream: BinaryIO) -> Iterator[Parsed]:
    yield from parse(stream.read(LARGEST_FILE + 1))


def _parse12(stream: BinaryIO) -> Iterator[Parsed]:
    yield from v12.parse(stream.read(LARGEST_FILE + 1))


def _sniff12(head: bytes) -> bool:
    return b"<questestinterop" in _plain(head)


def _plain(head: bytes) -> bytes:
    """The beginning of a file in ASCII, whether its letters have one byte or two."""
    return head.replace(b"\0", b"")


def _sniff3(head: bytes) -> bool:
    return b"<qti-assessment-item" in _plain(head)


def _sniff2(minors: bytes, head: bytes) -> bool:
    found = _TWO.search(_plain(head))
    return found is not None and found[1] in minors


QTI3 = Format(
    "qti3",
    (".xml",),
    sniff=_sniff3,
    parse=_parse,
    render=partial(render, version=build.QTI3),
    package=partial(package, INDEX3),
    shows="{}",
)
QTI22 = Format(
    "qti22",
    (".xml",),
    sniff=partial(_sniff2, b"2"),
    parse=_parse,
    render=partial(render, version=build.QTI22),
    package=partial(package, INDEX22),
    shows="{}",
)
QTI21 = Format(
    "qti21",
    (".xml",),
    sniff=partial(_sniff2, b"01"),
    parse=_parse,
    render=partial(render, version=build.QTI21),
    package=partial(package, INDEX21),
    shows="{}",
)

QTI12 = Format(
    "qti12",
    (".xml",),
    sniff=_sniff12,
    parse=_parse12,
    render=v12.render,
    package=v12.package,
    shows="$IMS-CC-FILEBASE$/{}",
)

__all__ = ["QTI3", "QTI12", "QTI21", "QTI22"]
