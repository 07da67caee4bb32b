"""What many learners get alike is written once, and says what the shape of each would say."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from api.schemas.submissions import SubmissionOut
from domain.access import PUBLIC
from models import now
from models.answering import AnswerableVersions
from operations.grade_answer import Answer
from operations.submit_answer import submit_answer
from tests.factories import DRAFT, Bank

LEARNERS = [None, "", "null", 'a "quoted" \\ one', "Jürgen\t€", "}", "0001-01-01T00:00:00Z"]


@pytest.mark.parametrize("slug", ["rivers", "null-hypothesis", "learner-null", "0001-01-01"])
@pytest.mark.parametrize("release", ["after_submission", "score_only", "never"])
def test_the_json_of_a_result_is_that_of_its_shape(bank: Bank, slug: str, release: Any) -> None:
    said = replace(DRAFT, slug=slug, release=release, title='"learner":null')
    first, second, *_ = bank.publish(said).option_ids
    bank.translate("de", slug, title='"learner":null')
    versions = AnswerableVersions()

    def work(session: Session) -> None:
        for learner in LEARNERS:
            for picked in ((), (first,), (first, second), (second, first), (first,)):
                for shuffle, language in ((None, None), ("a", "de"), ("b", None), (None, "de")):
                    answer = Answer(picked, learner=learner, shuffle=shuffle, language=language)
                    graded = submit_answer(
                        session,
                        question=slug,
                        answer=answer,
                        caller=PUBLIC,
                        at=now(),
                        versions=versions,
                    )
                    plain = SubmissionOut.first(graded).model_dump_json().encode()
                    assert SubmissionOut.json_of(graded) == plain

    bank.database.write(work)
