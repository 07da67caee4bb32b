"""What the service refuses, as exceptions that carry what it told (RFC 9457)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from httpx2 import Response

from question_service_client.shapes import ProblemOut


class Problem(Exception):
    """A refusal. ``code`` is a stable name, such as ``unknown_option``.

    ``document`` is the whole problem; ``document["errors"]`` points at each fault of the request.
    ``retry_after`` are the seconds after which to try again, where the service says so.
    """

    def __init__(self, document: ProblemOut, retry_after: float | None = None) -> None:
        self.document, self.retry_after = document, retry_after
        self.status, self.code = document["status"], document["code"]
        super().__init__(f"{self.status} {self.code}: {document['detail'] or document['title']}")


class Malformed(Problem):
    """The request cannot be read (400)."""


class Unauthenticated(Problem):
    """A valid key is needed (401)."""


class Forbidden(Problem):
    """The key may not do this (403)."""


class NotFound(Problem):
    """There is nothing of that name, or not for this key (404)."""


class Conflict(Problem):
    """The present state does not allow it (409)."""


class PreconditionFailed(Problem):
    """Somebody else was faster, or no state was named (412, 428)."""


class Invalid(Problem):
    """The request can be read, and says something that cannot be (422)."""


class RateLimited(Problem):
    """Asked too often (429)."""


class Unavailable(Problem):
    """The service, or what is between, cannot answer now (502, 503, 504)."""


BY_STATUS: dict[int, type[Problem]] = {
    400: Malformed,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: PreconditionFailed,
    422: Invalid,
    428: PreconditionFailed,
    429: RateLimited,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def problem_of(response: Response) -> Problem:
    """The problem of a failed response; one of a proxy, that tells none, is called ``unknown``."""
    is_problem = response.headers.get("Content-Type", "").startswith("application/problem+json")
    document: ProblemOut = response.json() if is_problem else _unknown(response)
    return BY_STATUS.get(response.status_code, Problem)(document, retry_after(response))


def retry_after(response: Response) -> float | None:
    """The seconds that a response asks to wait, stated as a number or as a date."""
    stated = response.headers.get("Retry-After", "")
    if stated.isdecimal():
        return float(stated)
    try:
        return max(0.0, (parsedate_to_datetime(stated) - datetime.now(UTC)).total_seconds())
    except ValueError:
        return None


def _unknown(response: Response) -> ProblemOut:
    return {
        "type": "about:blank",
        "title": response.reason_phrase,
        "status": response.status_code,
        "detail": "",
        "instance": response.url.path,
        "code": "unknown",
        "request_id": response.headers.get("X-Request-Id", ""),
        "errors": [],
    }
