"""What the writers send: each kind of request that writes, and the rows by which it is known."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from tests.torture.crash.snapshot import Snapshot

OPTIONS = ["The Rhine", "The Danube", "The Elbe", "The Rhône"]
QUESTION: dict[str, Any] = {
    "title": "Rivers",
    "prompt": "Which of these reach the North Sea?",
    "options": [{"text": text} for text in OPTIONS],
    "key": [1, 3],
    "explanation": "The Danube ends in the Black Sea.",
}
BATCH = IMPORTED = 3
REPEATED = {200, 201}
EXISTS = 412  # what a draft that is to be new is told when it is there
# How often each kind is sent, of a hundred times.
MIX = {"answer": 80, "batch": 6, "write": 5, "import": 5, "plan": 4}
# Which question is answered; the second is the one that is regraded.
ANSWERED = ["rivers", "rivers", "rivers", "lakes"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``mark`` is in all that it makes, and in nothing else."""

    kind: str
    mark: str
    path: str
    body: bytes
    method: str = "POST"
    key: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def makes(self) -> int:
        """How many rows it is to make in all."""
        return {"batch": BATCH, "import": IMPORTED}.get(self.kind, 1)

    @property
    def may_be_repeated(self) -> bool:
        """Whether it has one effect however often it is sent."""
        return self.key is not None or self.kind in {"write", "publish"}

    def made(self, rows: Snapshot) -> list[str]:
        """The ids of the rows that it has made."""
        if self.kind in {"answer", "batch"}:
            return rows.by_learner[self.mark]
        if self.kind == "publish":
            return rows.publications[self.mark]
        if self.kind == "plan":
            return rows.by_reason[self.mark]
        return rows.by_title[self.mark]


@dataclass(frozen=True, slots=True)
class Told:
    """What was answered; status 0 where the connection ended without an answer."""

    request: Request
    status: int
    body: bytes = b""
    replayed: bool = False

    @property
    def is_confirmed(self) -> bool:
        """Whether it was said to be done."""
        return self.status in {200, 201, 202}


def requests(
    name: str, chance: Random, admin: dict[str, str], mix: Mapping[str, int]
) -> Iterator[Request]:
    """What one writer sends, for ever: each kind as often as the mix says."""
    for number in count(1):
        (kind,) = chance.choices(list(mix), list(mix.values()))
        yield from KINDS[kind](f"{name}-{number}", chance, admin)


def answer(mark: str, question: str = "rivers", key: str | None = None) -> Request:
    """One answer of a learner."""
    body = _json({"selected": [], "learner": mark})
    return Request("answer", mark, f"/v1/questions/{question}/submissions", body, key=key)


def _answer(mark: str, chance: Random, _: dict[str, str]) -> Iterator[Request]:
    yield answer(mark, chance.choice(ANSWERED), None if chance.random() < 0.2 else mark)


def _batch(mark: str, chance: Random, admin: dict[str, str]) -> Iterator[Request]:
    one = {"question": "rivers", "selected": [], "learner": mark}
    body = _json({"submissions": [one] * BATCH})
    yield Request("batch", mark, "/v1/submissions", body, key=mark, headers=admin)


def _write(mark: str, chance: Random, admin: dict[str, str]) -> Iterator[Request]:
    path, new = f"/v1/bank/questions/{mark}", {"If-None-Match": "*"}
    body = _json({**QUESTION, "title": mark})
    yield Request("write", mark, path, body, "PUT", headers=admin | new)
    yield Request("publish", mark, f"{path}/publish", b"{}", headers=admin)


def _import(mark: str, chance: Random, admin: dict[str, str]) -> Iterator[Request]:
    lines = [{**QUESTION, "title": mark, "slug": f"{mark}-{n}"} for n in range(IMPORTED)]
    body, path = b"\n".join(map(_json, lines)), "/v1/bank/imports?format=jsonl"
    binary = {"Content-Type": "application/octet-stream"}
    yield Request("import", mark, path, body, key=mark, headers=admin | binary)


def _plan(mark: str, chance: Random, admin: dict[str, str]) -> Iterator[Request]:
    body = _json({"reason": mark, "scope": {"question": "lakes"}, "mode": "full_credit"})
    yield Request("plan", mark, "/v1/bank/regrades", body, key=mark, headers=admin)


def _json(content: object) -> bytes:
    return json.dumps(content).encode()


KINDS = {
    "answer": _answer,
    "batch": _batch,
    "write": _write,
    "import": _import,
    "plan": _plan,
}
