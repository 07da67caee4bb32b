"""Whole copies of a bank, made while it is served, and put back.

A copy is one file of the engine's own: a database of SQLite, or a custom archive of ``pg_dump``.
Beside it lies its digest as ``sha256sum`` writes it. Why so: docs/decisions/0022-backups.md.
"""

from pathlib import Path

from sqlalchemy.engine import make_url

from backups.copies import Backup, BackupError, appearing, digest_of, sync
from backups.of_postgres import copy_server, restore_server
from backups.of_sqlite import copy_file, restore_file
from migrations import file_of

__all__ = ["Backup", "BackupError", "back_up", "restore"]

KINDS = {b"SQLite format 3\0": "sqlite", b"PGDMP": "postgresql"}  # by how their files begin


def back_up(url: str, path: Path, *, force: bool = False) -> Backup:
    """Copy the bank at ``url`` to a file, with every answer that was confirmed before the call.

    The service may go on. The file appears when it is whole. :class:`BackupError` where it is
    there already (unless ``force``), or where the copy cannot be made.
    """
    if path.exists() and not force:
        raise BackupError(f"{path} is there already. Choose another name, or use --force.")
    if not path.parent.is_dir():
        raise BackupError(f"There is no folder {path.parent}. Make it, or choose another.")
    try:
        with appearing(path) as part:
            rows = _copied(url, part)
            digest = _note_digest(part, path)
    except OSError as error:
        raise BackupError(f"{path} was not written: {error.strerror or error}.") from None
    return Backup(path, path.stat().st_size, digest, rows)


def restore(url: str, path: Path, *, replace: bool = False) -> Backup:
    """Put a backup in the place of the bank at ``url``, and bring it to the newest migration.

    A bank that holds questions, answers or keys is in the way, unless ``replace``: then it is
    backed up first, beside the file or, on PostgreSQL, in this folder. :class:`BackupError` where
    the file is damaged, is of the other engine or of a newer version of the service, or where
    something else has the bank open; then nothing has changed.
    """
    kind = _kind(path)
    digest = _check_digest(path)
    target = make_url(url)
    if kind != target.get_backend_name():
        raise BackupError(
            f"{path} is a backup of {kind}, the bank is to be on {target.get_backend_name()}. "
            "Change DATABASE_URL, or take the questions across by `questions export-all`."
        )
    rows = (restore_file if kind == "sqlite" else restore_server)(target, path, replace)
    return Backup(path, path.stat().st_size, digest, rows)


def _copied(url: str, part: Path) -> dict[str, int]:
    source = file_of(make_url(url))
    return copy_server(make_url(url), part) if source is None else copy_file(source, part)


def _note_digest(part: Path, path: Path) -> str:
    """Write the digest of a finished copy before that is there, so that none lacks one."""
    digest, note = digest_of(part), _note_of(path)
    note.write_text(f"{digest}  {path.name}\n")
    sync(note)
    return digest


def _kind(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from None
    for begin, kind in KINDS.items():
        if head.startswith(begin):
            return kind
    raise BackupError(f"{path} is no backup. `questions backup FILE` makes one.")


def _check_digest(path: Path) -> str:
    digest, note = digest_of(path), _note_of(path)
    if note.exists() and note.read_text().split()[:1] != [digest]:
        raise BackupError(
            f"{path} is not as it was written: its digest is not the one in {note.name}. "
            "Take another backup; if this one was changed on purpose, delete that file."
        )
    return digest


def _note_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")
