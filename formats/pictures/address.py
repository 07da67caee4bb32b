"""How texts name their pictures: by a path beside the file, or by the bytes themselves."""

import posixpath
import re
from base64 import b64decode
from html import unescape
from urllib.parse import unquote, unquote_to_bytes

from formats.pictures.faults import BadPicture

LONGEST_PATH = 500
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)
_DATA = re.compile(r"data:image/[a-z0-9.+-]+((?:;[^,;]*)*),(.*)", re.IGNORECASE | re.DOTALL)
_SPACE = re.compile(r"\s+")


def is_relative(address: str) -> bool:
    """Whether the picture lies beside the file, and not on a server."""
    return bool(address) and not _ELSEWHERE.match(address.strip())


def is_data(address: str) -> bool:
    """Whether the picture stands in its address."""
    return address.lstrip()[:11].lower() == "data:image/"


def from_data(address: str) -> bytes | None:
    """The bytes of a picture that stand in its ``data:`` address; ``None`` for another address."""
    found = _DATA.fullmatch(address.strip())
    if found is None:
        return None
    if not found[1].lower().endswith(";base64"):
        return unquote_to_bytes(found[2])
    try:
        return b64decode(_SPACE.sub("", unquote(found[2])), validate=True)
    except ValueError:
        raise BadPicture(
            "broken_picture", "Its base64 is damaged.", "Keep the picture in a file of its own."
        ) from None


def resolved(folder: str, address: str) -> tuple[str, ...]:
    """The paths, from most to least likely, that a relative address means in a folder.

    None leads out of what the folder is relative to: an address that does is a
    :class:`BadPicture`, as is one with NUL or of unreasonable length.
    """
    plain = unescape(address.strip()).replace("\\", "/")
    cut = re.split(r"[?#]", plain, maxsplit=1)[0]
    found = dict.fromkeys(_inside(folder, unquote(one)) for one in (cut, plain) if one)
    return tuple(found)


def _inside(folder: str, path: str) -> str:
    joined = posixpath.normpath(posixpath.join("/", folder, path.lstrip("/")))
    climbs = posixpath.normpath(posixpath.join(folder, path.lstrip("/"))).startswith("..")
    if climbs or "\0" in path or len(path) > LONGEST_PATH or re.match(r"[A-Za-z]:", path):
        raise BadPicture(
            "unsafe_path",
            "Its path leads out of the folder or the zip file, or is no path.",
            "Keep pictures in the folder of the file, or in one below.",
        )
    return joined.lstrip("/")
