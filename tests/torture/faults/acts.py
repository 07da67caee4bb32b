"""What people do to a bank, one act at a time, and how much of it is then there."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import httpx
from sqlalchemy import func, select, text

from models import Database, GradeRow, Question, QuestionVersion, Submission
from operations.verify_audit import verify_audit
from tests.api.authors import QUESTIONS, RIVERS
from tests.api.posting import Told
from tests.factories import Bank

ANSWERS = "/v1/questions/rivers/submissions"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is asked for by one request, safe to repeat.

    ``begin`` makes what it needs, ``send`` asks for it, ``effects`` counts what there is of it;
    ``whole`` is all. What is there already may be answered with one of ``known``.
    """

    name: str
    send: Callable[[httpx.Client, str], httpx.Response]
    effects: Callable[[Database, str], int]
    whole: int = 1
    known: tuple[int, ...] = ()
    begin: Callable[[Bank, str], object] = lambda *_: None


def acts(bank: Bank) -> Iterator[Act]:
    """Acts of a learner, an integration and an author; the first ones matter most."""
    _, admin = bank.key("admin")
    _, integration = bank.key("integration")
    yield Act("answer", answer, lambda database, name: _submissions(database, name))
    yield Act(
        "publish",
        lambda client, name: client.post(f"{QUESTIONS}/{name}/publish", headers=admin),
        _published,
        begin=lambda bank, name: bank.revise(slug=name),
    )
    yield Act(
        "batch",
        lambda client, name: client.post(
            "/v1/submissions", json=_batch(name), headers={**integration, "Idempotency-Key": name}
        ),
        lambda database, name: _submissions(database, name),
        whole=3,
    )
    yield Act(
        "draft",
        lambda client, name: client.put(
            f"{QUESTIONS}/{name}", json=RIVERS, headers={**admin, "If-None-Match": "*"}
        ),
        _drafts,
        known=(412,),
    )
    yield Act(
        "import",
        lambda client, name: client.post(
            "/v1/bank/imports?format=jsonl",
            content=_lines(name),
            headers={**admin, "Content-Type": "application/octet-stream"},
        ),
        _drafts,
    )


def answer(client: httpx.Client, name: str) -> httpx.Response:
    """Answer the rivers, as the learner of that name and under a key of that name."""
    body, headers = {"selected": [], "learner": name}, {"Idempotency-Key": name}
    return client.post(ANSWERS, json=body, headers=headers)


def _batch(name: str) -> dict[str, object]:
    return {
        "submissions": [{"question": "rivers", "selected": [], "learner": name} for _ in range(3)]
    }


def _lines(name: str) -> str:
    return json.dumps({"slug": name, **RIVERS})


def _submissions(database: Database, learner: str) -> int:
    with database.read() as session:
        counted = select(func.count(Submission.id)).where(Submission.learner == learner)
        return session.scalar(counted.join(Submission.grades)) or 0


def _drafts(database: Database, slug: str) -> int:
    with database.read() as session:
        counted = select(func.count(Question.id)).where(Question.slug == slug)
        return session.scalar(counted.join(Question.versions)) or 0


def _published(database: Database, slug: str) -> int:
    with database.read() as session:
        counted = select(func.count(Question.id)).where(Question.slug == slug)
        is_out = QuestionVersion.published_at.is_not(None)
        return session.scalar(counted.join(Question.versions).where(is_out)) or 0


def lost_of(database: Database, told: Iterable[Told], prefix: str) -> list[str]:
    """Which answers of these learners were confirmed and are not there, or are there twice."""
    with database.read() as session:
        asked = select(Submission.learner, Submission.id)
        rows = session.execute(asked.where(Submission.learner.startswith(prefix))).all()
    kept = {learner: str(id_) for learner, id_ in rows}
    confirmed = {each.sent.learner: each.id for each in told if each.status == 201}
    lost = [f"lost: {one}" for one, id_ in confirmed.items() if kept.get(one) != id_]
    return lost + [f"{len(rows) - len(kept)} doubled"] * (len(rows) != len(kept))


def unsound(database: Database) -> list[str]:
    """What is half there in a bank: answers without their one grade, a broken chain, torn pages."""
    found: list[str] = []
    with database.read() as session:
        first = select(func.count(GradeRow.id)).where(GradeRow.regrade_id.is_(None))
        counted = (session.scalar(each) for each in (select(func.count(Submission.id)), first))
        submissions, grades = counted
        if submissions != grades:
            found.append(f"{submissions} answers have {grades} first grades")
        if fault := verify_audit(session).fault:
            found.append(f"the audit chain: {fault}")
        if session.get_bind().dialect.name == "sqlite":
            for pragma in ("integrity_check", "foreign_key_check"):
                told = session.execute(text(f"PRAGMA {pragma}")).scalars().all()
                found += [f"{pragma}: {each}" for each in told if each != "ok"]
    return found
