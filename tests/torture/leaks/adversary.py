"""Somebody who plays as a student, and has the same service at home to compare with.

For each key that a question may have, the adversary asks a service whose question has it the same
requests, and keeps all that is told. Two keys are told apart as soon as anything differs, be it a
byte of a page. No more keys may be told apart than the results that the release setting opens
tell apart by themselves, at each step.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from math import log2
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from domain.access import Caller
from domain.grading import ChoiceKey, ChoiceResponse, find_rule, grade
from domain.questions import AnswerKey, Draft, Option
from models import (
    CorrectOption,
    Database,
    GradeRow,
    QuestionVersion,
    Regrade,
    RegradeItem,
    RegradeOutcome,
    Submission,
    now,
)
from operations.apply_regrade import apply_regrade
from operations.run_regrade import finish_now
from tests.factories import Bank, draft
from tests.guards import drop_guards
from tests.torture.leaks.asking import Asked, InProcess, Told, in_process
from tests.torture.leaks.surface import JSON

Picks = tuple[str, ...]
SLUG = "rivers"
NAMES = ("The Rhine", "The Danube", "The Elbe", "The Tagus", "The Po")
ADMIN = Caller("an admin", frozenset())
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(rb"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")


@dataclass(frozen=True, slots=True)
class Question:
    """The question that is attacked: its options, how it is scored, and what it releases."""

    options: Picks
    rule: str
    release: str

    @property
    def keys(self) -> list[Picks]:
        """All keys that it may have: some option is right."""
        return [key for key in self.picks if key]

    @property
    def picks(self) -> list[Picks]:
        """All that can be picked, few options first."""
        sizes = range(len(self.options) + 1)
        return [picked for size in sizes for picked in combinations(self.options, size)]

    def result(self, key: Picks, picked: Picks) -> tuple[object, ...]:
        """What the release setting grants to who picked that: nothing, the score, or the key."""
        if self.release == "never":
            return ()
        if self.release == "after_submission":
            return key
        marked = grade(ChoiceKey(self.options, frozenset(key)),
                       ChoiceResponse(frozenset(picked)), find_rule(self.rule))  # fmt: skip
        return (marked.score, marked.correct)


@dataclass
class Played:
    """What the adversary was told under one key, step by step, and what was granted by then."""

    steps: list[tuple[str, bytes]] = field(default_factory=list)
    granted: list[tuple[object, ...]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    """What can be told of the key beyond what is granted, and how many bits of it were gained."""

    findings: list[str]
    bits: float
    granted_bits: float


def ask_for(database: Database, options: int, rule: str, release: str) -> Question:
    """Publish such a question, twice: there is an old version with the same key."""
    bank = Bank(database)
    said: Draft = draft(options=tuple(map(Option, NAMES[:options])), release=release,
                        key=AnswerKey(frozenset({1})), hints=("Look at a map.",))  # fmt: skip
    for title in ("Rivers", "Rivers, again"):
        version = bank.publish(said, title=title, scoring=type(said.scoring)(rule))
    drop_guards(database)
    return Question(version.option_ids, rule, release)


async def attack(database: Database, question: Question) -> Report:
    """Play against the question under each key that it may have, and compare."""
    headers = {role: Bank(database).key(role)[1] for role in ("publishable", "integration")}
    played = {}
    async with in_process(database, response_cache_bytes=0) as service:
        for key in question.keys:
            database.write(partial(set_key, key=key))
            service.forget()
            played[key] = await _play(service, database, question, key, headers)
    findings = [*_told_apart(played)]
    return Report(
        findings[:8],
        _bits([tuple(told for _, told in one.steps) for one in played.values()]),
        _bits([one.granted[-1] for one in played.values()]),
    )


def _bits(seen: Sequence[object]) -> float:
    """How much of a key is known, at the most, to who sees these."""
    return log2(len(seen) / min(seen.count(one) for one in seen))


def set_key(session: Session, key: Picks) -> None:
    """Make these the right options of all versions, and forget who has answered."""
    for table in (GradeRow, RegradeItem, RegradeOutcome, Regrade, Submission, CorrectOption):
        session.execute(delete(table))
    for version in session.scalars(select(QuestionVersion.id)):
        rows = [{"version_id": version, "option_id": id_} for id_ in key]
        session.execute(insert(CorrectOption), rows)


async def _play(
    service: InProcess,
    database: Database,
    question: Question,
    key: Picks,
    headers: dict[str, dict[str, str]],
) -> Played:
    """Ask everything, before and after each answer and a regrade, and answer everything."""
    played, ids, granted = Played(), dict[bytes, bytes](), list[object]()

    async def ask(asked: Asked) -> Told:
        sent = {"X-Request-Id": "same", **headers.get(asked.caller, {})}
        told = await service.ask(asked, sent)
        seen = (f"{asked.method} {asked.address} {asked.body!r}", _comparable(told, ids))
        played.steps.append(seen)
        played.granted.append(tuple(granted))
        return told

    for asked in _looks():
        await ask(asked)
    sent: list[str] = []
    for number, picked in enumerate(question.picks):
        granted.append(question.result(key, picked))
        for asked in answers_of(number, picked):
            told = await ask(asked)
            if "Idempotency-Key" in asked.headers and asked.caller == "integration":
                sent.append(json.loads(told.body)["id"])
    database.write(_give_credit)
    for asked in (*_reads(sent), *_looks()):
        await ask(asked)
    return played


def _looks() -> Iterator[Asked]:
    """What can be looked at without an answer: the question, its hints, lists, pages, the lab."""
    for more in ("", "?shuffle=S", "?shuffle=T", "?version=1", "?version=2", "?version=3",
                 "/hints/1", "/hints/1?shuffle=S", "/hints/2"):  # fmt: skip
        yield Asked("GET", f"/v1/questions/{SLUG}{more}", "publishable")
    for address in (
        "/v1/questions?q=rhine&include=total", "/v1/questions?sort=title",
        "/v1/questions/random?seed=S&count=2", f"/?question={SLUG}",
        f"/lab?question={SLUG}&key=a&selected=a", f"/v1/bank/questions/{SLUG}/statistics",
    ):  # fmt: skip
        yield Asked("GET", address)


def answers_of(number: int, picked: Picks) -> Iterator[Asked]:
    """The same answer by others: as nobody, again by a key, as two learners, to an old version."""
    path, said = f"/v1/questions/{SLUG}/submissions", {"selected": list(picked)}
    keyed = JSON | {"Idempotency-Key": f"k{number}"}
    yield _post(path, said, "nobody")
    for _ in range(2):
        yield _post(path, {**said, "learner": "a"}, "integration", keyed)
    yield _post(path, {**said, "learner": "b", "shuffle": "S", "version": 1}, "nobody")
    yield _post(path, {**said, "learner": "b"}, "publishable", keyed)
    yield _post(path, {"selected": [*picked, "zzzz"]}, "nobody")
    yield _post(path, {**said, "version": 9}, "nobody")
    batch = {"submissions": [{"question": SLUG, **said}, {"question": "absent", **said}]}
    yield _post("/v1/submissions", batch, "integration")


def _post(path: str, said: Any, caller: str, headers: dict[str, str] = JSON) -> Asked:
    return Asked("POST", path, caller, json.dumps(said).encode(), headers)


def _give_credit(session: Session) -> None:
    """Somebody with the right to it regrades: full credit for all, which changes wrong answers."""
    version = session.scalars(select(QuestionVersion).limit(1)).one()
    run = Regrade(question_id=version.question_id, reason="So it is.", mode="full_credit",
                  planned_by=ADMIN.id, created_at=now())  # fmt: skip
    session.add(run)
    session.flush()
    finish_now(session, run=run)
    assert apply_regrade(session, regrade=run, by=ADMIN, at=now(), four_eyes=False)
    finish_now(session, run=run)


def _reads(sent: Sequence[str]) -> Iterator[Asked]:
    yield Asked("GET", f"/v1/submissions?question={SLUG}&limit=200", "integration")
    for id_ in dict.fromkeys(sent):
        yield from (Asked("GET", f"/v1/submissions/{id_}{more}", "integration")
                    for more in ("", "/grades", "/receipt"))  # fmt: skip
    yield Asked("GET", f"/v1/submissions/{sent[0]}", "publishable")


def _comparable(told: Told, ids: dict[bytes, bytes]) -> bytes:
    """What was told, with ids by the order in which they came, and without the time."""

    def plain(said: bytes) -> bytes:
        named = _ID.sub(lambda id_: ids.setdefault(id_[0], b"id %d" % len(ids)), said)
        return _MOMENT.sub(b"(moment)", re.sub(rb'"signature":"[^"]*"', b"", named))

    body = plain(told.body)
    kept = [one for one in told.headers if one[0] != b"etag" or body == told.body]
    return b"%d %s" % (told.status, plain(Told(told.status, tuple(kept), body).whole))


def _told_apart(played: dict[Picks, Played]) -> Iterator[str]:
    """Pairs of keys that something tells apart sooner than what is granted."""
    for one, other in combinations(played, 2):
        first, second = played[one], played[other]
        for at, (left, right) in enumerate(zip(first.steps, second.steps, strict=True)):
            if first.granted[at] != second.granted[at]:
                break
            if left[1] != right[1]:
                asked = _ID.sub(b"(id)", left[0].encode()).decode()
                yield f"step {at}, {asked}: tells {_name(one)} from {_name(other)}"
                break


def _name(key: Picks) -> str:
    return "+".join(key)
