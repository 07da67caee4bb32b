"""Forget who gave some answers, and keep what was answered."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, update
from sqlalchemy.orm import Session

from domain.access import Caller
from models import IdempotencyRecord, ItemTally, Submission
from models.submission import is_pseudonym, make_pseudonym
from operations.record_audit import record_audit

TELLING = 6  # characters; what is shorter occurs in words by chance


class Erased(NamedTuple):
    """Of how many submissions the learner was forgotten, and who they are of now, if there are."""

    submissions: int
    pseudonym: str | None


def erase_learner(
    session: Session, *, learner: str, at: datetime, actor: Caller | None = None
) -> Erased:
    """Put a random pseudonym for a learner's id wherever it is stored.

    All submissions of one learner get the same one, so that nothing that counts learners changes.
    Keys of repeated requests and seeds go, since they may tell whose they were: sent again later,
    a submission is a new one. What was typed stays, without the id. Called twice, the second call
    finds nothing.
    """
    session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.names(learner)))
    found = session.execute(Submission.typed_by(learner)).all()
    if not found or is_pseudonym(learner):
        return Erased(0, None)
    forgotten = dict.fromkeys(("idempotency_key", "request_hash", "shuffle"))
    forgotten["learner"] = pseudonym = make_pseudonym()
    _forget_in_words(session, found, learner, forgotten)
    theirs = update(Submission).where(Submission.learner == learner)
    session.execute(theirs.values(**forgotten))
    record_audit(
        session,
        actor=actor,
        action="learner.erased",
        subject_type="learner",
        subject_id=pseudonym,
        at=at,
        detail={"submissions": len(found)},
    )
    return Erased(len(found), pseudonym)


def _forget_in_words(
    session: Session, found: Sequence[Row[Any]], learner: str, forgotten: Mapping[str, str | None]
) -> None:
    """Change what was typed where it has the id in it, with the rest of the row: it is one change.

    What is kept of the versions' answers is counted anew: it quotes the most frequent ones.
    """
    for row in found:
        if len(learner) >= TELLING and learner in (
            words := json.dumps(row.response, ensure_ascii=False)
        ):
            said = json.loads(words.replace(learner, str(forgotten["learner"])))
            one = update(Submission).where(Submission.id == row.id)
            session.execute(one.values(response=said, **forgotten))
            session.execute(delete(ItemTally).where(ItemTally.version_id == row.version_id))
