"""What must hold whatever the clock says: nothing is lost, nothing goes out of order."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from models import Database
from tests.api.authors import MERGE_PATCH, QUESTIONS
from tests.api.test_receipts import KEY_SET, verify
from tests.factories import Bank
from tests.torture.effort import effort
from tests.torture.faults.acts import unsound
from tests.torture.faults.clock import Clock
from tests.torture.journal import Journal

AGES = ("+0", "-3d", "+2h", "+0")[: effort(2, 4, 4)]
ANSWERS = 3  # in each age
LIMIT, WINDOW = 4, 1.0  # requests, seconds
LONGEST_WORK = 20.0  # seconds
SUBMISSIONS, RIVERS = "/v1/submissions", "/v1/questions/rivers"
Json = dict[str, Any]


@dataclass(slots=True)
class World:
    """A bank, who works with it, and what they remember from before."""

    client: httpx.Client
    database: Database
    integration: dict[str, str]
    admin: dict[str, str]
    limited: dict[str, str]
    cookie: dict[str, str] = field(default_factory=dict)
    answers: dict[str, httpx.Response] = field(default_factory=dict)
    receipt: bytes = b""
    cursor: str = ""
    behind: frozenset[str] = frozenset()  # what the page after the cursor, and all later ones, hold
    edits: int = 0
    strange: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, client: httpx.Client, database: Database) -> "World":
        """Keys for all; the third may ask only so often."""
        bank = Bank(database)
        bank.publish()
        _, integration = bank.key("integration")
        _, admin = bank.key("admin")
        _, limited = bank.key("integration", rate_limit=f"{LIMIT}/second")
        return cls(client, database, integration, admin, limited)

    def ask(self, method: str, path: str, who: dict[str, str], **said: Any) -> httpx.Response:
        """Ask, and note what no clock excuses."""
        answer = self.client.request(method, path, headers=who | said.pop("headers", {}), **said)
        if answer.status_code >= 500:
            self.strange.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer


def lives_through_ages(world: World, clock: Clock, journal: Journal) -> list[str]:
    """What is wrong in any age."""
    found: list[str] = []
    for number, age in enumerate(AGES):
        _use_up(world)
        clock.set(age)
        wrong = [f"{age}: {each}" for each in _age(world, f"{number}-{journal.seed}")]
        journal.note("age", clock=age, wrong=wrong)
        found += wrong
    return found + world.strange + unsound(world.database)


def _age(world: World, name: str) -> Iterator[str]:
    since = time.monotonic()
    yield from _answers(world, name)
    yield from _lists(world)
    yield from _session(world)
    yield from _history(world, name)
    yield from _receipt(world)
    yield from _regrades(world)
    time.sleep(max(0.0, since + 1.2 * WINDOW - time.monotonic()))
    again = world.ask("GET", RIVERS, world.limited)
    if again.status_code != 200:
        yield f"{again.status_code} for {again.headers.get('Retry-After')} s, long after the window"


def _use_up(world: World) -> None:
    """Ask until it is too often, so that a window runs while the clock is set."""
    while world.ask("GET", RIVERS, world.limited).status_code != 429:
        pass


def _answers(world: World, name: str) -> Iterator[str]:
    """Old answers come back as they were, new ones behind them."""
    for key, first in world.answers.items():
        again = _answer(world, key)
        if (again.status_code, again.content) != (201, first.content):
            yield f"{key} sent again: {again.status_code} {again.text[:200]}"
    for number in range(ANSWERS):
        key = f"{name}-{number}"
        world.answers[key] = fresh = _answer(world, key)
        if fresh.status_code != 201:
            yield f"{key}: {fresh.status_code} {fresh.text[:200]}"
    ids = [each.json()["id"] for each in world.answers.values()]
    if ids != sorted(ids):
        yield f"ids out of order: {ids}"


def _answer(world: World, key: str) -> httpx.Response:
    who = world.integration | {"Idempotency-Key": key}
    body = {"selected": [], "learner": key, "version": 1}
    return world.ask("POST", f"{RIVERS}/submissions", who, json=body)


def _lists(world: World) -> Iterator[str]:
    """Each answer is listed once, and a cursor from before leads on to where it led."""
    listed = list(_walk(world, f"{SUBMISSIONS}?limit=2"))
    known = {each.json()["id"] for each in world.answers.values()}
    if len(listed) != len(set(listed)) or not known <= set(listed):
        yield f"{len(known - set(listed))} answers not listed, {len(listed)} are"
    if not world.cursor:
        page = world.ask("GET", f"{SUBMISSIONS}?limit=1", world.integration).json()
        world.cursor = page["next_cursor"]
        world.behind = frozenset(_walk(world, f"{SUBMISSIONS}?limit=1&cursor={world.cursor}"))
    later = list(_walk(world, f"{SUBMISSIONS}?limit=1&cursor={world.cursor}"))
    if not world.behind <= set(later) or len(later) != len(set(later)):
        yield f"the cursor leads to {len(later)} answers, not all of {len(world.behind)}"


def _walk(world: World, path: str) -> Iterator[str]:
    while path:
        answer = world.ask("GET", path, world.integration)
        yield from (each["id"] for each in answer.json()["items"])
        path = answer.links["next"]["url"] if "next" in answer.links else ""


def _session(world: World) -> Iterator[str]:
    """Who is signed in stays so: all that happens here takes less than twelve hours."""
    if not world.cookie:
        key = world.admin["Authorization"].removeprefix("Bearer ")
        told = world.ask("POST", "/admin/sign-in", {}, data={"key": key})
        world.cookie = {"Cookie": told.headers["Set-Cookie"].partition(";")[0]}
    page = world.ask("GET", "/admin/questions", world.cookie)
    if page.status_code != 200:
        yield f"signed out: {page.status_code}"


def _history(world: World, name: str) -> Iterator[str]:
    """The last edit is what learners see, versions and the audit log count on."""
    etag = world.ask("GET", f"{QUESTIONS}/rivers", world.admin).headers["ETag"]
    edit = {"headers": {**MERGE_PATCH, "If-Match": etag}, "content": f'{{"title": "{name}"}}'}
    told = world.ask("PATCH", f"{QUESTIONS}/rivers", world.admin, **edit)
    world.ask("POST", f"{QUESTIONS}/rivers/publish", world.admin)
    world.edits += 1
    if (seen := world.ask("GET", RIVERS, {}).json()["title"]) != name:
        yield f"learners see {seen}, not {name}: {told.status_code}"
    versions = world.ask("GET", f"{QUESTIONS}/rivers/versions", world.admin).json()
    numbers = [each["number"] for each in versions["items"]]
    if sorted(numbers) != list(range(1, world.edits + 2)):
        yield f"versions {numbers}"
    entries = world.ask("GET", "/v1/audit?limit=200", world.admin).json()["items"]
    if (told_numbers := [each["number"] for each in entries]) != list(range(len(entries), 0, -1)):
        yield f"audit entries {told_numbers}"


def _receipt(world: World) -> Iterator[str]:
    """The first answer's receipt says the same, and is signed."""
    first = next(iter(world.answers.values()))
    answer = world.ask("GET", f"{first.headers['Location']}/receipt", world.integration)
    verify(answer.json(), world.ask("GET", KEY_SET, {}).json()["keys"])
    told = {**answer.json()["receipt"], "grade": "", "graded_at": ""}
    if world.receipt not in (b"", repr(told).encode()):
        yield f"another receipt: {told}"
    world.receipt = repr(told).encode()


def _regrades(world: World) -> Iterator[str]:
    """A regrade counts from when it is applied until it is undone."""
    newest = list(world.answers.values())
    before = _scores(world, newest)
    wish = {"reason": "r", "scope": {"question": "rivers"}, "mode": "full_credit"}
    run = _done(world, world.ask("POST", "/v1/bank/regrades", world.admin, json=wish))
    _done(world, world.ask("POST", f"/v1/bank/regrades/{run['id']}/apply", world.admin))
    if set(_scores(world, newest)) != {1.0}:
        yield f"a regrade does not count: {_scores(world, newest)}"
    _done(world, world.ask("POST", f"/v1/bank/regrades/{run['id']}/undo", world.admin))
    if (after := _scores(world, newest)) != before:
        yield f"a regrade that was undone counts: {after}, not {before}"


def _scores(world: World, answers: list[httpx.Response]) -> list[float]:
    """What these answers count."""
    places = [each.headers["Location"] for each in answers]
    return [world.ask("GET", place, world.integration).json()["score"] for place in places]


def _done(world: World, asked: httpx.Response) -> Json:
    """A regrade once its worker has done what was asked for."""
    until = time.monotonic() + LONGEST_WORK
    told: Json = asked.json()
    assert asked.is_success, asked.text
    while told["state"] in {"planning", "applying", "undoing"} and time.monotonic() < until:
        time.sleep(0.02)
        told = world.ask("GET", f"/v1/bank/regrades/{told['id']}", world.admin).json()
    return told
