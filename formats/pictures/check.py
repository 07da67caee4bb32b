"""Whether bytes are a picture that may be shown: by what they are, whatever they are called."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import PurePath

from domain.pictures import ENDINGS, Picture
from formats.pictures.bitmaps import Size, gif, jpeg, png, webp
from formats.pictures.faults import BadPicture
from formats.pictures.svg import clean_svg, is_svg

LARGEST = 5 * 1024 * 1024  # bytes
MOST_PIXELS = 40_000_000  # of one picture
MOST_FRAME_PIXELS = 400_000_000  # of all frames of one that moves
LONGEST_SIDE = 20_000  # pixels
LONGEST_FILE = 100  # characters of a file's name that are kept

Measure = Callable[[bytes], Size]
_BITMAPS: tuple[tuple[Callable[[bytes], bool], str, Measure], ...] = (
    (lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"), "image/png", png),
    (lambda data: data.startswith(b"\xff\xd8\xff"), "image/jpeg", jpeg),
    (lambda data: data.startswith((b"GIF87a", b"GIF89a")), "image/gif", gif),
    (lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP", "image/webp", webp),
)


def read_picture(data: bytes, file: str = "") -> Picture:
    """The picture that the bytes are, an SVG without what it may not hold.

    ``file`` is what it was called. :class:`BadPicture` for what is none, or none for browsers.
    """
    if len(data) > LARGEST:
        told = f"It has {len(data):,} bytes; {LARGEST:,} are taken."
        raise BadPicture("large_picture", told, "Make it smaller: fewer pixels, or compressed.")
    if is_svg(data):
        content, size, removed = clean_svg(data, check_bitmap)
        type_ = "image/svg+xml"
    else:
        content, (type_, size), removed = data, check_bitmap(data), ()
    name = f"{sha256(content).hexdigest()}.{ENDINGS[type_]}"
    width, height = (size.width, size.height) if size else (None, None)
    return Picture(name, content, width, height, _plain_name(file), removed)


def check_bitmap(data: bytes) -> tuple[str, Size]:
    """The type and size of a picture made of pixels."""
    for is_one, type_, measure in _BITMAPS:
        if is_one(data):
            size = measure(data)
            _check_size(size)
            return type_, size
    raise BadPicture(
        "unknown_media_type",
        "Its bytes are no PNG, JPEG, GIF, WebP or SVG, whatever it is called.",
        "Save it as one of these.",
    )


def _check_size(size: Size) -> None:
    if not (0 < size.width <= LONGEST_SIDE and 0 < size.height <= LONGEST_SIDE):
        told = f"It has {size.width:,} by {size.height:,} pixels; a side has 1 to {LONGEST_SIDE:,}."
        raise BadPicture("too_many_pixels", told, "Make it smaller.")
    pixels = size.width * size.height
    if pixels > MOST_PIXELS or pixels * size.frames > MOST_FRAME_PIXELS:
        told = f"It has {pixels * size.frames:,} pixels; {MOST_PIXELS:,} are taken."
        raise BadPicture("too_many_pixels", told, "Make it smaller, or take fewer frames.")


def _plain_name(file: str) -> str:
    name = PurePath(file.replace("\\", "/")).name
    return "".join(filter(str.isprintable, name))[-LONGEST_FILE:]
