"""What two services told, made comparable, and what of it may name a secret.

An answer is compared byte for byte. Left out is what is new (ids and moments after the bank was
filled, and cursors to them), hints that were asked for and, of results, what is released.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote_plus

from tests.torture.leaks.asking import Asked, Told
from tests.torture.leaks.canaries import Canary
from tests.torture.leaks.filled import Filled

_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(rb"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")
_CURSOR = re.compile(rb"(next_cursor\": ?\"|cursor=)[0-9A-Za-z.%=_-]+")
SCORED = ("score", "points", "correct", "reason")
OF_RELEASE: Mapping[str, tuple[str, ...]] = {
    "never": (),
    "score_only": SCORED,
    "after_submission": (*SCORED, "feedback"),
}
# What a result that its question releases may hold, beside what is right.
RESULTS = ("feedback", "explanation", "reference", "combination", "answer")


def comparable(asked: Asked, told: Told, filled: Filled) -> Told:
    """The answer without what is new, and without what its release tells."""
    body, headers, is_open = told.body, told.headers, False
    if told.status == 200 and "/hints/" in asked.address:
        body, is_open = b"", True
    elif told.status in (200, 201) and _is_result(asked):
        body, is_open = _without_released(asked, body, filled)
    comparable_body = _without_new(body, filled)
    if is_open:
        headers = tuple(one for one in headers if one[0] not in (b"etag", b"content-length"))
    elif asked.method == "HEAD" or comparable_body != body:
        headers = tuple(one for one in headers if one[0] != b"etag")  # of what cannot be compared
    masked = tuple((name, _without_new(value, filled)) for name, value in headers)
    return Told(told.status, masked, comparable_body)


def _is_result(asked: Asked) -> bool:
    path = asked.address.partition("?")[0].rstrip("/")
    return "/submissions" in path or (asked.method == "POST" and path == "")


def _without_new(said: bytes, filled: Filled) -> bytes:
    """Ids tell when they were made: those that are newer than the bank are any."""

    def id_(found: re.Match[bytes]) -> bytes:
        milliseconds = int(found[0].replace(b"-", b"")[:12], 16)
        return b"(id)" if milliseconds >= filled.at.timestamp() * 1000 else found[0]

    def moment(found: re.Match[bytes]) -> bytes:
        return b"(moment)" if found[0].decode() >= filled.at.isoformat()[:19] else found[0]

    return _CURSOR.sub(rb"\1(cursor)", _MOMENT.sub(moment, _ID.sub(id_, said)))


def _without_released(asked: Asked, body: bytes, filled: Filled) -> tuple[bytes, bool]:
    """A result without what its question releases, and whether it released anything."""
    if not body:
        return body, _release_in(asked, filled) != "never"
    if not body.startswith(b"{"):
        is_open = not any(slug.endswith("-never") for slug in _slugs_in(asked, filled))
        return (b"" if is_open else body), is_open
    document = json.loads(body)
    opened = [*_close(document, _release_in(asked, filled))]
    return (json.dumps(document).encode() if opened else body), bool(opened)


def _release_in(asked: Asked, filled: Filled) -> str:
    """The release setting of the question whose submission an address names."""
    slugs = [*_slugs_in(asked, filled)]
    return release_of(slugs[0]) if slugs else "after_submission"


def _slugs_in(asked: Asked, filled: Filled) -> Iterator[str]:
    for id_, slug in filled.submissions.items():
        if id_ in asked.address:
            yield slug
    said = asked.address + asked.body.decode()
    yield from (slug for slug in filled.drafts if re.search(rf"\b{slug}\b", said))


def release_of(slug: str) -> str:
    """The setting that a slug of such a bank names."""
    return next(one for one in OF_RELEASE if slug.endswith(one.replace("_", "-")))


def _close(document: Any, release: str) -> Iterator[bool]:
    """Take out of all results what their release tells; gives whether one told anything."""
    if isinstance(document, list):
        for part in document:
            yield from _close(part, release)
    elif isinstance(document, dict):
        if isinstance(document.get("question"), dict) and "slug" in document["question"]:
            release = release_of(document["question"]["slug"])
        if "receipt" in document:
            document.clear()
            yield True
        for name in OF_RELEASE[release] if "rule_version" in document else ():
            yield document.pop(name, None) is not None
        for part in document.values():
            yield from _close(part, release)


def searchable(asked: Asked, told: Told, filled: Filled) -> bytes:
    """All that was told, without the names that the request itself has said."""
    said = unquote_plus(asked.address) + asked.body.decode()
    whole = told.whole
    for slug in filled.hidden:
        if slug in said:
            whole = whole.replace(quote(slug).encode(), b"(asked)")
    return whole


def may_tell(asked: Asked, canary: Canary, filled: Filled) -> bool:
    """Whether the answer to a request may hold the secret: an asked-for hint, a released result."""
    path = asked.address.partition("?")[0]
    if canary.what.startswith("hint"):
        return f"/hints/{canary.what[-1]}" in path
    if canary.what == "question_version.content_hash":
        return path.endswith("/receipt") and _release_in(asked, filled) == "after_submission"
    is_open = canary.question.endswith("after-submission")
    return is_open and canary.what in RESULTS and _is_result(asked)
