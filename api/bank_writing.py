"""The writing of drafts: one way for the routes of the API and for the pages of authors."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.bank_changes import note, require_match, told
from api.protocol_errors import AlreadyExists, PreconditionRequired
from api.schemas.bank import BankQuestionOut
from api.schemas.draft_reading import draft_of
from api.schemas.drafts import DraftIn
from domain.access import Caller
from domain.errors import ExternalIdTaken, Fault, InvalidDraft, QuestionNotFound
from domain.questions import is_slug
from models import Bank, Database, Question, now
from operations.revise_question import option_ids
from operations.write_draft import write_draft


def write_question(
    database: Database,
    name: str,
    body: DraftIn,
    caller: Caller,
    *,
    if_match: str | None = None,
    if_none_match: str | None = None,
) -> tuple[BankQuestionOut, bool]:
    """Write a draft in one transaction: the question as it is now, and whether it is new.

    ``if_none_match`` is ``*`` to create a question, ``if_match`` the ETag of the one to write.
    """

    def work(session: Session) -> tuple[BankQuestionOut, bool]:
        Bank.take_turns(session)
        question = session.scalar(select(Question).where(Question.is_named(name)))
        is_new = question is None
        if question is None:
            question = _new_question(name, if_match, if_none_match)
        elif if_none_match is not None:
            raise AlreadyExists
        else:
            require_match(question, if_match)
        before = None if is_new else BankQuestionOut.of(question.versions[-1])
        write_body(session, question, body, caller)
        after = told(session, question)
        if after != before:
            note(session, caller, "written", question)
        return after, is_new

    return database.write(work)


def write_body(session: Session, question: Question, body: DraftIn, caller: Caller) -> None:
    """Write the draft of a question, which may be a new one."""
    body.check()
    at = now()
    ids = option_ids(session, question=question, options=body.stated_options)
    draft = draft_of(body, question.slug, ids)
    if "external_id" in body.model_fields_set and body.external_id != question.external_id:
        _require_free(session, body.external_id)
        question.external_id, question.changed_at = body.external_id, at
    session.add(question)
    write_draft(session, question=question, draft=draft, by=caller.id, at=at)


def _new_question(name: str, if_match: str | None, if_none_match: str | None) -> Question:
    if if_match is not None:
        raise QuestionNotFound
    if if_none_match is None or if_none_match.strip() != "*":
        raise PreconditionRequired
    require_slug(name, "/path/name")
    return Question(slug=name)


def require_slug(name: str, pointer: str) -> None:
    """Raise :class:`InvalidDraft` that points there unless this can be the slug of a question."""
    if not is_slug(name):
        told = "A slug is small letters and digits joined by single hyphens."
        raise InvalidDraft(faults=(Fault(pointer, "bad_slug", told),))


def _require_free(session: Session, external_id: str | None) -> None:
    taken = select(Question.id).where(Question.external_id == external_id)
    if external_id is not None and session.scalar(taken) is not None:
        raise ExternalIdTaken
