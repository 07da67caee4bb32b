"""Pictures for tests, made byte by byte."""

import io
import struct
import zipfile
import zlib

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="10" height="10">{}</svg>'  # noqa: E501


def chunk(name: bytes, data: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 3, height: int = 2, shade: int = 0, extra: bytes = b"") -> bytes:
    """A grey picture."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes([shade]) * min(width, 100) for _ in range(min(height, 100)))
    parts = chunk(b"IHDR", head), extra, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def gif(width: int = 3, height: int = 2, frames: int = 1) -> bytes:
    """A picture of frames with hardly anything in them."""
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x01\x00\x00"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + frame * frames + b"\x3b"


def jpeg(width: int = 3, height: int = 2, segments: bytes = b"") -> bytes:
    """A picture whose scan no decoder would like."""
    size = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + segments + size + scan + b"\xff\xd9"


def webp(width: int = 3, height: int = 2) -> bytes:
    """A lossless picture."""
    bits = struct.pack("<BI", 0x2F, (width - 1) | (height - 1) << 14) + b"\0"
    body = b"WEBPVP8L" + struct.pack("<I", len(bits)) + bits
    return b"RIFF" + struct.pack("<I", len(body)) + body


def svg(inside: str = '<rect width="5" height="5"/>') -> bytes:
    """A drawing."""
    return SVG.format(inside).encode()


def zipped(files: dict[str, bytes]) -> bytes:
    """The files as a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, data in files.items():
            target.writestr(name, data)
    return buffer.getvalue()


def question(*pictures: str, title: str = "Which curve?") -> bytes:
    """A Quarto file that shows pictures in its stem and, the last of them, in its explanation."""
    shown = "\n\n".join(f"![a plot]({one})" for one in pictures[: max(1, len(pictures) - 1)])
    told = f"\n![why]({pictures[-1]})\n" if len(pictures) > 1 else ""
    return (
        f"---\ntitle: {title}\n---\n\nLook at this.\n\n{shown}\n\n1. Up\n2. Down\n\n"
        f":::{{.callout-note}}\n## Answer\n\n1\n\nIt rises.\n{told}:::\n"
    ).encode()
