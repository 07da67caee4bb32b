"""Keeping a bank: ``questions backup``, ``restore`` and ``export-all``."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from backups import Backup, BackupError, back_up, restore
from cli_failures import plainly, told
from migrations import open_bank
from operations.export_all import count_left_out, export_all
from operations.hash_bank import hash_bank
from operations.tell_translations import tell_translations
from operations.verify_audit import verify_audit
from settings import Settings
from terminal.console import examples

backups = typer.Typer()


@backups.command("backup", epilog=examples("questions backup bank.backup"))
@plainly
def make_backup(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    force: Annotated[bool, typer.Option(help="Write over a file of that name.")] = False,
) -> None:
    """Copy the whole bank to a file while it is served: questions, answers, keys, audit log."""
    try:
        made = back_up(Settings.load().database_url, file, force=force)
    except BackupError as error:
        raise told(error) from None
    typer.echo(_line(made))


@backups.command("restore", epilog=examples("questions restore bank.backup --replace"))
@plainly
def restore_backup(
    file: Annotated[Path, typer.Argument(help="A file that `questions backup` wrote.")],
    replace: Annotated[
        bool, typer.Option(help="Replace a bank that is in use; a copy of it is kept.")
    ] = False,
) -> None:
    """Put a backup in place of the bank, once the service is stopped."""
    settings = Settings.load()
    try:
        restored = restore(settings.database_url, file, replace=replace)
    except BackupError as error:
        raise told(error) from None
    typer.echo(_line(restored))
    with closing(open_bank(settings, migrate=False)) as database, database.read() as session:
        typer.echo(f"The questions have the hash {hash_bank(session)}")
        verdict = verify_audit(session)
    if verdict.fault:
        raise told(f"The audit log is broken at entry {verdict.number}: {verdict.fault}.")
    typer.echo(f"{verdict.entries} entries of the audit log are sound.")


@backups.command("export-all", epilog=examples("questions export-all everything"))
@plainly
def export_everything(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
) -> None:
    """Write all published questions as files that `questions seed FOLDER` brings back."""
    losses = left_out = 0
    bank = closing(open_bank(Settings.load(), migrate=False))
    try:
        with bank as database, database.read() as session:
            for one in tell_translations(session, export_all(session, folder)):
                for loss in one.losses:
                    typer.echo(f"{one.slug}: {'not carried' if one.is_in else 'left out'}: {loss}")
                losses, left_out = losses + len(one.losses), left_out + (not one.is_in)
            hidden, content = count_left_out(session), hash_bank(session)
    except OSError as error:
        raise told(f"{folder} was not written: {error.strerror}.") from None
    typer.echo(f"{folder}: {losses} losses, {left_out} left out, {hidden} drafts and retired ones")
    typer.echo(f"The questions have the hash {content}")


def _line(one: Backup) -> str:
    rows = "".join(f", {number:,} {name}" for name, number in one.rows.items())
    return f"{one.path}: {one.size:,} bytes, SHA-256 {one.digest}{rows}"
