"""The application: the one place where its parts are joined."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from api import (
    audit,
    bank,
    bank_duplicates,
    bank_findings,
    bank_history,
    bank_states,
    bank_statistics,
    element,
    exports,
    health,
    imports,
    keys,
    lab_page,
    learners,
    media,
    metrics,
    pages,
    playground,
    question_schema,
    questions,
    receipts,
    regrades,
    scoring,
    static_files,
    submissions,
    translations,
)
from api.admin import audit as audit_pages
from api.admin import (
    duplicates,
    findings,
    question_actions,
    question_editor,
    question_history,
    regrade_plans,
    signing_in,
    statistics,
)
from api.admin import exports as export_pages
from api.admin import imports as import_pages
from api.admin import keys as key_pages
from api.admin import media as media_pages
from api.admin import questions as question_pages
from api.admin import regrades as regrade_pages
from api.admin.uploads import AROUND
from api.admission import Admission
from api.background import publishing_what_is_due
from api.documentation import describe_to
from api.documents import QuestionDocuments
from api.draining import Drain
from api.errors import add_error_handlers
from api.gauges import Gauges
from api.import_worker import ImportWorker
from api.known_keys import KnownKeys
from api.measurements import Measurements
from api.middleware import Cors, HeadAsGet, Refused, RequestContext, RequestLimits
from api.observing import Observer
from api.postman import collection
from api.quick_answers import QuickAnswers
from api.quick_submissions import QuickSubmissions
from api.rate_limits import Counters, RateLimits
from api.refusals import Refusals
from api.regrade_worker import RegradeWorker
from api.response_cache import ResponseCache
from api.revision_checks import RevisionChecks, checks_of
from api.submission_writer import SubmissionWriter
from api.timed_protocol import Patience
from api.tracing import Tracing
from api.turns import keep_turns_short
from api.unchanged import Unchanged
from formats.pictures import LARGEST
from migrations import open_database
from models import Database
from models.draws import QuestionSets
from operations.reader_process import Limits
from settings import Settings

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
    {"name": "learners", "description": "What is stored of a learner: given out, or forgotten."},
    {"name": "bank", "description": "What authors write, review and publish."},
    {"name": "imports", "description": "Question files brought into the bank."},
    {"name": "exports", "description": "The bank as files of other systems."},
    {"name": "media", "description": "The pictures of questions."},
    {"name": "regrades", "description": "Grades corrected: planned, applied, undone."},
    {"name": "health", "description": "How the service is."},
]

PARTS = (
    questions,
    submissions,
    receipts,
    scoring,
    keys,
    audit,
    learners,
    bank,
    bank_states,
    bank_history,
    bank_findings,
    bank_duplicates,
    bank_statistics,
    translations,
    imports,
    exports,
    media,
    regrades,
    question_schema,
    element,
    health,
    metrics,
    pages,
    playground,
    lab_page,
)
ADMIN_PAGES = (
    signing_in,
    statistics,
    question_editor,  # before the page of any question: /new is none
    question_pages,
    question_actions,
    question_history,
    import_pages,
    export_pages,
    media_pages,
    duplicates,
    findings,
    regrade_plans,
    regrade_pages,
    key_pages,
    audit_pages,
)


class Service(FastAPI):
    """An application inside of layers, which a kept answer does not leave."""

    outermost: ASGIApp
    quick_answers: QuickAnswers
    quick_submissions: QuickSubmissions
    admission: Admission
    refusals: Refusals
    patience: Patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, or the life of the process."""
        scope["app"] = self
        await self.outermost(scope, receive, send)

    async def ordinary(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The routes and the framework's own layers."""
        await super().__call__(scope, receive, send)


def create_app(settings: Settings, database: Database | None = None) -> Service:
    """The application for these settings, on a database of its own unless one is given."""
    database = database or open_database(settings)
    limits = Limits(settings.import_seconds, settings.import_memory)
    workers = ImportWorker(database, limits), RegradeWorker(database)
    checks = checks_of(database)
    observer = database.watch = Observer(Measurements(), Tracing() if settings.otel else None)
    writer = SubmissionWriter(database, settings.answer_queue, observer)
    drain = Drain(settings.drain_seconds)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        keep_turns_short(settings.pool_size)
        for worker in workers:
            worker.start()
        async with publishing_what_is_due(database), app.state.gauges.kept_up_to_date():
            with drain.before_the_end():
                yield
        for worker in workers:
            worker.stop()
        writer.stop()
        if checks is not None:
            await checks.close()
        database.close()
        observer.stop()

    app = _bare_app(lifespan)
    app.state.settings, app.state.database, app.state.observer = settings, database, observer
    app.state.drain = drain
    (app.state.import_worker, app.state.regrade_worker), app.state.checks = workers, checks
    app.state.submission_writer, app.state.known_keys = writer, KnownKeys(database, checks)
    app.state.question_sets, app.state.sign_in_failures = QuestionSets(), Counters()
    app.state.question_documents = QuestionDocuments(database, checks)
    _put_layers_around(app, settings, checks)
    return app


def _bare_app(lifespan: Lifespan[FastAPI]) -> Service:
    """The routes and files, without what they need and what is around them."""
    app = Service(
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
    app.router.routes.extend(_routes())
    return app


@cache
def _routes() -> Sequence[BaseRoute]:
    """What every application of this process answers: preparing it takes longer than all else."""
    router = APIRouter(redirect_slashes=False)
    for part in PARTS:
        router.include_router(part.router)
    for page in ADMIN_PAGES:
        router.include_router(page.router)
    router.include_router(signing_in.entrance)
    router.include_router(signing_in.anywhere_else)  # last: it answers what no other page does
    router.include_router(element.files)
    router.include_router(static_files.router)
    router.add_route("/openapi.json", lambda request: JSONResponse(describe_to(request)))
    router.add_route("/postman.json", lambda asked: JSONResponse(collection(describe_to(asked))))
    router.mount("/docs-assets", StaticFiles(packages=[("fastapi_offline", "static")]))
    return router.routes


def _put_layers_around(app: Service, settings: Settings, checks: RevisionChecks | None) -> None:
    """What every request passes, in or out; the outermost is made last.

    They are around the framework's own layers, which a kept answer then needs not pass.
    """
    largest = {
        imports.PATH: settings.max_import_bytes,
        import_pages.PATH: settings.max_import_bytes + AROUND,
        media.PATH: LARGEST,
        media_pages.PATH: LARGEST + AROUND,
    }
    observer: Observer = app.state.observer
    writer: SubmissionWriter = app.state.submission_writer
    limited = RequestLimits(app.ordinary, settings.max_body_bytes, others=largest)
    cache = ResponseCache(
        limited,
        checks,
        app.state.known_keys,
        settings.response_cache_bytes,
        settings.public,
        Unchanged(app.state.database),
    )
    app.state.gauges = Gauges(observer.measurements, app.state.database, writer, cache)
    limits = RateLimits(HeadAsGet(cache), settings.limit_per_key, settings.limit_per_address)
    cors = Cors(Refused(limits), settings.cors_origins)
    app.outermost = RequestContext(cors, observer, app.state.drain, settings.base_url)
    app.quick_answers = QuickAnswers(cache, limits, cors, observer, settings.base_url)
    app.quick_submissions = QuickSubmissions(app, limits, cors)
    app.refusals = Refusals(app, cors)
    app.admission = Admission(
        settings.max_in_flight, settings.longest_wait_ms / 1000, settings.max_connections
    )
    app.patience = Patience(settings.slow_request_seconds)
