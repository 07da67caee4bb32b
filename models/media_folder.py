"""A folder of files that are named by the hash of their bytes."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_media(folder: Path, name: str, content: bytes) -> None:
    """Put a file there, whole and on the disk, or not at all. Safe to repeat."""
    path = _path(folder, name)
    if path.exists() and path.stat().st_size == len(content):
        return
    is_new = not path.parent.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as part:
        try:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
            os.chmod(part.name, 0o644)
            os.replace(part.name, path)
        except BaseException:
            os.unlink(part.name)
            raise
    for changed in (path.parent, folder)[: 1 + is_new]:
        _sync(changed)


def read_media(folder: Path, name: str) -> bytes | None:
    """What the file holds; ``None`` if it is not there."""
    try:
        return _path(folder, name).read_bytes()
    except FileNotFoundError:
        return None


def _path(folder: Path, name: str) -> Path:
    return folder / name[:2] / name


def _sync(folder: Path) -> None:
    """Put the names of a folder's files on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
