"""The application: the one place where its parts are joined."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Lifespan

from api import (
    audit,
    bank,
    bank_findings,
    bank_history,
    bank_states,
    exports,
    health,
    imports,
    keys,
    pages,
    question_schema,
    questions,
    receipts,
    scoring,
    submissions,
)
from api.background import publishing_what_is_due
from api.documentation import describe
from api.documents import QuestionDocuments
from api.errors import add_error_handlers
from api.import_worker import ImportWorker
from api.known_keys import KnownKeys
from api.middleware import Cors, HeadAsGet, LastResort, RequestContext, RequestLimits
from api.rate_limits import RateLimits
from api.response_cache import ResponseCache
from api.revision_checks import RevisionChecks, checks_of
from api.submission_writer import SubmissionWriter
from migrations import open_database
from models import Database
from models.draws import QuestionSets
from settings import ROOT, Settings

DESCRIPTION = """Stores questions, serves them as JSON and grades what learners submit.

Errors are problem documents (RFC 9457); their `type` is a page that names cause and cure.
Send `Authorization: Bearer qs_...` where a key is needed, and `Idempotency-Key` with a POST
that must have one effect however often it is sent.
"""
TAGS = [
    {"name": "questions", "description": "What learners are asked."},
    {"name": "submissions", "description": "What learners answer, graded."},
    {"name": "scoring", "description": "How answers become scores."},
    {"name": "receipts", "description": "What was answered and how it was scored, signed."},
    {"name": "keys", "description": "Who may do what."},
    {"name": "audit", "description": "Who did what."},
    {"name": "bank", "description": "What authors write, review and publish."},
    {"name": "imports", "description": "Question files brought into the bank."},
    {"name": "exports", "description": "The bank as files of other systems."},
    {"name": "health", "description": "How the service is."},
]

PARTS = (
    questions,
    submissions,
    receipts,
    scoring,
    keys,
    audit,
    bank,
    bank_states,
    bank_history,
    bank_findings,
    imports,
    exports,
    question_schema,
    health,
    pages,
)


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    """The application for these settings, on a database of its own unless one is given."""
    database = database or open_database(settings)
    worker, checks = ImportWorker(database), checks_of(database)
    writer = SubmissionWriter(database, settings.answer_queue)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        gc.collect()
        gc.freeze()  # what lives as long as the service: searched for garbage it takes 0.1 s
        worker.start()
        async with publishing_what_is_due(database):
            yield
        worker.stop()
        writer.stop()
        if checks is not None:
            await checks.close()
        database.close()

    app = _bare_app(lifespan)
    app.state.settings, app.state.database = settings, database
    app.state.import_worker, app.state.checks = worker, checks
    app.state.submission_writer = writer
    app.state.question_sets, app.state.question_documents = QuestionSets(), QuestionDocuments()
    _add_layers(app, settings, database, checks)
    return app


def _bare_app(lifespan: Lifespan[FastAPI]) -> FastAPI:
    """The routes and files, without what they need and what is around them."""
    app = FastAPI(
        title="Question service",
        version=health.VERSION,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        # It asks on every request whether somebody has set it up, for a tenth of a kept answer.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    add_error_handlers(app)
    for part in PARTS:
        app.include_router(part.router)
    app.add_route("/openapi.json", lambda _: JSONResponse(describe(app)))
    app.mount("/static", StaticFiles(directory=ROOT / "web" / "static"), name="static")
    app.mount("/docs-assets", StaticFiles(packages=[("fastapi_offline", "static")]))
    return app


def _add_layers(
    app: FastAPI, settings: Settings, database: Database, checks: RevisionChecks | None
) -> None:
    """What every request passes, in or out; the last one added is the outermost."""
    app.add_middleware(
        RequestLimits,
        max_body_bytes=settings.max_body_bytes,
        others={imports.PATH: settings.max_import_bytes},
    )
    app.add_middleware(
        ResponseCache,
        checks=checks,
        keys=KnownKeys(database),
        max_bytes=settings.response_cache_bytes,
        is_public=settings.public,
    )
    app.add_middleware(HeadAsGet)
    app.add_middleware(LastResort)
    app.add_middleware(
        RateLimits,
        per_key=settings.limit_per_key,
        per_address=settings.limit_per_address,
    )
    app.add_middleware(Cors, origins=settings.cors_origins)
    app.add_middleware(RequestContext)
