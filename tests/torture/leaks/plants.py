"""Mistakes that give a secret away, one each, to see that the ordeals notice."""

import json
from functools import lru_cache
from hashlib import sha1
from typing import Any

import pytest
import structlog
from fastapi import Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import documents, questions, receipts, responses
from api.schemas import submissions
from api.schemas.grades import released
from api.schemas.questions import QuestionOut
from domain.errors import Fault, InvalidResponse
from domain.grading import read_response
from models import (
    CorrectOption,
    ExplanationText,
    Question,
    QuestionVersion,
    Submission,
    now,
)
from models.learning import FoundVersion
from operations import grade_answer, sign_receipt, store_answers
from tests.torture.leaks import asking


def _patch_bodies(patch: pytest.MonkeyPatch, add: Any) -> None:
    """Let something be added to the documents of questions: ``add(session, version id)``."""
    written = documents._written

    def leaking(session: Session, key: documents.Key, number: int | None) -> tuple[bytes, str]:
        body, language = written(session, key, number)
        return json.dumps({**json.loads(body), **add(session, key[0])}).encode(), language

    patch.setattr(documents, "_written", leaking)


def a_field_with_the_key(patch: pytest.MonkeyPatch) -> None:
    """A field of the stored question is taken into what learners get."""

    def add(session: Session, version: Any) -> dict[str, Any]:
        asked = select(CorrectOption.option_id).where(CorrectOption.version_id == version)
        return {"preselected": sorted(session.scalars(asked))}

    _patch_bodies(patch, add)


def a_hash_of_the_explanation(patch: pytest.MonkeyPatch) -> None:
    """A short hash of what is secret stands in a document, as a version that clients compare."""

    def add(session: Session, version: Any) -> dict[str, Any]:
        asked = select(ExplanationText.text).where(ExplanationText.version_id == version)
        return {"revision": sha1(str(session.scalar(asked)).encode()).hexdigest()[:16]}  # noqa: S324

    _patch_bodies(patch, add)


def an_entity_tag_over_the_key(patch: pytest.MonkeyPatch) -> None:
    """The tag of a document is the hash of the whole version, which is there already."""
    respond = responses.document_response

    def leaking(request: Request, body: bytes, **said: Any) -> Response:
        response = respond(request, body, **said)
        document = json.loads(body)
        asked = select(QuestionVersion.content_hash).join(QuestionVersion.question).where(
            Question.slug == document["slug"], QuestionVersion.number == document["version"]
        )  # fmt: skip
        with request.app.state.database.read() as session:
            response.headers["ETag"] = f'"{session.scalars(asked).one()[:32]}"'
        return response

    patch.setattr(questions, "document_response", leaking)


def an_error_that_names_the_right_option(patch: pytest.MonkeyPatch) -> None:
    """A helpful message says what would have been right."""
    read = read_response

    def leaking(key: Any, *said: Any) -> Any:
        try:
            return read(key, *said)
        except InvalidResponse as error:
            told = [
                Fault(one.pointer, one.code, f"{one.detail} Pick of {sorted(key.correct)}.")
                for one in error.faults
            ]
            raise InvalidResponse(faults=tuple(told)) from None

    patch.setattr(grade_answer, "read_response", leaking)


def a_draft_by_its_slug(patch: pytest.MonkeyPatch) -> None:
    """A statement for learners forgets to ask whether the version was published."""

    def found(session: Session, name: str, number: int | None = None) -> FoundVersion | None:
        asked = select(QuestionVersion).join(QuestionVersion.question)
        row = session.scalar(asked.where(Question.slug == name).order_by(QuestionVersion.number))
        return FoundVersion(row.id, row.question_id, row.language, False) if row else None

    def written(session: Session, key: documents.Key, _: int | None) -> tuple[bytes, str]:
        version = session.get_one(QuestionVersion, key[0])
        version.published_at = version.published_at or now()
        return QuestionOut.of(version).model_dump_json().encode(), version.language

    patch.setattr(documents, "version_for_learners", found)
    patch.setattr(documents, "_written", written)


def orders_as_written(patch: pytest.MonkeyPatch) -> None:
    """Options are shown in the order of their rows, which is the answer where an order is asked."""
    patch.setattr(QuestionVersion, "shown_order", lambda version, _: version.option_ids)


def an_answer_in_the_log(patch: pytest.MonkeyPatch) -> None:
    """A line that helped to find a mistake tells against what was graded."""
    grade = grade_answer.grade_answer

    def telling(attempt: Any, target: Any) -> Any:
        why = target.version.explanation
        structlog.get_logger().info("graded", attempt=str(attempt.id), against=why.text)
        return grade(attempt, target)

    patch.setattr(store_answers, "grade_answer", telling)


def a_route_with_a_secret(patch: pytest.MonkeyPatch) -> None:
    """Figures for operators count questions by a label that holds a secret."""

    def figures(request: Request) -> Response:
        with request.app.state.database.read() as session:
            told = session.scalars(select(ExplanationText.text).limit(3)).all()
        return Response("".join(f'questions{{why="{text}"}} 1\n' for text in told))

    _add_route(patch, "/figures", figures)


def a_route_that_nobody_could_ask(patch: pytest.MonkeyPatch) -> None:
    """A new route reads a parameter of which no test knows a value."""

    def shown(secret_name: str) -> str:
        return secret_name

    _add_route(patch, "/new/{secret_name}", shown)


def _add_route(patch: pytest.MonkeyPatch, path: str, endpoint: Any) -> None:
    before = getattr(asking, "create_app")  # noqa: B009 - another plant may be there already

    def create(*said: Any) -> Any:
        app = before(*said)
        app.add_api_route(path, endpoint, response_model=None)
        return app

    patch.setattr(asking, "create_app", create)


def correct_before_its_release(patch: pytest.MonkeyPatch) -> None:
    """Results that are to tell nothing say whether they are right."""

    def told(grade: Any, release: str) -> dict[str, Any]:
        return {**released(grade, release), "correct": grade.correct}

    patch.setattr(submissions, "released", told)


def a_reason_that_counts_hits(patch: pytest.MonkeyPatch) -> None:
    """The sentence beside a score says how many picks were right, which the score does not."""
    mark = grade_answer._mark.__wrapped__

    def telling(version: Any, selected: Any, response: Any) -> Any:
        *others, reason = mark(version, selected, response)
        hits = len({*selected} & version.key.correct)
        return (*others, f"{reason} {hits} of your picks are right.")

    patch.setattr(grade_answer, "_mark", lru_cache(telling))


def every_grade_of_a_closed_question(patch: pytest.MonkeyPatch) -> None:
    """A list of gradings shows that there is a later one, if not its score."""
    patch.setattr(Submission, "told_grades", property(lambda submission: submission.grades))


def a_receipt_of_a_closed_question(patch: pytest.MonkeyPatch) -> None:
    """The receipt, a second way to a score, forgets to ask whether it is released."""
    sign = sign_receipt.sign_receipt

    def signed(session: Session, *, submission: Submission, issuer: str) -> Any:
        session.expunge(submission)
        submission.release = "score_only"
        return sign(session, submission=submission, issuer=issuer)

    patch.setattr(receipts, "sign_receipt", signed)
