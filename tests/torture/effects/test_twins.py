"""A request may arrive many times at one instant, at two services: one effect, one answer."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import bank_states, imports, keys, media, quick_submissions, regrade_steps, submissions
from api.app import create_app
from api.documentation import describe
from api.idempotency import answer_once
from domain.access import PUBLIC
from models import Database, IdempotencyRecord
from operations.grade_answer import Answer, Attempt
from settings import Settings
from tests.factories import Bank
from tests.torture.effects.crowd import Crowd, Sent, Told, crowd
from tests.torture.effects.keyed import ROUTES
from tests.torture.effects.proxy import swallowing
from tests.torture.effects.services import running
from tests.torture.effort import effort
from tests.torture.journal import Journal
from tests.torture.planting import Plant

SERVICES = 2
ANSWERS, OTHERS = effort(24, 300, 1000), effort(2, 10, 170)  # keys: of answers, of other routes
TWINS = effort(10, 50, 50)
SWALLOWED = effort(1, 10, 50)  # answers of each route
PLANTED = {"submit_answer": 3, "create_key": 3}
BY_KEY = (bank_states, imports, keys, media, regrade_steps, submissions)


@dataclass
class Stage:
    """A bank, two admins who may do everything, and what was told to the first of them."""

    database: Database
    url: str
    admins: tuple[Mapping[str, str], Mapping[str, str]]
    journal: Journal
    plant: Plant | None = None
    first: list[tuple[str, Sent, Told]] = field(default_factory=list)

    @classmethod
    def on(cls, database: Database, url: str) -> "Stage":
        bank = Bank(database)
        bank.publish()
        bank.publish(slug="lakes")
        bank.submit(question="lakes")
        return cls(database, url, (bank.key("admin")[1], bank.key("admin")[1]), Journal("twins"))

    @contextmanager
    def services(self, connections: int = SERVICES) -> Iterator[Crowd]:
        """Connections to services that have just begun."""
        with ExitStack() as stack:
            places = [stack.enter_context(running(self.url, self.plant)) for _ in range(SERVICES)]
            yield stack.enter_context(crowd(places, connections))

    def effects(self, name: str) -> int:
        """How many rows the effects of a route are, as one other connection sees them."""
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(ROUTES[name].table)) or 0


def usual(name: str) -> int:
    """How many keys a route gets."""
    return ANSWERS if name == "submit_answer" else OTHERS


def twins(stage: Stage, sending: Crowd, counts: Mapping[str, int]) -> list[str]:
    """What is wrong where each request comes at one instant on all connections."""
    found, numbers = [], iter(range(10**6))
    for name, count in counts.items():
        before = stage.effects(name)
        for number in (next(numbers) for _ in range(count)):
            sent = ROUTES[name].sent(number, stage.admins[0])
            told = sending.say(sent)
            stage.journal.note("told", route=name, key=sent.key, body=told[0].body.decode())
            stage.first.append(
                (name, sent, next((one for one in told if not one.replayed), told[0]))
            )
            found += [f"{name}: {what}" for what in _unlike(told)]
        if (effects := stage.effects(name) - before) != count:
            found.append(f"{name}: {effects} effects of {count} keys")
    return found


def _unlike(told: list[Told]) -> Iterator[str]:
    if refused := [one for one in told if one.status not in (200, 201)]:
        yield f"{refused[0].status} {refused[0].body[:200]!r}"
    if (fresh := sum(not one.replayed for one in told)) != 1:
        yield f"{fresh} answers that are no replays"
    if len({(one.status, str(one.document)) for one in told}) != 1:
        yield "different answers to one key"
    if len({one.body for one in told if one.replayed}) > 1:
        yield "different bytes in replays"


def others(stage: Stage, sending: Crowd) -> list[str]:
    """What is wrong where a key comes with another body, and from another caller."""
    found, seen = [], set[str]()
    for name, sent, first in stage.first:
        if name in seen:
            continue
        seen.add(name)
        number, before = int(sent.key.partition("-")[2]), stage.effects(name)
        (other,) = sending.say(ROUTES[name].sent(number, stage.admins[0], "x"), 1)
        if (other.status, other.document.get("code")) != (422, "idempotency_key_reused"):
            found.append(f"{name}: another body is told {other.status}")
        if stage.effects(name) != before:
            found.append(f"{name}: another body has an effect")
        (stranger,) = sending.say(ROUTES[name].sent(number, stage.admins[1], "y"), 1)
        if stranger.replayed or stranger.body == first.body or stranger.status >= 400:
            found.append(f"{name}: another caller is told {stranger.status}")
    return found


def again(stage: Stage, sending: Crowd) -> list[str]:
    """What is wrong where all is sent once more, after the services have begun anew."""
    before = {name: stage.effects(name) for name in ROUTES}
    found = []
    for name, sent, first in stage.first:
        for told in sending.say(sent, SERVICES):
            if (told.status, told.document, told.replayed) != (first.status, first.document, True):
                found.append(f"{name}: after a new start it is told otherwise")
            elif name != "create_key" and told.body != first.body:
                found.append(f"{name}: after a new start there are other bytes")
    return found + [
        f"{name}: sent again, it has an effect"
        for name in ROUTES
        if stage.effects(name) != before[name]
    ]


def lose_answers(stage: Stage) -> list[str]:
    """Send requests whose answers are lost on their way; what is wrong with their effects."""
    before = {name: stage.effects(name) for name in ROUTES}
    with running(stage.url, stage.plant) as service, swallowing(service) as proxy:
        for number in range(SWALLOWED):
            for place, name in enumerate(ROUTES):
                sent = ROUTES[name].sent(9000 + number * len(ROUTES) + place, stage.admins[0])
                proxy.send(sent)
                stage.first.append((name, sent, proxy.swallowed[-1]))
    return [
        f"{name}: no effect where the answer is lost"
        for name in ROUTES
        if stage.effects(name) == before[name]
    ]


@pytest.fixture
def stage(own_database: Database, own_url: str) -> Stage:
    return Stage.on(own_database, own_url)


def test_twins_have_one_effect_and_one_answer(stage: Stage) -> None:
    with stage.services(TWINS) as sending:
        found = twins(stage, sending, {name: usual(name) for name in ROUTES})
        found += others(stage, sending)
    found += lose_answers(stage)
    with stage.services() as sending:
        found += again(stage, sending)
    assert found == []


def test_every_route_that_takes_a_key_has_twins(own_database: Database) -> None:
    document = describe(create_app(Settings.load(), own_database))
    operations = (each for path in document["paths"].values() for each in path.values())
    keyed = {
        each["operationId"]
        for each in operations
        if any(one["name"].lower() == "idempotency-key" for one in each.get("parameters", ()))
    }
    assert keyed == ROUTES.keys()


LOOKED_UP = 0.1  # seconds from a look-up to what is done, in which twins look it up, too


def careless(patch: pytest.MonkeyPatch) -> None:
    """All that is commonly wrong with keys, in one service.

    Those of answers count within one process, and whatever their body is. Those of other routes
    are looked up before the transaction that stores them, and count for all callers together.
    """

    def attempt(question: str, answer: Answer, caller: str, at: Any, key: str | None) -> Attempt:
        return Attempt(question, answer, caller, at, key and f"{key} at {os.getpid()}")

    patch.setattr(quick_submissions, "Attempt", attempt)
    patch.setattr(submissions, "Attempt", attempt)
    patch.setattr(Answer, "fingerprint", "the same for all")
    for module in BY_KEY:
        patch.setattr(module, "answer_once", look_up_first)


def look_up_first(
    session: Session, *, route: str, key: str | None, work: Callable[[], str], **said: Any
) -> tuple[str, bool]:
    """Another answer_once."""
    name = (PUBLIC.id, route, key or "")
    with Session(session.get_bind().engine) as apart:
        found = apart.get(IdempotencyRecord, name)
    if found is not None or key is None:
        return (
            (found.body, True)
            if found
            else answer_once(session, route=route, key=key, work=work, **said)
        )
    time.sleep(LOOKED_UP)
    body = work()
    if session.get(IdempotencyRecord, name) is None:
        values = dict(zip(("caller", "route", "key"), name, strict=True))
        session.add(IdempotencyRecord(**values, request_hash="", body=body))
    return body, False


def test_carelessness_is_found(stage: Stage) -> None:
    stage.plant = careless
    with stage.services(TWINS) as sending:
        found = twins(stage, sending, PLANTED) + others(stage, sending)
    assert {
        "submit_answer: 2 answers that are no replays",
        "submit_answer: different answers to one key",
        "submit_answer: 6 effects of 3 keys",
        "submit_answer: another body is told 201",
        "create_key: another body is told 201",
        "create_key: another caller is told 201",
    } <= set(found)
    assert any(what.startswith("create_key: ") and "effects of 3 keys" in what for what in found)
