"""What becomes of a question: its way from draft to retirement, copies, translations."""

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import Request, Response

from api import bank_steps
from api.admin.forms import Fields, FormFields, text_of
from api.admin.pages import go_to
from api.admin.questions import LIST, question_page
from api.admin.routes import admin_router
from api.admin.sessions import Author, AuthorOrPublisher, Publisher
from api.bank import QuestionName
from api.bank_writing import require_slug
from api.dependencies import AppDatabase, AppSettings
from api.protocol_errors import Stale
from api.translation_steps import hide_translation, show_translation
from api.translations import Language
from domain.errors import Conflict, Fault, Forbidden, Invalid, InvalidDraft, ServiceError
from models import Database, now

router = admin_router("/questions/{name}")

Work = Callable[[], object]


def _done(request: Request, database: Database, name: str, work: Work, told: str) -> Response:
    """Do it and go to the question's page; or that page at once, with what forbids it."""
    try:
        work()
    except (Conflict, Forbidden, Invalid, Stale) as problem:
        return _refused(request, database, name, problem)
    return go_to(f"{LIST}/{name}", told)


def _refused(request: Request, database: Database, name: str, problem: ServiceError) -> Response:
    with database.read() as session:
        return question_page(request, session, name, problem)


@router.post("/review")
def review(
    request: Request, database: AppDatabase, caller: Author, name: QuestionName, fields: FormFields
) -> Response:
    """Ask for a review."""

    return _done(
        request,
        database,
        name,
        lambda: bank_steps.ask_for_review(database, name, _etag(fields), caller),
        "It is in review now.",
    )


@router.post("/publish")
def publish(
    request: Request,
    database: AppDatabase,
    settings: AppSettings,
    caller: Publisher,
    name: QuestionName,
    fields: FormFields,
) -> Response:
    """Give learners the draft, now or at the time stated."""

    def work() -> object:
        return bank_steps.publish(
            database,
            name,
            _etag(fields),
            caller,
            publish_at=_moment(text_of(fields, "publish_at")),
            four_eyes=settings.four_eyes,
        )

    when = text_of(fields, "publish_at").replace("T", " ")
    told = f"It will be published at {when} UTC." if when else "Learners get it from now on."
    return _done(request, database, name, work, told)


@router.post("/retire")
def retire(
    request: Request,
    database: AppDatabase,
    caller: Publisher,
    name: QuestionName,
    fields: FormFields,
) -> Response:
    """Take it away from learners."""

    return _done(
        request,
        database,
        name,
        lambda: bank_steps.retire(database, name, _etag(fields), caller),
        "Learners no longer get it.",
    )


@router.post("/reopen")
def reopen(
    request: Request,
    database: AppDatabase,
    caller: AuthorOrPublisher,
    name: QuestionName,
    fields: FormFields,
) -> Response:
    """Take it back to draft."""

    return _done(
        request,
        database,
        name,
        lambda: bank_steps.reopen(database, name, _etag(fields), caller),
        "It is a draft again.",
    )


@router.post("/copy")
def copy(
    request: Request, database: AppDatabase, caller: Author, name: QuestionName, fields: FormFields
) -> Response:
    """Begin a new question from what this one says."""
    slug = text_of(fields, "slug")
    try:
        require_slug(slug, "/slug")
        database.write(lambda session: bank_steps.copy(session, name, slug, caller, now()))
    except (Conflict, Invalid) as problem:
        return _refused(request, database, name, problem)
    return go_to(f"{LIST}/{slug}/edit", f"Copied from {name}.")


@router.post("/delete")
def delete(
    request: Request, database: AppDatabase, caller: Author, name: QuestionName, fields: FormFields
) -> Response:
    """Hide it everywhere, if nobody has answered it."""
    try:
        bank_steps.delete(database, name, _etag(fields), caller)
    except (Conflict, Stale) as problem:
        return _refused(request, database, name, problem)
    return go_to(LIST, f"{name} is deleted.")


@router.post("/translations/{language}/publish")
def publish_translation(
    request: Request,
    database: AppDatabase,
    settings: AppSettings,
    caller: Publisher,
    name: QuestionName,
    language: Language,
) -> Response:
    """Give learners a translation."""

    def work() -> object:
        return show_translation(database, name, language, caller, four_eyes=settings.four_eyes)

    return _done(request, database, name, work, f"Learners can get it in {language} now.")


@router.post("/translations/{language}/withdraw")
def withdraw_translation(
    request: Request,
    database: AppDatabase,
    caller: Publisher,
    name: QuestionName,
    language: Language,
) -> Response:
    """Take a translation away from learners."""

    def work() -> None:
        hide_translation(database, name, language, caller)

    return _done(request, database, name, work, f"Learners no longer get it in {language}.")


def _etag(fields: Fields) -> str:
    """The state that the page showed; without one nothing is done, since nothing was seen."""
    return text_of(fields, "etag") or '"none"'


def _moment(text: str) -> datetime | None:
    """A time as the field of a browser says it, in UTC."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        told = "Write a day and a time, such as 2026-12-01T08:00."
        raise InvalidDraft(faults=(Fault("/publish_at", "bad_time", told),)) from None
