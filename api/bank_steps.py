"""The steps of a question on its way: one way for the routes of the API and for authors' pages.

Each is one transaction, compared with If-Match where that is stated, and safe to repeat.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from api.bank_changes import change, note, question_to_change, require_match, told
from api.schemas.bank import BankQuestionOut
from domain.access import Caller
from models import Database, Question, now
from operations.copy_question import copy_question
from operations.delete_question import delete_question
from operations.publish_draft import publish_draft
from operations.reopen_question import reopen_question
from operations.retire_question import retire_question
from operations.review_question import review_question


def ask_for_review(
    database: Database, name: str, if_match: str | None, caller: Caller
) -> BankQuestionOut:
    """Put the draft into review."""

    def work(_: Session, question: Question) -> None:
        review_question(question=question, by=caller.id, at=now())

    return change(database, name, if_match, work, caller=caller, action="put_into_review")


def publish(
    database: Database,
    name: str,
    if_match: str | None,
    caller: Caller,
    *,
    publish_at: datetime | None,
    four_eyes: bool,
) -> BankQuestionOut:
    """Give learners the draft, now or later."""

    def work(session: Session, question: Question) -> None:
        publish_draft(
            session,
            question=question,
            by=caller.id,
            at=now(),
            publish_at=publish_at,
            four_eyes=four_eyes,
        )

    return change(database, name, if_match, work, caller=caller, action="published")


def retire(database: Database, name: str, if_match: str | None, caller: Caller) -> BankQuestionOut:
    """Hide a published question."""

    def work(session: Session, question: Question) -> None:
        retire_question(session, question=question, by=caller.id, at=now())

    return change(database, name, if_match, work, caller=caller, action="retired")


def reopen(database: Database, name: str, if_match: str | None, caller: Caller) -> BankQuestionOut:
    """Take a question back to draft."""

    def work(session: Session, question: Question) -> None:
        reopen_question(session, question=question, by=caller.id, at=now())

    return change(database, name, if_match, work, caller=caller, action="reopened")


def copy(session: Session, name: str, slug: str, caller: Caller, at: datetime) -> BankQuestionOut:
    """Begin a new question from another, within a transaction of the caller's."""
    source = question_to_change(session, name)
    made = copy_question(session, question=source, slug=slug, by=caller.id, at=at)
    content = told(session, made)
    note(session, caller, "copied", made)
    return content


def delete(database: Database, name: str, if_match: str | None, caller: Caller) -> None:
    """Delete a question that nobody has answered."""

    def work(session: Session) -> None:
        question = question_to_change(session, name)
        if if_match is not None:
            require_match(question, if_match)
        delete_question(session, question=question, by=caller.id, at=now())
        note(session, caller, "deleted", question)

    database.write(work)
