"""Who may do what, and who did what: ``questions keys`` and ``questions audit``."""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import select

from cli_failures import plainly, told
from domain.access import LONGEST_KEY_NAME, RATE_LIMIT, Role, is_key_name, public_part
from domain.errors import KeyNotFound
from migrations import open_bank
from models import ApiKey, AuditEntry, now
from operations.issue_key import issue_key
from operations.revoke_key import revoke_key
from operations.rotate_signing_key import rotate_signing_key
from operations.verify_audit import verify_audit
from settings import Settings
from terminal.console import examples, print_table

keys = typer.Typer(
    help="API keys: make, list, revoke; the key that signs receipts: rotate.", no_args_is_help=True
)
audit = typer.Typer(help="The audit log: list, verify.", no_args_is_help=True)


@keys.command(
    "create",
    epilog=examples(
        "questions keys create --name 'The course page'",
        "questions keys create --name 'The LMS' --role integration --rate-limit 600/minute",
        "questions keys create --name 'Ada, until summer' --role author --days 90",
    ),
)
@plainly
def create_key(
    name: Annotated[str, typer.Option(help="Whose key it is.")],
    role: Annotated[Role, typer.Option(help="What it may do.")] = "publishable",
    days: Annotated[
        int | None, typer.Option(min=1, max=36_500, help="Days until it expires.")
    ] = None,
    rate_limit: Annotated[
        str | None, typer.Option(help="How often it may ask, as 600/minute.")
    ] = None,
) -> None:
    """Make a key and show it, this once."""
    if not is_key_name(name):
        raise typer.BadParameter(
            f"1 to {LONGEST_KEY_NAME} printable characters", param_hint="--name"
        )
    if rate_limit is not None and not RATE_LIMIT.fullmatch(rate_limit):
        raise typer.BadParameter(
            "a number per second, minute, hour or day, as 600/minute", param_hint="--rate-limit"
        )
    expires_at = now() + timedelta(days=days) if days else None
    _, token = open_bank(Settings.load(), migrate=False).write(
        lambda session: issue_key(
            session, name=name, role=role, expires_at=expires_at, rate_limit=rate_limit
        )
    )
    typer.echo(token)


@keys.command("list", epilog=examples("questions keys list"))
@plainly
def list_keys() -> None:
    """Show all keys but their secrets."""
    table = Table(
        "public part", "name", "role", "rate limit", "created", "expires", "last used", "revoked"
    )
    with open_bank(Settings.load(), migrate=False).read() as session:
        for key in session.scalars(select(ApiKey).order_by(ApiKey.id)):
            moments = (key.created_at, key.expires_at, key.last_used_at, key.revoked_at)
            days = [f"{moment:%Y-%m-%d %H:%M}" if moment else "-" for moment in moments]
            may = key.role or " ".join(key.scopes)
            table.add_row(key.public_part, key.name, may, key.rate_limit or "-", *days)
    print_table(table)


@keys.command("revoke", epilog=examples("questions keys revoke 1f2e3d4c"))
@plainly
def revoke(key: Annotated[str, typer.Argument(help="The key, or its public part.")]) -> None:
    """Make a key useless at once."""
    shown = public_part(key) if key.startswith("qs_") else key
    try:
        open_bank(Settings.load(), migrate=False).write(
            lambda session: revoke_key(session, public_part=shown, at=now())
        )
    except KeyNotFound:
        raise told(
            f"No key has the public part {shown!r}; `questions keys list` shows all."
        ) from None
    typer.echo(f"Revoked {shown}.")


@keys.command("rotate-signing", epilog=examples("questions keys rotate-signing"))
@plainly
def rotate_signing() -> None:
    """Sign receipts with a new key; what was signed before stays valid."""
    key = open_bank(Settings.load(), migrate=False).write(rotate_signing_key)
    typer.echo(f"Receipts are signed with {key.kid} from now on.")


@audit.command(
    "list",
    epilog=examples(
        "questions audit list --since 2026-11-01",
        "questions audit list --action question.published",
    ),
)
@plainly
def list_entries(
    since: Annotated[
        datetime | None, typer.Option(help="Only what was done then or later, UTC.")
    ] = None,
    actor: Annotated[str | None, typer.Option(help="Only what the key with this id did.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this, as key.created.")] = None,
) -> None:
    """Show who did what, in the order it was done."""
    table = Table("number", "at", "actor", "action", "subject", "version", "detail")
    begin = since.replace(tzinfo=UTC) if since else None
    found = AuditEntry.matching(since=begin, actor=actor, action=action)
    with open_bank(Settings.load(), migrate=False).read() as session:
        for entry in session.scalars(found.order_by(AuditEntry.number)):
            table.add_row(
                str(entry.number),
                f"{entry.at:%Y-%m-%d %H:%M:%S}",
                entry.actor_name or entry.actor or "command line",
                entry.action,
                f"{entry.subject_type} {entry.subject_id}",
                str(entry.version or "-"),
                json.dumps(entry.detail, ensure_ascii=False),
            )
    print_table(table)


@audit.command("verify", epilog=examples("questions audit verify"))
@plainly
def verify() -> None:
    """Prove that no entry was changed, moved, added or taken away; else name the first one."""
    with open_bank(Settings.load(), migrate=False).read() as session:
        verdict = verify_audit(session)
    if verdict.fault:
        raise told(f"The audit log is broken at entry {verdict.number}: {verdict.fault}.")
    typer.echo(f"{verdict.entries} entries are sound; the last one has the hash {verdict.head}")
