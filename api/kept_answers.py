"""Answers kept ready to be sent, each in the codings that were asked for, within a bound."""

import gzip
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

import brotli
from starlette.types import Message, Send

from api.revision_checks import State

RawHeaders = Sequence[tuple[bytes, bytes]]

OVERHEAD = 2048  # bytes that Python needs for an answer beside its body, nearly
OF_BODIES = (b"content-length", b"content-type")
IDENTITY = b"identity"
# Compressed once and sent often, yet somebody waits for it: ten levels up cost ten times the time.
CODINGS: Mapping[bytes, Callable[[bytes], bytes]] = {
    b"br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
    b"gzip": lambda body: gzip.compress(body, 6, mtime=0),
}


@dataclass(slots=True)
class Answer:
    """A whole response, as a route gave it."""

    status: int = 0
    headers: RawHeaders = ()
    body: bytes = b""

    async def take(self, message: Message) -> None:
        """What the route sends."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message["headers"]
        else:
            self.body += message.get("body", b"")

    def header(self, name: bytes) -> bytes:
        """The first header of that name, in lower case; empty if there is none."""
        return next((value for key, value in self.headers if key.lower() == name), b"")

    async def send_if_changed(self, send: Send, known: bytes) -> None:
        """Send it as it is, or 304 where it is a document that If-None-Match names."""
        if self.status == 200 and self.header(b"etag"):
            await Variant.of(self, IDENTITY).send(send, known)
        else:
            await _send(send, self.status, self.headers, self.body)


@dataclass(slots=True, frozen=True)
class Variant:
    """An answer in one coding, ready to be sent."""

    etag: bytes
    headers: RawHeaders
    headers_of_304: RawHeaders
    body: bytes
    lines: bytes  # the headers as they are sent
    lines_of_304: bytes

    @classmethod
    def of(cls, answer: Answer, coding: bytes) -> "Variant":
        """The answer in that coding; its entity tag tells the coding, as strong ones must."""
        body, etag, headers = answer.body, answer.header(b"etag"), list(answer.headers)
        if coding != IDENTITY:
            body = CODINGS[coding](body)
            etag = b'%s-%s"' % (etag.removesuffix(b'"'), coding)
            changed = {b"etag": etag, b"content-length": b"%d" % len(body)}
            headers = [(name, changed.get(name.lower(), value)) for name, value in headers]
            headers.append((b"content-encoding", coding))
        of_304 = [one for one in answer.headers if one[0].lower() not in OF_BODIES]
        of_304 = [(name, etag if name.lower() == b"etag" else value) for name, value in of_304]
        lines, lines_of_304 = map(lines_of, (headers, of_304))
        return cls(etag, tuple(headers), tuple(of_304), body, lines, lines_of_304)

    async def send(self, send: Send, known: bytes | None) -> None:
        """Send it, or 304 where the client has it already; ``known`` is its If-None-Match."""
        if known and self.is_among(known):
            await _send(send, 304, self.headers_of_304, b"")
        else:
            await _send(send, 200, self.headers, self.body)

    def is_among(self, known: bytes) -> bool:
        """Whether an If-None-Match names it."""
        if known == self.etag:
            return True
        tags = {tag.strip().removeprefix(b"W/") for tag in known.split(b",")}
        return self.etag in tags or b"*" in tags


@dataclass(slots=True)
class Kept:
    """A public answer, valid for one state of the bank; ``state`` is none where it is not kept.

    Where it is about one ``question`` alone, it holds in later states in which that is as it was.
    Where it depends on Accept-Language it comes in one of ``languages``: those of them that were
    ``wished`` for, the favourite first, tell it apart from the others of its name.
    """

    answer: Answer
    state: State | None
    route: object = None
    languages: tuple[str, ...] = ()
    wished: tuple[str, ...] = ()
    question: UUID | None = None
    variants: dict[bytes, Variant] = field(default_factory=dict)

    def variant(self, coding: bytes) -> Variant:
        """The answer in that coding, compressed when it is first asked for."""
        if coding not in self.variants:
            self.variants[coding] = Variant.of(self.answer, coding)
        return self.variants[coding]

    @property
    def size(self) -> int:
        """Bytes of memory, nearly."""
        coded = sum(len(made.body) for name, made in self.variants.items() if name != IDENTITY)
        return OVERHEAD + len(self.answer.body) + coded


class KeptAnswers:
    """The answers used last, as many as the bound has room for."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Hashable, tuple[Kept, int]] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, name: Hashable) -> Kept | None:
        """The answer of that name, now the one used last."""
        if (found := self._kept.get(name)) is None:
            return None
        self._kept.move_to_end(name)
        return found[0]

    def put(self, name: Hashable, kept: Kept) -> None:
        """Keep the answer, or count its size anew; those used longest ago make room."""
        self.size -= self._kept.pop(name, (None, 0))[1]
        size = kept.size + _length(name)
        self._kept[name] = kept, size
        self.size += size
        while self.size > self._max_bytes:
            self.size -= self._kept.popitem(last=False)[1][1]


def lines_of(headers: RawHeaders) -> bytes:
    """Headers as they are sent."""
    return b"".join(b"%s: %s\r\n" % one for one in headers)


def _length(name: Hashable) -> int:
    return len(repr(name))


@lru_cache(maxsize=1000)
def coding_for(accepted: bytes) -> bytes:
    """The coding to send for an Accept-Encoding: the client's favourite, the smallest of equals.

    A client that refuses all that we have gets the answer as it is.
    """
    weights = dict(map(_weight, accepted.lower().split(b",")))
    rest = weights.get(b"*", 0.0)
    best = max(CODINGS, key=lambda coding: weights.get(coding, rest))
    weight = weights.get(best, rest)
    return best if weight > 0 and weight >= weights.get(IDENTITY, 0.0) else IDENTITY


def _weight(part: bytes) -> tuple[bytes, float]:
    """A coding and how much it is wanted, from 0, not at all, to 1; what is no number is 0."""
    coding, _, parameter = part.partition(b";")
    name, _, value = parameter.replace(b" ", b"").partition(b"=")
    try:
        wanted = float(value) if name == b"q" else 1.0
    except ValueError:
        wanted = 0.0
    return coding.strip(), wanted


async def _send(send: Send, status: int, headers: RawHeaders, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
