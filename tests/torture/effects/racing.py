"""Deeds done for real, several at one instant, on one question of a bank."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from typing import Any, assert_never
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, selectinload

from api import bank_steps, bank_writing
from api.regrade_steps import RegradeSteps
from api.regrade_worker import RegradeWorker
from api.responses import entity_tag
from api.schemas.bank import BankQuestionOut
from api.schemas.drafts import DraftIn
from api.schemas.regrades import RegradeIn
from api.submission_writer import SubmissionWriter
from domain.access import ROLES, Caller
from domain.errors import ServiceError
from models import Database, Question, QuestionVersion, Submission, now
from models.authoring import versions_for_authors
from operations.find_version import find_newest
from operations.grade_answer import Answer, Attempt
from operations.import_many import import_many
from operations.prepare_import import Source, prepare_sources
from settings import Settings
from tests.api.authors import RIVERS
from tests.torture.effects.sequential import (
    KEYS,
    Answered,
    Apply,
    Deed,
    Edit,
    Import,
    Prepare,
    Publish,
    Reopen,
    Retire,
    Submit,
    There,
    Version,
)

WHO = Caller("00000000-0000-7000-8000-000000000000", ROLES["admin"], "somebody")
OF_KEY = {positions: name for name, positions in KEYS.items()}


@dataclass
class Office:
    """One of the processes that serve a bank: its connections, and what it remembers."""

    database: Database
    writer: SubmissionWriter = field(init=False)
    steps: RegradeSteps = field(init=False)

    def __post_init__(self) -> None:
        self.writer = SubmissionWriter(self.database, longest=1000)
        self.steps = RegradeSteps(self.database, Settings.load(), RegradeWorker(self.database))


def said(title: str, key: str) -> dict[str, Any]:
    """A question as it is written or imported."""
    return {**RIVERS, "title": title, "key": sorted(KEYS[key]), "kind": "multiple_response"}


@dataclass
class Raced:
    """The question that is raced for: its options, the tags of its states, plans to regrade it."""

    slug: str
    offices: Sequence[Office]
    there: There
    ids: Sequence[str] = ()
    tags: dict[int, str] = field(default_factory=dict)
    plans: list[str] = field(default_factory=list)

    @classmethod
    def begun(cls, slug: str, offices: Sequence[Office]) -> "Raced":
        """A new question that is published once."""
        there = There((Version("first", "rhine", is_out=True),), shown=1)
        raced = cls(slug, offices, there)
        assert raced.do(Import("first", "rhine"), offices[0]) == "created"
        with offices[0].database.read() as session:
            newest = find_newest(session, slug)
            by_text = {row.text: row.option_id for row in newest.options}
        raced.ids = [by_text[option["text"]] for option in RIVERS["options"]]
        raced.settle(there)
        return raced

    def race(self, deeds: Sequence[Deed], pauses: Sequence[float]) -> list[Any]:
        """Do all at one instant, but for so many seconds, each in one of the offices."""
        line = Barrier(len(deeds))

        def run(place: int) -> Any:
            line.wait(30)
            time.sleep(pauses[place])
            return self.do(deeds[place], self.offices[place % len(self.offices)])

        with ThreadPoolExecutor(len(deeds)) as pool:
            return list(pool.map(run, range(len(deeds))))

    def do(self, deed: Deed, office: Office) -> Any:
        """What comes of a deed: a word or what was graded, ``busy``, or the name of a mistake."""
        try:
            return self._do(deed, office)
        except ServiceError as error:
            return error.code
        except OperationalError:
            return "busy"
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    def _do(self, deed: Deed, office: Office) -> Any:
        database, slug = office.database, self.slug
        match deed:
            case Edit(title, key, tag):
                body = DraftIn.model_validate(said(title, key))
                bank_writing.write_question(database, slug, body, WHO, if_match=self.tags[tag])
            case Publish():
                bank_steps.publish(database, slug, None, WHO, publish_at=None, four_eyes=False)
            case Retire():
                bank_steps.retire(database, slug, None, WHO)
            case Reopen():
                bank_steps.reopen(database, slug, None, WHO)
            case Import(title, key):
                return self._import(database, title, key)
            case Submit(learner, picked, version):
                return self._submit(office, learner, picked, version)
            case Prepare():
                return self._prepare(office)
            case Apply(place):
                if place >= len(self.plans):
                    return "no_plan"
                office.steps.apply(UUID(self.plans[place]), WHO)
            case _:
                assert_never(deed)
        return "done"

    def _import(self, database: Database, title: str, key: str) -> str:
        line = json.dumps({**said(title, key), "slug": self.slug}).encode()
        prepared = prepare_sources([Source("rivers.jsonl", line)])
        (item,) = database.write(
            lambda session: import_many(session, prepared=prepared, at=now(), claims={})
        )
        return item.outcome

    def _submit(self, office: Office, learner: str, picked: str, version: int | None) -> Any:
        selected = tuple(self.ids[position - 1] for position in KEYS[picked])
        answer = Answer(selected, learner=learner, version=version)
        graded = asyncio.run(office.writer.submit(Attempt(self.slug, answer, WHO.id, now())))
        return graded.version.row.number, graded.grade.correct

    def _prepare(self, office: Office) -> int:
        body = {"reason": "r", "scope": {"question": self.slug}, "mode": "current_key"}
        run, _ = office.steps.plan(RegradeIn.model_validate(body), WHO, None)
        self.plans.append(str(run.id))
        assert run.plan is not None
        return run.plan.affected

    def settle(self, there: There) -> None:
        """Go on from this state, whose tag authors have read."""
        self.there = there
        with self.offices[0].database.read() as session:
            content = BankQuestionOut.of(find_newest(session, self.slug)).model_dump_json()
        self.tags[there.tag] = entity_tag(content.encode())

    def look(self) -> Any:
        """All that is there, as a new connection sees it."""
        with self.offices[0].database.read() as session:
            question = find_newest(session, self.slug).question
            named = versions_for_authors().where(QuestionVersion.question_id == question.id)
            versions = session.scalars(named.order_by(QuestionVersion.number)).all()
            shown = {version.id: version.number for version in versions}
            return (
                tuple(map(self._version, versions)),
                question.published_id and shown[question.published_id],
                question.retired_at is not None,
                dict(self._answers(session, shown)),
            )

    def _version(self, row: QuestionVersion) -> Version:
        right = frozenset(self.ids.index(one.option_id) + 1 for one in row.correct)
        return Version(row.title, OF_KEY[right], row.published_at is not None)

    def _answers(self, session: Session, numbers: dict[UUID, int]) -> Iterator[Any]:
        asked = select(Submission).join(Submission.question).where(Question.slug == self.slug)
        for row in session.scalars(asked.options(selectinload(Submission.grades))):
            picked = frozenset(self.ids.index(one) + 1 for one in row.selected)
            grades = tuple(grade.correct for grade in row.grades)
            yield row.learner, Answered(numbers[row.version_id], OF_KEY[picked], grades)
