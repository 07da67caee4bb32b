"""What both clients share: what is sent, what comes back, and when to send it again."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypedDict
from urllib.parse import quote
from uuid import uuid4

from httpx2 import Request, Response, TransportError

from question_service_client.problems import problem_of, retry_after

PASSING = frozenset({502, 503, 504})
FIRST_WAIT = 0.25

Query = Mapping[str, Any]


class Filters(TypedDict, total=False):
    """Which published questions; several tags mean all of them."""

    tag: list[str]
    kind: str
    language: str
    difficulty_min: float
    difficulty_max: float


class Listing(Filters, total=False):
    """The same as a listing: ``q`` is full text, ``limit`` the size of a page."""

    q: str
    id: list[str]
    sort: Literal["published_at", "-published_at", "title", "date", "-date"]
    limit: int


class Draw(Filters, total=False):
    """The same drawn by chance; a ``seed`` repeats a draw."""

    count: int
    seed: str
    exclude: list[str]


class Answered(TypedDict, total=False):
    """Which submissions, of those that this key posted."""

    learner: str
    question: str
    submitted_after: str
    limit: int


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on with a request that has no result. Times are in seconds.

    ``longest_wait`` is that between two tries: a service that asks for more has refused the
    request. ``timeout`` is how long to wait for the network within one try.
    """

    tries: int = 4
    longest_wait: float = 20.0
    timeout: float = 30.0

    def pause(
        self, request: Request, outcome: Response | TransportError, tries: int
    ) -> float | None:
        """The seconds until the next try; ``None`` if the outcome stands.

        Only what reads, or has a key that makes it count once, is sent again.
        """
        is_safe = request.method == "GET" or "Idempotency-Key" in request.headers
        if not is_safe or tries >= self.tries:
            return None
        wait = retry_after(outcome) if isinstance(outcome, Response) else None
        if wait is not None:
            return wait if wait <= self.longest_wait else None
        if isinstance(outcome, Response) and outcome.status_code not in PASSING:
            return None
        spread = 0.5 + random.random() / 2  # noqa: S311  (so that clients do not come all at once)
        return min(FIRST_WAIT * float(2**tries) * spread, self.longest_wait)


def checked(outcome: Response | TransportError) -> Response:
    """The response, unless it is none or tells a problem."""
    if isinstance(outcome, TransportError):
        raise outcome
    if outcome.status_code >= 400:
        raise problem_of(outcome)
    return outcome


def headers_of(key: str | None) -> dict[str, str]:
    """The headers of every request."""
    return {} if key is None else {"Authorization": f"Bearer {key}"}


def once(key: str | None) -> dict[str, str]:
    """The header under which a request counts once: of that key, or of a new one."""
    return {"Idempotency-Key": key or str(uuid4())}


def question_path(name: str, rest: str = "") -> str:
    """The path of what belongs to a question."""
    return f"/v1/questions/{quote(name, safe='')}{rest}"


def stated(**query: object) -> dict[str, Any]:
    """Those parameters that are not left out."""
    return {name: value for name, value in query.items() if value is not None}
