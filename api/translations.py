"""The translations of a question: written, published, withdrawn, and which of them are stale."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.bank import IfMatch, IfNoneMatch, QuestionName
from api.bank_changes import note, question_to_change
from api.dependencies import (
    AppDatabase,
    AppSettings,
    Author,
    BankReader,
    Publisher,
    ReadSession,
)
from api.documentation import problems
from api.protocol_errors import AlreadyExists, PreconditionRequired
from api.requests import StrictRoute
from api.responses import PRIVATE, json_response
from api.schemas.translations import (
    TranslationIn,
    TranslationListOut,
    TranslationOut,
)
from api.translation_steps import (
    Beside,
    hide_translation,
    newest_translation,
    require_match,
    show_translation,
    translation_states,
)
from domain.errors import TranslationNotFound
from domain.languages import LANGUAGE_TAG, canonical
from domain.questions import LONGEST_LANGUAGE
from models import Question, Translation, now
from operations.find_question import find_question
from operations.write_translation import write_translation

router = APIRouter(
    prefix="/v1/bank/questions/{name}/translations", tags=["bank"], route_class=StrictRoute
)
Language = Annotated[
    str,
    Path(
        max_length=LONGEST_LANGUAGE,
        pattern=f"^{LANGUAGE_TAG.pattern}$",
        description="A language tag (RFC 5646), in any case.",
        examples=["de"],
    ),
]


@router.get(
    "",
    operation_id="list_translations",
    summary="List the translations of a question",
    response_model=TranslationListOut,
    responses=problems(401, 403, 404, 422),
)
def list_translations(
    request: Request, session: ReadSession, _: BankReader, name: QuestionName
) -> Response:
    """The newest translation into each language, and whether it is stale."""
    items = translation_states(session, find_question(session, name))
    return json_response(request, TranslationListOut(items=items))


@router.get(
    "/{language}",
    operation_id="read_translation",
    summary="Read a translation",
    response_model=TranslationOut,
    responses=problems(401, 403, 404, 422),
)
def read_translation(
    request: Request, session: ReadSession, _: BankReader, name: QuestionName, language: Language
) -> Response:
    """What was last written in the language; if it is stale, what changed in its source."""
    question = find_question(session, name)
    row = newest_translation(session, question, language)
    if row is None:
        raise TranslationNotFound
    return json_response(request, TranslationOut.of(row, *Beside(session, question).told(row)))


@router.put(
    "/{language}",
    operation_id="write_translation",
    summary="Translate a question",
    response_model=TranslationOut,
    responses={
        201: {"model": TranslationOut, "description": "Created"},
        **problems(401, 403, 404, 412, 413, 415, 422, 428),
    },
)
def write(
    request: Request,
    database: AppDatabase,
    caller: Author,
    name: QuestionName,
    language: Language,
    body: TranslationIn,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Write a translation, which learners get once it is published. The same changes nothing."""

    def work(session: Session) -> tuple[TranslationOut, bool]:
        question = question_to_change(session, name)
        beside = Beside(session, question)
        last = newest_translation(session, question, language)
        _require(last, beside, if_match, if_none_match)
        written = write_translation(
            session,
            question=question,
            source=beside.version(body.source_version),
            language=language,
            texts=body.texts,
            last=last,
            number=_next_number(session, question, language),
            by=caller.id,
            at=now(),
        )
        if written is not last:
            note(session, caller, "translated", question, language=written.language)
        return TranslationOut.of(written, *beside.told(written)), last is None

    content, is_new = database.write(work)
    location = {"Location": request.url.path} if is_new else {}
    return json_response(request, content, status=201 if is_new else 200, headers=location)


@router.post(
    "/{language}/publish",
    operation_id="publish_translation",
    summary="Publish a translation",
    response_model=TranslationOut,
    responses=problems(401, 403, 404, 409, 412, 413, 415, 422),
)
def publish(
    request: Request,
    database: AppDatabase,
    settings: AppSettings,
    caller: Publisher,
    name: QuestionName,
    language: Language,
    if_match: IfMatch = None,
) -> Response:
    """Show it with every published version that says what was translated. Safe to repeat."""
    content = show_translation(
        database, name, language, caller, if_match=if_match, four_eyes=settings.four_eyes
    )
    return json_response(request, content)


@router.delete(
    "/{language}",
    operation_id="withdraw_translation",
    summary="Withdraw a translation",
    status_code=204,
    responses=problems(401, 403, 404, 412, 413, 415, 422),
)
def withdraw(
    database: AppDatabase,
    caller: Publisher,
    name: QuestionName,
    language: Language,
    if_match: IfMatch = None,
) -> Response:
    """Take all that was written in the language away from learners; results keep their words."""
    hide_translation(database, name, language, caller, if_match=if_match)
    return Response(status_code=204, headers={"Cache-Control": PRIVATE})


def _next_number(session: Session, question: Question, language: str) -> int:
    """One more than the last one in the language, also if that was withdrawn."""
    written = (Translation.question_id == question.id, Translation.language == canonical(language))
    return (session.scalar(select(func.max(Translation.number)).where(*written)) or 0) + 1


def _require(
    last: Translation | None, beside: Beside, if_match: str | None, if_none_match: str | None
) -> None:
    """Raise unless the headers name the present state: none, or that of the last translation."""
    if last is None:
        if if_match is not None:
            raise TranslationNotFound
        if if_none_match is None or if_none_match.strip() != "*":
            raise PreconditionRequired
    elif if_none_match is not None:
        raise AlreadyExists("There is a translation into this language; write it with If-Match.")
    elif if_match is None:
        raise PreconditionRequired
    else:
        require_match(last, beside, if_match)
