"""Keeps whole answers of the learner door, and sends them as long as the bank has not changed.

Routes know nothing of it: it keeps what they mark as public. Why no answer is older than the
request for it is told in docs/decisions/0015-kept-answers.md.
"""

from collections.abc import Awaitable, Hashable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Receive, Scope, Send

from api.flights import Flights
from api.kept_answers import IDENTITY, Answer, Kept, KeptAnswers, Variant, coding_for
from api.known_keys import KnownKeys
from api.languages import wish_of_head
from api.protocol_errors import Unauthenticated
from api.revision_checks import RevisionChecks, State
from api.unchanged import Unchanged

LEARNER_DOOR = "/v1/questions"
TOLD_APART = {b"authorization", b"accept-encoding"}  # what answers may vary on and be kept
NOT_KEPT = Kept(Answer(), None)  # stands for an answer that each request gets from the route

Rights: TypeAlias = tuple[str, ...]
Name: TypeAlias = tuple[str, bytes, Rights]  # path, canonical query, rights
_NOBODYS: Rights = ()


class ResponseCache:
    """One layer in front of the routes. ``keys`` tells whose key is valid.

    Without ``checks`` or room it lets everything pass.
    """

    def __init__(
        self,
        app: ASGIApp,
        checks: RevisionChecks | None,
        keys: KnownKeys,
        max_bytes: int,
        is_public: bool,
        unchanged: Unchanged,
    ) -> None:
        self.app = app
        self._unchanged = unchanged
        self.checks = checks if max_bytes else None
        self._keys = keys
        self._is_public = is_public
        self._max_bytes = max_bytes
        self._answers = KeptAnswers(max_bytes)
        self._flights: Flights[Kept] = Flights()
        self.hits = self.misses = 0  # requests whose answer was, or was not, there as they came
        # Where a key is needed, routes call private what all may share whose key may read it.
        self._mark = b"public" if is_public else b"private"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        state = None
        if self.checks is not None and _may_be_kept(scope):
            state = await self.checks.read()
        if state is None:
            await self.app(scope, receive, send)
            return
        if (rights := await self._rights(scope, state)) is None:
            await self.app(scope, receive, send)  # the route has the words for it
            return
        name = scope["path"], canonical(scope["query_string"]), rights
        await self._catch_up(name, state)
        self._count(self._look_up(name, scope["head"], state)[1], state)
        for _ in range(2):  # once more where we waited for an answer in another language
            key, kept = self._look_up(name, scope["head"], state)
            if kept is None or kept.state not in (state, None):
                kept = await self._computed(scope, receive, send, key, state)
            if kept is None:
                return
            if kept is NOT_KEPT:
                await self.app(scope, receive, send)
                return
            if kept.wished == _wished(scope["head"], kept.languages):
                await self._send(scope, send, key, kept)
                return
        await self.app(scope, receive, send)

    def _look_up(
        self, name: Name, head: Mapping[bytes, bytes], state: State
    ) -> tuple[Hashable, Kept | None]:
        """What is kept for a request, and under which key.

        The first answer in a state tells whether others are for who reads other languages. These
        are told apart by the languages that there are: wishes are without number.
        """
        kept = self._get(name, state)
        if kept is None or not kept.languages or kept.state != state:
            return name, kept
        if (wished := _wished(head, kept.languages)) == kept.wished:
            return name, kept
        return (name, wished), self._get((name, wished), state)

    def _get(self, key: Hashable, state: State) -> Kept | None:
        """What is kept under a key; in this state, if its question is known to be as it was."""
        kept = self._answers.get(key)
        if kept is not None and self._unchanged.holds(kept.question, kept.state, state):
            kept.state = state
        return kept

    async def _catch_up(self, name: Name, state: State) -> None:
        """Look at what has changed, where that may tell that an answer holds."""
        kept = self._answers.get(name)
        if kept is not None and kept.question and kept.state not in (state, None):
            with suppress(SQLAlchemyError):  # the route has the words for it
                await self._unchanged.catch_up(kept.state, state)

    def find(
        self, path: str, query: bytes, head: Mapping[bytes, bytes], state: State
    ) -> tuple[Kept, Variant] | None:
        """What is kept for a GET request in a state that was read for it; ``None`` if nothing is.

        Also for a key that has to be looked up.
        """
        rights = _NOBODYS
        if not self._is_public or b"authorization" in head:
            caller = self._keys.remembered(head.get(b"authorization", b""), state)
            if caller is None:
                return None
            rights = tuple(caller.scopes)
        key, kept = self._look_up((path, query, rights), head, state)
        if kept is None or kept is NOT_KEPT or kept.state != state:
            return None
        self.hits += 1
        return kept, self._variant(key, kept, head)

    def _count(self, kept: Kept | None, state: State) -> None:
        if kept is None or kept.state != state:
            self.misses += 1
        else:
            self.hits += 1

    @property
    def size(self) -> int:
        """Bytes of memory for answers, nearly."""
        return self._answers.size

    @property
    def entries(self) -> int:
        """How many answers are kept."""
        return len(self._answers)

    async def _rights(self, scope: Scope, state: State) -> Rights | None:
        """What the caller may do: all that tells the answers of two callers apart."""
        authorization = scope["head"].get(b"authorization", b"")
        if not authorization and self._is_public:
            return _NOBODYS
        try:
            key = await self._keys.find(authorization, state)
        except (Unauthenticated, SQLAlchemyError):
            return None
        scope["state"]["key"] = key  # for its rate limit
        return tuple(key.scopes)

    async def _computed(
        self, scope: Scope, receive: Receive, send: Send, key: Hashable, state: State
    ) -> Kept | None:
        """The answer of the route, ours or another's; ``None`` once it is sent as it was."""
        own, known = Answer(), scope["head"].get(b"if-none-match", b"")

        async def compute() -> Kept | None:
            inner = _without_condition(scope) if known else scope
            await self.app(inner, receive, own.take)
            scope["route"] = inner.get("route")  # for the log line
            return await self._keep(key, state, own, scope)

        kept = await self._flights.share((key, state), compute)
        if own.status == 0 or (kept is not None and kept is not NOT_KEPT):
            return kept
        await own.send_if_changed(send, known)
        return None

    async def _keep(self, key: Hashable, state: State, answer: Answer, scope: Scope) -> Kept | None:
        """Keep an answer if one may, and if the bank was in that state until it was there.

        Even where it was not, the answer is right for all who asked in that state. ``None`` is a
        failure: somebody else shall try.
        """
        if answer.status >= 500:
            return None
        if answer.status != 200:
            return NOT_KEPT
        languages = scope["state"].get("languages", ())
        if not self._is_shared(answer, languages):
            self._answers.put(key, NOT_KEPT)
            return NOT_KEPT
        wished = _wished(scope["head"], languages)
        question = scope["state"].get("question")
        kept = Kept(answer, state, scope["route"], languages, wished, question)
        assert self.checks is not None
        if await self.checks.read() == state:
            self._answers.put(key, kept)
        return kept

    def _is_shared(self, answer: Answer, languages: Sequence[str]) -> bool:
        """Whether the route says that all who may read the answer, and that language, get this."""
        rules = _words(answer.header(b"cache-control"))
        varies = _words(answer.header(b"vary"))
        told_apart = TOLD_APART | {b"accept-language"} if languages else TOLD_APART
        return self._mark in rules and b"no-store" not in rules and varies <= told_apart

    def _send(self, scope: Scope, send: Send, key: Hashable, kept: Kept) -> Awaitable[None]:
        scope["route"] = kept.route
        head: Mapping[bytes, bytes] = scope["head"]
        return self._variant(key, kept, head).send(send, head.get(b"if-none-match"))

    def _variant(self, key: Hashable, kept: Kept, head: Mapping[bytes, bytes]) -> Variant:
        """The answer in the coding that is asked for, compressed when it is first asked for."""
        accepted = head.get(b"accept-encoding")
        coding = coding_for(accepted) if accepted else IDENTITY
        if (variant := kept.variants.get(coding)) is None:
            variant = kept.variant(coding)
            if self._answers.get(key) is kept:
                self._answers.put(key, kept)  # it has grown
        return variant


def _wished(head: Mapping[bytes, bytes], languages: tuple[str, ...]) -> tuple[str, ...]:
    """Which of the languages a request wishes for, the favourite first."""
    return wish_of_head(head).ranked(languages) if languages else ()


def _may_be_kept(scope: Scope) -> bool:
    is_get = scope["type"] == "http" and scope["method"] == "GET"
    return is_get and bool(scope["path"].startswith(LEARNER_DOOR))


def canonical(query: bytes) -> bytes:
    """A query, the same for all orders of the parameters; those of one name keep theirs."""
    if b"&" not in query:
        return query
    parts: list[bytes] = query.split(b"&")
    return b"&".join(sorted(parts, key=_parameter))


def _parameter(part: Any) -> Any:
    return part.partition(b"=")[0]


def _without_condition(scope: Scope) -> Scope:
    """The same request for the whole answer, whatever the client has."""
    headers = [one for one in scope["headers"] if one[0] != b"if-none-match"]
    head = {name: value for name, value in scope["head"].items() if name != b"if-none-match"}
    return {**scope, "headers": headers, "head": head}


def _words(value: bytes) -> set[bytes]:
    return {word.strip().lower() for word in value.split(b",") if word.strip()}
