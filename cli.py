"""The ``questions`` command: set up, seed, serve and look after a bank."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session
from uvicorn import Config

from api.app import create_app
from api.listening import allow_connections, listen_and_serve
from api.logs import configure_logs
from api.quick_protocol import QuickProtocol
from api.tracing import require_library
from api.workers import APPLICATION, sharing_measurements
from cli_access import audit, keys
from cli_backup import backups
from cli_failures import plainly, told
from cli_files import files
from cli_learning import learning
from cli_privacy import learner
from doctor import examine, why_taken
from migrations import open_bank
from models import ApiKey, Bank, CorrectOption, Database, Question, QuestionVersion
from models.learning import versions_for_learners
from operations.import_sources import Terms
from operations.issue_key import issue_key
from seed.load import CONTENT, question_files
from seed.report import load_and_report
from settings import Settings
from terminal.console import examples

app = typer.Typer(
    help="Stores questions, serves them as JSON and grades what learners submit.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(keys, name="keys")
app.add_typer(audit, name="audit")
app.add_typer(learner, name="learner")
app.add_typer(learning)
app.add_typer(files)
app.add_typer(backups)

Host = Annotated[str | None, typer.Option(help="Address to listen on; else QUESTIONS_HOST.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on; else QUESTIONS_PORT.")]
Workers = Annotated[int | None, typer.Option(help="Processes; else QUESTIONS_WORKERS.")]

# A worker that is silent for so long is replaced; on a busy machine one needs seconds to start.
LONGEST_SILENCE = 30
# Requests under way at the end get so many seconds more; most who stop a service wait ten in all.
LONGEST_REQUEST = 7


def main() -> None:
    """Run the command line."""
    app()


@app.command(
    "run",
    epilog=examples(
        "questions run", "questions run --port 8123", "QUESTIONS_WORKERS=4 questions run"
    ),
)
@plainly
def run_all(host: Host = None, port: Port = None, workers: Workers = None) -> None:
    """Set up the database, load the questions that come along, and serve."""
    settings = Settings.load(host=host, port=port, workers=workers)
    _require_free(settings)
    database = open_bank(settings)
    _seed_once(database)
    key = database.write(lambda session: _first_admin_key(session, settings))
    _print_welcome(settings, database, key)
    _serve(settings, database)


@app.command(
    epilog=examples(
        "questions serve --workers 4",
        "DATABASE_URL=postgresql://me@localhost/questions questions serve",
    )
)
@plainly
def serve(host: Host = None, port: Port = None, workers: Workers = None) -> None:
    """Serve a database that is set up; refuses one that needs migrating."""
    settings = Settings.load(host=host, port=port, workers=workers)
    _require_free(settings)
    _serve(settings, open_bank(settings, migrate=False))


@app.command(
    epilog=examples(
        "questions migrate", "DATABASE_URL=postgresql://me@localhost/questions questions migrate"
    )
)
@plainly
def migrate() -> None:
    """Bring the database to the newest migration; give an empty service its admin key."""
    settings = Settings.load()
    database = open_bank(settings)
    key = database.write(lambda session: _first_admin_key(session, settings))
    typer.echo("The database is at the newest migration.")
    if key:
        typer.echo(f"Admin key   {key}  (shown only now)")


@app.command("seed", epilog=examples("questions seed", "questions seed questions/ --dry-run"))
@plainly
def seed_files(
    places: Annotated[list[Path] | None, typer.Argument(metavar="[FILE|FOLDER]...")] = None,
    dry_run: Annotated[bool, typer.Option(help="Show what would change, write nothing.")] = False,
) -> None:
    """Load question files; without a name, those that come with the service."""
    files = list(question_files(places or [CONTENT]))
    terms = Terms(dry_run=dry_run)
    if load_and_report(open_bank(Settings.load()), files, terms=terms).failed:
        raise typer.Exit(1)


@app.command(epilog=examples("questions doctor"))
def doctor() -> None:
    """Check settings, database, migrations, durability, port, clock; say the cure of each fault."""
    findings = list(examine())
    for finding in findings:
        typer.echo(finding)
    if any(finding.fault for finding in findings):
        raise typer.Exit(1)


def _require_free(settings: Settings) -> None:
    """End with one line if the port is taken."""
    if reason := why_taken(settings.host, settings.port):
        raise told(
            f"Cannot listen on {settings.host}:{settings.port}: {reason}. Stop what uses the "
            "port, or choose another: `make run PORT=8001` or --port 8001."
        )


def _seed_once(database: Database) -> None:
    """Fill an empty bank. One that is in use is only compared: its edits are not undone."""
    with database.read() as session:
        in_use = session.scalar(select(Question.id).limit(1)) is not None
    load = load_and_report(database, list(question_files([CONTENT])), terms=Terms(dry_run=in_use))
    if in_use and load.counts.keys() - {"unchanged"}:
        typer.echo("The bank differs from seed/content; `questions seed` would load it.")


def _first_admin_key(session: Session, settings: Settings) -> str | None:
    """The admin key of an empty service, where one was made up and nobody knows it yet."""
    Bank.take_turns(session)  # two first starts at once make one key
    if session.scalar(select(ApiKey.id).limit(1)) is not None:
        return None
    stated = settings.admin_key.get_secret_value() if settings.admin_key else None
    _, token = issue_key(session, name="first admin", role="admin", token=stated)
    return None if stated else token


def _print_welcome(settings: Settings, database: Database, key: str | None) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = settings.base_url or f"http://{host}:{settings.port}"
    lines = [f"Playground  {url}/", f"Admin       {url}/admin", f"API docs    {url}/docs"]
    if key:
        lines.append(f"Admin key   {key}  (shown only now)")
    with database.read() as session:
        first = versions_for_learners().order_by(QuestionVersion.published_at).limit(1)
        if settings.public and (version := session.scalar(first)):
            lines += ["Grade an answer:", f"  {_curl(url, session, version)}"]
    typer.echo("\n".join(lines))
    sys.stdout.flush()


def _curl(url: str, session: Session, version: QuestionVersion) -> str:
    right = select(CorrectOption.option_id).where(CorrectOption.version_id == version.id)
    picked = ", ".join(f'"{option}"' for option in sorted(session.scalars(right)))
    address = f"{url}/v1/questions/{version.question.slug}/submissions"
    return f"curl {address} -H 'Content-Type: application/json' -d '{{\"selected\": [{picked}]}}'"


def _serve(settings: Settings, database: Database) -> None:
    """Serve in this process or, where there are to be several, as their supervisor."""
    configure_logs(settings.log_level, settings.log_format)
    allow_connections(settings.max_connections)
    if settings.otel:
        require_library()  # before there are processes that could not say so
    if settings.workers == 1:
        _run(settings, create_app(settings, database))
        return
    database.close()
    with sharing_measurements():
        _run(settings, APPLICATION, factory=True, workers=settings.workers)


def _run(settings: Settings, application: Any, **several: Any) -> None:
    config = Config(
        application,
        http=QuickProtocol,
        timeout_worker_healthcheck=LONGEST_SILENCE,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LONGEST_REQUEST,
        **several,
    )
    listen_and_serve(config)


if __name__ == "__main__":
    main()
