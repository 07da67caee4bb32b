"""Questions, keys and answers for tests, made through the operations that make real ones."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, selectinload

import models
from domain.access import Caller, Role
from domain.questions import AnswerKey, Draft, Explanation, Option, Reference
from domain.translations import Texts, texts_of
from models import (
    ApiKey,
    Database,
    Question,
    QuestionVersion,
    Regrade,
    Submission,
    Translation,
    now,
)
from models.answering import AnswerableVersions
from models.search import unindex_question
from operations.grade_answer import Answer
from operations.issue_key import issue_key
from operations.plan_regrade import Scope, Wish, plan_regrade
from operations.publish_question import publish_question
from operations.publish_translation import publish_translation
from operations.read_draft import read_draft
from operations.revise_question import revise_question
from operations.run_regrade import finish_now
from operations.submit_answer import submit_answer
from operations.withdraw_translation import withdraw_translation
from operations.write_translation import write_translation

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

CALLER = Caller("someone", frozenset({"submissions:write"}))


def draft(**changes: Any) -> Draft:
    """A complete draft, changed as stated."""
    return replace(DRAFT, **changes)


@dataclass(frozen=True, slots=True)
class Submitted:
    """A stored submission; ``replayed`` when it was there before under the same key."""

    submission: Submission
    replayed: bool


class Bank:
    """Fills a database: each method is one committed unit of work."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.versions = AnswerableVersions()

    def publish(
        self, content: Draft | None = None, *, at: datetime | None = None, **changes: Any
    ) -> QuestionVersion:
        """Publish a new question, or the next version of the one with the draft's slug."""

        def work(session: Session) -> QuestionVersion:
            version = _revise(session, replace(content or DRAFT, **changes))
            publish_question(session, version=version, at=at or now())
            return version

        return self.database.write(work)

    def revise(self, content: Draft | None = None, **changes: Any) -> QuestionVersion:
        """Write a new question, or the next version of one, that learners do not see yet."""
        said = replace(content or DRAFT, **changes)
        return self.database.write(lambda session: _revise(session, said))

    def change_unnamed(self) -> None:
        """Raise the revision as older versions of the service did: no question tells of it."""
        after = models.Bank.revision + 1
        raised = update(models.Bank).values(revision=after, unnamed_in=after)
        self.database.write(lambda session: session.execute(raised))

    def retire(self, slug: str) -> None:
        """Take a question away from learners."""

        def work(session: Session) -> None:
            question = session.scalars(select(Question).where(Question.slug == slug)).one()
            question.retired_at = now()
            question.changed_in = models.Bank.raise_revision(session)
            unindex_question(session, question)

        self.database.write(work)

    def translate(
        self, language: str = "de", slug: str = "rivers", *, publish: bool = True, **changes: Any
    ) -> Translation:
        """Translate the newest version: each text with the language before it, or as stated."""

        def work(session: Session) -> Translation:
            question = session.scalars(select(Question).where(Question.slug == slug)).one()
            source = question.versions[-1]
            texts = translated(texts_of(read_draft(source)), language, **changes)
            written = (Translation.question_id == question.id, Translation.language == language)
            last = session.scalar(select(func.max(Translation.number)).where(*written)) or 0
            row = write_translation(
                session, question=question, source=source, language=language, texts=texts,
                last=None, number=last + 1, by="a translator", at=now(),
            )  # fmt: skip
            if publish:
                publish_translation(
                    session, question=question, translation=row, versions=question.versions,
                    by="an editor", at=now(),
                )  # fmt: skip
            return row

        return self.database.write(work)

    def withdraw(self, language: str = "de", slug: str = "rivers") -> None:
        """Take all translations into the language away from learners."""

        def work(session: Session) -> None:
            question = session.scalars(select(Question).where(Question.slug == slug)).one()
            withdraw_translation(
                session, question=question, language=language, by="an editor", at=now()
            )

        self.database.write(work)

    def submit(
        self,
        *selected: str,
        question: str = "rivers",
        key: str | None = None,
        caller: Caller = CALLER,
        **said: Any,
    ) -> Submitted:
        """Answer a question by option ids; ``key`` is an idempotency key."""
        answer = Answer(selected, **said)

        def work(session: Session) -> Submitted:
            graded = submit_answer(
                session,
                question=question,
                answer=answer,
                caller=caller,
                at=now(),
                versions=self.versions,
                idempotency_key=key,
            )
            with_grades = [selectinload(Submission.grades)]
            row = session.get_one(Submission, graded.submission.id, options=with_grades)
            return Submitted(row, graded.replayed)

        return self.database.write(work)

    def regrade(self, **said: Any) -> Regrade:
        """Plan full credit for all answers to the rivers, or what is said."""
        scope = Scope(said.pop("question", "rivers"), said.pop("versions", None))
        wish = Wish(**{"reason": "So it is.", "scope": scope, "mode": "full_credit", **said})

        def work(session: Session) -> Regrade:
            run = plan_regrade(session, wish=wish, by=CALLER, at=now())
            finish_now(session, run=run)
            return run

        return self.database.write(work)

    def key(self, role: Role = "integration", **columns: Any) -> tuple[ApiKey, dict[str, str]]:
        """A new API key and the header that shows it."""
        row, token = self.database.write(
            lambda session: issue_key(session, name=f"a {role}", role=role, **columns)
        )
        return row, {"Authorization": f"Bearer {token}"}


def translated(texts: Texts, language: str, **changes: Any) -> Texts:
    """Texts that say the same in another language, as far as a test can tell."""
    told = texts.document
    for name in ("title", "prompt", "explanation"):
        told[name] = told[name] and f"{language}: {told[name]}"
    for name in ("options", "feedback"):
        told[name] = {id_: f"{language}: {text}" for id_, text in told[name].items()}
    for name in ("hints", "combinations"):
        told[name] = [f"{language}: {text}" for text in told[name]]
    return Texts.read(told | changes)


def _revise(session: Session, said: Draft) -> QuestionVersion:
    known = session.scalar(select(Question).where(Question.slug == said.slug))
    question = known or Question(slug=said.slug, external_id=said.external_id)
    session.add(question)
    return revise_question(session, question=question, draft=said)
