"""Pictures as strangers send them: known by their bytes, walked from end to end, never decoded.

``docs/media.md`` says what is taken.
"""

from formats.pictures.address import from_data, is_relative, resolved
from formats.pictures.check import LARGEST, MOST_PIXELS, read_picture
from formats.pictures.faults import BadPicture

__all__ = [
    "LARGEST",
    "MOST_PIXELS",
    "BadPicture",
    "from_data",
    "is_relative",
    "read_picture",
    "resolved",
]
