"""What was answered to a POST that may be sent again. Submissions carry their own key instead."""

import json
from datetime import datetime

from sqlalchemy import ColumnElement, String, Text, or_
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, now

SUBMITTED_MANY = "submit_answers"  # the route whose answers tell of learners


class IdempotencyRecord(Base):
    """The answer to one keyed request, stored in the transaction of its effect."""

    __tablename__ = "idempotency_record"

    caller: Mapped[str] = mapped_column(String(36), primary_key=True)
    route: Mapped[str] = mapped_column(String(200), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)

    @classmethod
    def names(cls, learner: str) -> ColumnElement[bool]:
        """Whether an answer tells of a submission of this learner, or its key has the id in it."""
        told = f'"learner":{json.dumps(learner, ensure_ascii=False)}'
        in_key = cls.key.contains(learner, autoescape=True)
        in_body = cls.body.contains(told, autoescape=True)
        return or_(in_key & (cls.route == SUBMITTED_MANY), in_body)
