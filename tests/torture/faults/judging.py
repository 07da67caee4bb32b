"""What an answer may be while something is broken: right, or a 503 that says when to come again."""

from collections.abc import Iterator

import httpx

LONGEST = 2.0  # seconds until a refusal
PROBLEM = "application/problem+json"


def judge(answer: httpx.Response, took: float, longest: float = LONGEST) -> Iterator[str]:
    """What is wrong with an answer that came in so many seconds."""
    if answer.status_code == 503:
        if not answer.headers.get("Retry-After", "").isdigit():
            yield "503 without Retry-After"
        if answer.headers["Content-Type"] != PROBLEM or answer.json()["code"] != "unavailable":
            yield f"503 without a problem: {answer.text[:200]}"
        if took > longest:
            yield f"503 after {took:.1f} s"
    elif answer.status_code >= 500:
        yield f"{answer.status_code}: {answer.text[:200]}"
