"""Eight clients at two services: what each was told, held against what all of them did when."""

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from threading import Event
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from models import Database, Question, QuestionVersion, Submission
from models.answering import revision_of_bank
from models.authoring import versions_for_authors
from operations import store_answers
from operations.find_version import find_newest
from tests.api.authors import RIVERS
from tests.factories import Bank
from tests.pictures import zipped
from tests.torture.effects.history import ANSWERS, Done, History, mistakes
from tests.torture.effects.services import Address, running
from tests.torture.effects.test_schedules import ignoring_if_match
from tests.torture.effort import effort
from tests.torture.journal import Journal
from tests.torture.planting import Plant

# Of each editor; the others go on until both have done theirs.
EDITS, AS_PLANTED = effort(16, 300, 2500), effort(16, 60, 60)
EDITORS, LEARNERS, IMPORTERS = 2, 3, 2  # and one who publishes, retires and regrades
QUESTION, FILES = "/v1/bank/questions/rivers", 6
LONGEST_REGRADE = 60.0  # seconds
GIFT = "::{name}:: Which is it? {{=this one ~that one}}\n"


@dataclass
class Client:
    """Somebody with a key and a connection to one of the services."""

    connection: HTTPConnection
    key: dict[str, str]
    journal: Journal
    random: random.Random
    done: list[Done] = field(default_factory=list)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Send a request, keep what was told, and give its status and document."""
        stated = {"Content-Type": "application/json", **self.key}
        stated |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        begun = time.monotonic()
        self.connection.request(method, path, content, stated)
        answer = self.connection.getresponse()
        told = json.loads(answer.read() or b"null")
        what = f"{method} {path}"
        self.done.append(Done(what, begun, time.monotonic(), answer.status, told))
        self.journal.note("told", what=what, status=answer.status, begun=begun)
        self.etag = answer.getheader("ETag", "")
        return answer.status, told


def edit(client: Client, place: int, edits: int) -> list[str]:
    """Add words to the explanation of the question as it was read; the words that were taken."""
    taken = []
    for number in range(edits):
        _, there = client.ask("GET", QUESTION)
        word = f"e{place}x{number}"
        said = {**RIVERS, "explanation": f"{there['explanation']} {word}"}
        said |= {"key": client.random.choice([[1], [1, 3], [3]]), "kind": "multiple_response"}
        said["options"] = [{"text": option["text"]} for option in RIVERS["options"]]
        status, _ = client.ask("PUT", QUESTION, said, If_Match=client.etag)
        taken += [word] if status == 200 else []
    return taken


def publish(client: Client, is_over: Event) -> None:
    """Publish what was written, at times retire the question or regrade its answers."""
    while not is_over.wait(client.random.uniform(0, 0.05)):
        client.ask("POST", f"{QUESTION}/publish")
        if client.random.random() < 0.2:
            client.ask("POST", f"{QUESTION}/retire")
            client.ask("POST", f"{QUESTION}/reopen")
        elif client.random.random() < 0.3:
            regrade(client)
    client.ask("POST", f"{QUESTION}/publish")
    regrade(client)


def regrade(client: Client) -> None:
    """Grade all answers by the key that is published now."""
    said = {"reason": "r", "scope": {"question": "rivers"}, "mode": "current_key"}
    _, run = client.ask("POST", "/v1/bank/regrades", said)
    address = f"/v1/bank/regrades/{run['id']}"
    _come_to_rest(client, address)
    client.ask("POST", f"{address}/apply")
    _come_to_rest(client, address)


def _come_to_rest(client: Client, address: str) -> None:
    """Wait for a regrade of many answers, which goes on behind the answer."""
    until = time.monotonic() + LONGEST_REGRADE
    while client.ask("GET", address)[1]["state"] in {"planning", "applying"}:
        assert time.monotonic() < until, "The regrade does not end."
        time.sleep(0.05)


def learn(client: Client, place: int, is_over: Event) -> None:
    """Pick options, time and again."""
    ids = [option["id"] for option in client.ask("GET", QUESTION)[1]["options"]]
    number = 0
    while not is_over.is_set():
        number += 1
        picked = [ids[at - 1] for at in client.random.choice([[1], [1, 3], [3]])]
        client.ask("POST", ANSWERS, {"selected": picked, "learner": f"l{place}x{number}"})


def bring(client: Client, folder: bytes, is_over: Event) -> None:
    """Import one folder, time and again."""
    while not is_over.is_set():
        client.ask("POST", "/v1/bank/imports", folder, Content_Type="application/zip")


@dataclass
class Stage:
    """A bank with one published question, and the keys of those who come."""

    database: Database
    url: str
    plant: Plant | None = None
    edits: int = EDITS
    journal: Journal = field(default_factory=lambda: Journal("eight"))

    def run(self) -> History:
        """Let all eight do what they do; their history."""
        key = Bank(self.database).key("admin")[1]
        with ExitStack() as stack:
            places = [stack.enter_context(running(self.url, self.plant)) for _ in range(2)]
            people = [stack.enter_context(self._client(place, key)) for place in places * 4]
            _begin(people[0])
            words = _all_at_once(people, self.edits)
        return self._history(words, people)

    @contextmanager
    def _client(self, place: Address, key: dict[str, str]) -> Iterator[Client]:
        seed = random.Random(self.journal.random.random())  # noqa: S311 - no secret
        with closing(HTTPConnection(*place, timeout=60)) as connection:
            yield Client(connection, key, self.journal, seed)

    def _history(self, words: list[str], people: list[Client]) -> History:
        with self.database.read() as session:
            newest = find_newest(session, "rivers")
            named = versions_for_authors().where(QuestionVersion.question_id == newest.question_id)
            versions = session.scalars(named.where(QuestionVersion.published_at.is_not(None))).all()
            right = {one.number: [each.option_id for each in one.correct] for one in versions}
            numbers = {one.id: one.number for one in versions}
            rows = session.scalars(select(Submission).options(selectinload(Submission.grades)))
            answers = {
                row.learner or "": (
                    numbers[row.version_id],
                    row.selected,
                    [grade.correct for grade in row.grades],
                )
                for row in rows
            }
            explanation = newest.explanation.text if newest.explanation else ""
        done = [one for client in people for one in client.done]
        return History(words, explanation, done, people[-1].done, right, answers)


def _all_at_once(people: list[Client], edits: int) -> list[str]:
    """What each does; the words that editors were told are taken."""
    is_over = Event()
    folder = zipped({f"q{n}.gift": GIFT.format(name=f"q{n}").encode() for n in range(FILES)})
    until = [
        *(partial(learn, place=place, is_over=is_over) for place in range(LEARNERS)),
        *(partial(bring, folder=folder, is_over=is_over) for _ in range(IMPORTERS)),
        partial(publish, is_over=is_over),
    ]
    with ThreadPoolExecutor(len(people)) as pool:
        editing = [pool.submit(edit, people[place], place, edits) for place in range(EDITORS)]
        others = [pool.submit(work, one) for work, one in zip(until, people[EDITORS:], strict=True)]
        try:
            words = [word for one in editing for word in one.result()]
        finally:
            is_over.set()
        for one in others:
            one.result()
    return words


def _begin(client: Client) -> None:
    """Make the question and publish it."""
    said = {**RIVERS, "kind": "multiple_response", "options": RIVERS["options"]}
    said["options"] = [{"text": option["text"]} for option in RIVERS["options"]]
    assert client.ask("PUT", QUESTION, said, If_None_Match="*")[0] == 201
    assert client.ask("POST", f"{QUESTION}/publish")[0] == 200


def of_importers(database: Database, done: list[Done]) -> list[str]:
    """What two importers of one folder have done otherwise than one."""
    brought = [one for one in done if "imports" in one.what]
    created = sum(one.said["created"] for one in brought if one.status == 200)
    with database.read() as session:
        slugs = session.scalars(select(Question.slug).where(Question.slug != "rivers")).all()
        versions = session.scalar(
            select(func.count()).select_from(QuestionVersion).join(QuestionVersion.question)
            .where(Question.slug != "rivers")
        )  # fmt: skip
    if (created, len(slugs), versions) != (FILES, FILES, FILES):
        return [f"{created} created, {len(slugs)} questions, {versions} versions of {FILES} files"]
    return []


def test_no_update_is_lost_and_every_answer_is_graded_by_what_was_shown(
    own_database: Database, own_url: str
) -> None:
    history = Stage(own_database, own_url).run()
    assert mistakes(history) + of_importers(own_database, history.done) == []
    told = Counter((one.what.partition(" ")[0], one.status) for one in history.done)
    assert {("PUT", 200), ("PUT", 412), ("POST", 201), ("POST", 200)} <= told.keys(), told


def careless(patch: pytest.MonkeyPatch) -> None:
    """Write over whatever is there, and believe for ever in the first revision that was read."""
    ignoring_if_match(patch)
    known = list[int]()

    def remembered(session: Session) -> int:
        known.append(known[0] if known else revision_of_bank(session))
        return known[0]

    patch.setattr(store_answers, "revision_of_bank", remembered)


def test_carelessness_is_found(own_database: Database, own_url: str) -> None:
    found = mistakes(Stage(own_database, own_url, careless, AS_PLANTED).run())
    assert any("edits lost" in each for each in found)
    assert any("not shown then" in each or "another grade" in each for each in found)
