"""The translations of a question: written, published, withdrawn, and which of them are stale."""

from collections.abc import Callable, Sequence
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
from api.protocol_errors import AlreadyExists, PreconditionRequired, Stale
from api.requests import StrictRoute
from api.responses import PRIVATE, entity_tag, json_response
from api.schemas.translations import (
    TranslationIn,
    TranslationListOut,
    TranslationOut,
    TranslationStateOut,
)
from domain.errors import TranslationNotFound, VersionNotFound
from domain.languages import LANGUAGE_TAG, canonical
from domain.questions import LONGEST_LANGUAGE
from domain.translations import Texts, texts_of
from models import Question, QuestionVersion, Translation, now
from models.authoring import versions_for_authors
from models.translation import shown_translations
from operations.find_question import find_question
from operations.publish_translation import publish_translation
from operations.read_draft import read_draft
from operations.withdraw_translation import withdraw_translation
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
    question = find_question(session, name)
    beside = _Beside(session, question)
    rows = session.scalars(Translation.newest_of(question.id))
    items = [TranslationStateOut.of(row, *beside.told(row)) for row in rows]
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
    row = _newest(session, question, language)
    if row is None:
        raise TranslationNotFound
    return json_response(request, TranslationOut.of(row, *_Beside(session, question).told(row)))


@router.put(
    "/{language}",
    operation_id="write_translation",
    summary="Translate a question",
    response_model=TranslationOut,
    responses={
        201: {"model": TranslationOut, "description": "Created"},
        **problems(400, 401, 403, 404, 412, 413, 415, 422, 428),
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
        beside = _Beside(session, question)
        last = _newest(session, question, language)
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
    responses=problems(400, 401, 403, 404, 409, 412, 413, 415, 422),
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

    def work(session: Session, question: Question, row: Translation) -> None:
        before = row.published_at
        publish_translation(
            session,
            question=question,
            translation=row,
            versions=_Beside(session, question).versions,
            by=caller.id,
            at=now(),
            four_eyes=settings.four_eyes,
        )
        if row.published_at != before:
            note(session, caller, "translation_published", question, language=row.language)

    content = _change(database, name, language, if_match, work)
    return json_response(request, content)


@router.delete(
    "/{language}",
    operation_id="withdraw_translation",
    summary="Withdraw a translation",
    status_code=204,
    responses=problems(400, 401, 403, 404, 412, 413, 415, 422),
)
def withdraw(
    database: AppDatabase,
    caller: Publisher,
    name: QuestionName,
    language: Language,
    if_match: IfMatch = None,
) -> Response:
    """Take all that was written in the language away from learners; results keep their words."""

    def work(session: Session, question: Question, row: Translation) -> None:
        withdraw_translation(
            session, question=question, language=row.language, by=caller.id, at=now()
        )
        note(session, caller, "translation_withdrawn", question, language=row.language)

    _change(database, name, language, if_match, work)
    return Response(status_code=204, headers={"Cache-Control": PRIVATE})


class _Beside:
    """The versions of a question, and which translations are shown with them."""

    def __init__(self, session: Session, question: Question) -> None:
        found = versions_for_authors().where(QuestionVersion.question_id == question.id)
        self.versions = session.scalars(found.order_by(QuestionVersion.number)).all()
        is_current = (one for one in self.versions if one.id == question.published_id)
        self._newest = self.versions[-1]
        self._current = next(is_current, self._newest)
        self._shown = shown_translations(session, [one.id for one in self.versions])

    def version(self, number: int | None) -> QuestionVersion:
        """The version of that number; without one, the newest."""
        if number is None:
            return self._newest
        for version in self.versions:
            if version.number == number:
                return version
        raise VersionNotFound

    def told(self, row: Translation) -> tuple[Texts, int, Sequence[int]]:
        """What a translation is compared with, which version says so, and where it is shown.

        That is what learners get, or the draft of the next version where it translates that.
        """
        compared, said = self._newest, texts_of(read_draft(self._newest))
        if said.hash != row.source_hash:
            compared, said = self._current, texts_of(read_draft(self._current))
        shown = [one.number for one in self.versions if row.language in self._shown.get(one.id, {})]
        return said, compared.number, shown


def _newest(session: Session, question: Question, language: str) -> Translation | None:
    newest = Translation.newest_of(question.id)
    return session.scalar(newest.where(Translation.language == canonical(language)))


def _next_number(session: Session, question: Question, language: str) -> int:
    """One more than the last one in the language, also if that was withdrawn."""
    written = (Translation.question_id == question.id, Translation.language == canonical(language))
    return (session.scalar(select(func.max(Translation.number)).where(*written)) or 0) + 1


def _require(
    last: Translation | None, beside: _Beside, if_match: str | None, if_none_match: str | None
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
        _require_match(last, beside, if_match)


def _require_match(row: Translation, beside: _Beside, if_match: str) -> None:
    present = TranslationOut.of(row, *beside.told(row)).model_dump_json().encode()
    if not {tag.strip() for tag in if_match.split(",")} & {"*", entity_tag(present)}:
        raise Stale


def _change(
    database: AppDatabase,
    name: str,
    language: str,
    if_match: str | None,
    work: Callable[[Session, Question, Translation], None],
) -> TranslationOut:
    """Change what becomes of a translation in one transaction, compared before where it is sent."""

    def unit(session: Session) -> TranslationOut:
        question = question_to_change(session, name)
        row = _newest(session, question, language)
        if row is None:
            raise TranslationNotFound
        if if_match is not None:
            _require_match(row, _Beside(session, question), if_match)
        work(session, question, row)
        session.flush()
        return TranslationOut.of(row, *_Beside(session, question).told(row))

    return database.write(unit)
