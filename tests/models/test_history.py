"""What was published, sent or graded is never changed; what was not may be."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from sqlalchemy.orm import Session

from domain.errors import AlteredHistory
from models import (
    Database,
    GradeRow,
    QuestionVersion,
    SigningKey,
    Submission,
    Tag,
    Translation,
    now,
)
from operations.publish_question import publish_question
from operations.revise_question import revise_question
from tests.factories import Bank, draft


class Past(NamedTuple):
    session: Session
    version: QuestionVersion
    submission: Submission
    signing_key: SigningKey
    translation: Translation


def forget_and(attribute: str) -> Callable[[Past], None]:
    """Change a version that is in the session without its columns."""

    def act(past: Past) -> None:
        past.session.expire(past.version)
        setattr(past.version, attribute, None)

    return act


def changing(path: str, value: object) -> Callable[[Past], None]:
    """Set an attribute of a row: ``version.title``, ``version.options.text`` of the first."""

    def act(past: Past) -> None:
        *steps, attribute = path.split(".")
        setattr(_row(past, steps), attribute, value)

    return act


def deleting(path: str) -> Callable[[Past], None]:
    return lambda past: past.session.delete(_row(past, path.split(".")))


def _row(past: Past, steps: list[str]) -> object:
    row: object = past
    for step in steps:
        row = getattr(row, step)
        row = row[0] if isinstance(row, list) else row
    return row


FORBIDDEN = {
    "retitle": changing("version.title", "Changed"),
    "another key": changing("version.correct.option_id", "aaaa"),
    "unpublish": changing("version.published_at", None),
    "publish again": changing("version.published_at", now()),
    "renumber": changing("version.number", 7),
    "retitle what is not loaded": forget_and("title"),
    "unpublish what is not loaded": forget_and("published_at"),
    "reword an option": changing("version.options.text", "Changed"),
    "rewrite the explanation": changing("version.explanation.text", "Changed"),
    "another reading": changing("version.references.url", None),
    "another tag": changing("version.tags.position", 9),
    "no tags": changing("version.tags", []),
    "no key": changing("version.correct", []),
    "no explanation": changing("version.explanation", None),
    "one more tag": lambda past: past.version.tags.append(Tag(tag="new", position=9)),
    "delete the version": deleting("version"),
    "delete an option": deleting("version.options"),
    "delete the key": deleting("version.correct"),
    "delete the explanation": deleting("version.explanation"),
    "delete a reading": deleting("version.references"),
    "delete a tag": deleting("version.tags"),
    "another answer": changing("submission.selected", []),
    "another learner": changing("submission.learner", "someone"),
    "delete the answer": deleting("submission"),
    "another score": changing("submission.grades.score", 0.5),
    "delete the grade": deleting("submission.grades"),
    "no grade": changing("submission.grades", []),
    "another private key": changing("signing_key.private_key", "A" * 43),
    "another public key": changing("signing_key.public_key", "A" * 43),
    "delete the signing key": deleting("signing_key"),
    "reword a translation": changing("translation.title", "Changed"),
    "another source": changing("translation.source_hash", "0" * 64),
    "reword what a translation explains": changing("translation.secret.explanation", "Changed"),
    "delete a translation": deleting("translation"),
}


def grade_again(past: Past) -> None:
    """A second grade beside the first."""
    (first,) = past.submission.grades
    columns = ("rule", "rule_version", "exact_score", "score", "points", "max_points", "correct")
    said = {name: getattr(first, name) for name in columns}
    past.session.add(GradeRow(submission=past.submission, reason="Again.", **said))


def next_version(past: Past) -> None:
    """A next version, changed once more before it is published."""
    session, question = past.session, past.version.question
    version = revise_question(session, question=question, draft=draft(prompt="Which?"))
    version.title = "Changed"
    session.flush()
    publish_question(session, version=version, at=now())


ALLOWED = {
    "grade again": grade_again,
    "next version": next_version,
    "withdraw a translation": changing("translation.withdrawn_at", now()),
    "retire": changing("version.question.retired_at", now()),
    "set what is there": changing("version.title", "Rivers of Europe"),
}


@pytest.fixture
def make(database: Database, bank: Bank) -> Callable[[Callable[[Past], None]], None]:
    """Does something to a published version with all parts, its answer and its grade."""
    version = bank.publish(tags=("water",))
    bank.translate()
    submitted = bank.submit(version.option_ids[0])

    def work(session: Session, act: Callable[[Past], None]) -> None:
        past = Past(
            session,
            session.get_one(QuestionVersion, version.id),
            session.get_one(Submission, submitted.submission.id),
            session.scalars(SigningKey.newest_first()).one(),
            session.scalars(Translation.newest_of(version.question_id)).one(),
        )
        act(past)

    return lambda act: database.write(lambda session: work(session, act))


@pytest.mark.parametrize("act", FORBIDDEN.values(), ids=FORBIDDEN)
def test_history_refuses(
    make: Callable[[Callable[[Past], None]], None], act: Callable[[Past], None]
) -> None:
    with pytest.raises(AlteredHistory, match=r"^A row of [a-z_]+ would be changed\.$"):
        make(act)


@pytest.mark.parametrize("act", ALLOWED.values(), ids=ALLOWED)
def test_history_allows(
    make: Callable[[Callable[[Past], None]], None], act: Callable[[Past], None]
) -> None:
    make(act)
