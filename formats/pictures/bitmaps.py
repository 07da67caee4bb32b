"""The sizes of PNG, JPEG, GIF and WebP, read by a walk over their parts from the first to the last.

Whatever a part holds is left alone. What is no part of the picture is refused, so that a file
cannot be a picture and something else.
"""

import re
from struct import error as StructError
from struct import unpack_from
from typing import NamedTuple
from zlib import crc32

from formats.pictures.faults import broken, trailing

MOST_PARTS = 100_000
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # in the data of a scan: its end
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # markers of JPEG with a size
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})  # those without a length


class Size(NamedTuple):
    """Pixels, and how many pictures follow each other."""

    width: int
    height: int
    frames: int = 1


def png(data: bytes) -> Size:
    """The size of a PNG whose chunks are whole."""
    place, size, frames, has_data = 8, None, 1, False
    for _ in range(MOST_PARTS):
        length, name = _read(">I4s", data, place, "PNG")
        end = place + 12 + length
        if (
            end > len(data)
            or crc32(data[place + 4 : end - 4]) != _read(">I", data, end - 4, "PNG")[0]
        ):
            broken("PNG", "a part of it is cut or damaged")
        if (size is None) != (name == b"IHDR"):
            broken("PNG", "it has no single header at its beginning")
        if name == b"IHDR":
            size = Size(*_read(">II", data, place + 8, "PNG"))
        elif name == b"acTL":
            frames = max(1, _read(">I", data, place + 8, "PNG")[0])
        has_data = has_data or name == b"IDAT"
        place = end
        if name == b"IEND":
            break
    else:
        broken("PNG", "it has too many parts")
    if size is None or not has_data:
        broken("PNG", "it shows nothing")
    return _ended("PNG", data, place, size._replace(frames=frames))


def jpeg(data: bytes) -> Size:
    """The size of a JPEG whose segments are whole."""
    place, size, has_data = 2, None, False
    for _ in range(MOST_PARTS):
        mark, code = _read(">BB", data, place, "JPEG")
        if mark != 0xFF:
            broken("JPEG", "a part of it is damaged")
        if code == 0xFF:  # filling
            place += 1
            continue
        place += 2
        if code == 0xD9:
            break
        if code in _BARE:
            continue
        (length,) = _read(">H", data, place, "JPEG")
        if length < 2 or place + length > len(data):
            broken("JPEG", "a part of it is cut")
        if code in _SIZES:
            height, width = _read(">HH", data, place + 3, "JPEG")
            size = _larger(size, Size(width, height))
        place += length
        if code == 0xDA:
            found, has_data = _MARKER.search(data, place), True
            place = len(data) if found is None else found.start()
    else:
        broken("JPEG", "it has too many parts")
    if size is None or not has_data:
        broken("JPEG", "it shows nothing")
    return _ended("JPEG", data, place, size)


def gif(data: bytes) -> Size:
    """The size of a GIF whose blocks are whole."""
    width, height, flags = _read("<HHB", data, 6, "GIF")
    size, frames = Size(width, height), 0
    place = 13 + _colours(flags)
    for _ in range(MOST_PARTS):
        (mark,) = _read("B", data, place, "GIF")
        if mark == 0x3B:
            break
        if mark == 0x21:
            place = _blocks(data, place + 2)
        elif mark == 0x2C:
            left, top, wide, high, flags = _read("<HHHHB", data, place + 1, "GIF")
            size = _larger(size, Size(left + wide, top + high))
            frames += 1
            place = _blocks(data, place + 11 + _colours(flags))
        else:
            broken("GIF", "a part of it is damaged")
    else:
        broken("GIF", "it has too many parts")
    if not frames:
        broken("GIF", "it shows nothing")
    return _ended("GIF", data, place + 1, size._replace(frames=frames))


def webp(data: bytes) -> Size:
    """The size of a WebP whose chunks are whole."""
    place, size, frames = 12, None, 0
    end = 8 + _read("<I", data, 4, "WebP")[0]
    while place < min(end, len(data)):
        name, length = _read("<4sI", data, place, "WebP")
        found = _webp_size(name, data, place + 8)
        size = _larger(size, found) if found else size
        frames += name in (b"ANMF", b"VP8 ", b"VP8L")
        place += 8 + length + length % 2
        if frames > MOST_PARTS or place > len(data) + length % 2:
            broken("WebP", "a part of it is cut, or there are too many")
    if size is None or not frames or place != end:
        broken("WebP", "its parts do not fill it")
    return _ended("WebP", data, end, size._replace(frames=frames))


def _webp_size(name: bytes, data: bytes, place: int) -> Size | None:
    if name in (b"VP8X", b"ANMF"):
        at = place + (4 if name == b"VP8X" else 6)
        wide, wider, high, higher = _read("<HBHB", data, at, "WebP")
        return Size((wider << 16 | wide) + 1, (higher << 16 | high) + 1)
    if name == b"VP8 ":
        mark, width, height = _read("<3sHH", data, place + 3, "WebP")
        if mark != b"\x9d\x01\x2a":
            broken("WebP", "its first part is damaged")
        return Size(width & 0x3FFF, height & 0x3FFF)
    if name == b"VP8L":
        mark, bits = _read("<BI", data, place, "WebP")
        if mark != 0x2F:
            broken("WebP", "its first part is damaged")
        return Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    return None


def _read(form: str, data: bytes, place: int, kind: str) -> tuple:  # type: ignore[type-arg]
    try:
        return unpack_from(form, data, place)
    except StructError:
        broken(kind, "it ends too early")


def _larger(one: Size | None, other: Size) -> Size:
    if one is None:
        return other
    return Size(max(one.width, other.width), max(one.height, other.height))


def _colours(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _blocks(data: bytes, place: int) -> int:
    """The place behind the blocks of a GIF that begin here."""
    while length := _read("B", data, place, "GIF")[0]:
        place += 1 + length
    return place + 1


def _ended(kind: str, data: bytes, end: int, size: Size) -> Size:
    """The size, if nothing but filling is behind the end."""
    if rest := data[end:].strip(b"\0\r\n "):
        trailing(kind, len(rest))
    return size
