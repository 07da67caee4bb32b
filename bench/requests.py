"""Requests as bytes, encoded once."""

import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

Told = dict[str, Any]


def get(path: str, **headers: str) -> bytes:
    """A request for a path."""
    return _head("GET", path, headers) + b"\r\n"


def post(path: str, body: object, **headers: str) -> bytes:
    """A request that sends JSON."""
    sent = json.dumps(body).encode()
    told = headers | {"content_type": "application/json", "content_length": str(len(sent))}
    return _head("POST", path, told) + b"\r\n" + sent


def _head(method: str, path: str, headers: dict[str, str]) -> bytes:
    named = {"host": "bench"} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in named.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, ""]).encode()


def read_bank(path: Path) -> list[Told]:
    """The questions of an exported bank."""
    told: list[Told] = json.loads(path.read_text())
    return told


def question_path(question: Told) -> str:
    """Where a question is, ours and the peers'."""
    return f"/v1/questions/{question['slug']}"


def subsets(question: Told) -> list[list[str]]:
    """Everything that can be picked."""
    ids = [option["id"] for option in question["options"]]
    return [list(some) for size in range(len(ids) + 1) for some in combinations(ids, size)]


def answers(bank: Sequence[Told]) -> list[bytes]:
    """A posted answer to each question, anything that can be picked."""
    random = Random(1)  # noqa: S311 - the same answers each time
    return [
        post(f"{question_path(each)}/submissions", {"selected": random.choice(subsets(each))})
        for each in bank
    ]
