"""One hash of all that learners get, to tell whether two banks say the same."""

import hashlib

from sqlalchemy import collate, select
from sqlalchemy.orm import Session

from models import Question, QuestionVersion

AT_ONCE = 1000  # rows in memory


def hash_bank(session: Session) -> str:
    """SHA-256 in hex over the slugs of the published questions and what each says.

    Equal on any machine and either engine for banks of equal questions. Option ids, external ids
    and earlier versions do not count: :func:`domain.questions.content_hash` says why.
    """
    is_postgres = session.connection().dialect.name == "postgresql"
    said = (
        select(Question.slug, QuestionVersion.content_hash)
        .join(Question.published)
        .where(Question.is_listed())
        .order_by(collate(Question.slug, "C") if is_postgres else Question.slug)
        .execution_options(yield_per=AT_ONCE)
    )
    whole = hashlib.sha256()
    for slug, content in session.execute(said):
        whole.update(f"{slug} {content}\n".encode())
    return whole.hexdigest()
