"""Changes of questions by authors: one transaction each, compared before and noted after."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from api.protocol_errors import PreconditionRequired, Stale
from api.responses import entity_tag
from api.schemas.bank import BankQuestionOut
from domain.access import Caller
from models import Bank, Database, Question, now
from operations.find_question import find_question
from operations.record_audit import record_audit


def change(
    database: Database,
    name: str,
    if_match: str | None,
    work: Callable[[Session, Question], None],
    *,
    caller: Caller,
    action: str,
    must_match: bool = False,
) -> BankQuestionOut:
    """Change a question in one transaction, in which nobody else changes the bank.

    If-Match is compared where it is sent; without it, ``must_match`` refuses. What changes
    something is noted in the audit log as ``question.`` and the action.
    """

    def unit(session: Session) -> BankQuestionOut:
        question = question_to_change(session, name)
        if must_match or if_match is not None:
            require_match(question, if_match)
        before = BankQuestionOut.of(question.versions[-1])
        work(session, question)
        after = told(session, question)
        if after != before:
            note(session, caller, action, question)
        return after

    return database.write(unit)


def question_to_change(session: Session, name: str) -> Question:
    """The question, once nobody else changes one; :class:`QuestionNotFound`."""
    Bank.take_turns(session)
    return find_question(session, name)


def require_match(question: Question, if_match: str | None) -> None:
    """Raise :class:`Stale` unless the header names the present state."""
    if if_match is None:
        raise PreconditionRequired
    present = BankQuestionOut.of(question.versions[-1]).model_dump_json().encode()
    tags = {tag.strip() for tag in if_match.split(",")}
    if not tags & {"*", entity_tag(present)}:
        raise Stale


def told(session: Session, question: Question) -> BankQuestionOut:
    """The question as the database has it now, so that the ETag is that of the next read."""
    session.flush()
    session.expire_all()
    return BankQuestionOut.of(question.versions[-1])


def note(session: Session, caller: Caller, action: str, question: Question, **detail: str) -> None:
    """Keep in the audit log who did what to which version."""
    record_audit(
        session,
        actor=caller,
        action=f"question.{action}",
        subject_type="question",
        subject_id=question.id,
        version=question.versions[-1].number,
        detail={"slug": question.slug, **detail},
        at=now(),
    )
