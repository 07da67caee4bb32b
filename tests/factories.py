"""Questions, keys and answers for tests, made through the operations that make real ones."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Role
from domain.questions import AnswerKey, Draft, Explanation, Option, Reference
from models import ApiKey, Database, Question, QuestionVersion, now
from operations.issue_key import issue_key
from operations.publish_question import publish_question
from operations.revise_question import revise_question

SEED_FILE = Path(__file__).parents[1] / "seed" / "content" / "vanishing-gradients.qmd"

DRAFT = Draft(
    slug="rivers",
    title="Rivers of Europe",
    prompt="Which of these rivers reach the **North Sea**?",
    options=(
        Option("The Rhine", feedback="It ends near Rotterdam."),
        Option("The Danube"),
        Option("The Elbe"),
        Option("The Rhône"),
    ),
    key=AnswerKey(frozenset({1, 3})),
    explanation=Explanation(
        "The Danube ends in the Black Sea, the Rhône in the Mediterranean.",
        (Reference("Rivers", "https://example.org/rivers", "has maps."),),
    ),
)


def draft(**changes: Any) -> Draft:
    """A complete draft, changed as stated."""
    return replace(DRAFT, **changes)


class Bank:
    """Fills a database: each method is one committed unit of work."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def publish(self, content: Draft | None = None, **changes: Any) -> QuestionVersion:
        """Publish a new question, or the next version of the one with the draft's slug."""
        said = replace(content or DRAFT, **changes)

        def work(session: Session) -> QuestionVersion:
            known = session.scalar(select(Question).where(Question.slug == said.slug))
            question = known or Question(slug=said.slug, external_id=said.external_id)
            session.add(question)
            version = revise_question(session, question=question, draft=said)
            publish_question(session, version=version, at=now())
            return version

        return self.database.write(work)

    def key(self, role: Role = "integration", **columns: Any) -> tuple[ApiKey, dict[str, str]]:
        """A new API key and the header that shows it."""
        row, token = self.database.write(
            lambda session: issue_key(session, name=f"a {role}", role=role, **columns)
        )
        return row, {"Authorization": f"Bearer {token}"}
