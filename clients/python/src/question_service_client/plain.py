"""The client for plain Python."""

import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self, Unpack, cast

from httpx2 import BaseTransport, Client, Request, Response, TransportError

from question_service_client.exchange import (
    Answered,
    Draw,
    Listing,
    Patience,
    Query,
    checked,
    headers_of,
    once,
    question_path,
    stated,
)
from question_service_client.shapes import (
    BatchIn,
    BatchOut,
    QuestionDraw,
    QuestionOut,
    SubmissionIn,
    SubmissionOut,
)


class QuestionService:
    """The service. What it refuses is raised as a ``Problem``, what fails as by ``httpx2``.

    ``transport`` is how requests are sent, if not over the network. Close it, or use ``with``.
    """

    def __init__(
        self,
        base_url: str,
        *,
        key: str | None = None,
        patience: Patience | None = None,
        transport: BaseTransport | None = None,
    ) -> None:
        self._patience = patience or Patience()
        self._client = Client(
            base_url=base_url,
            headers=headers_of(key),
            timeout=self._patience.timeout,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give up connections."""
        self._client.close()

    def question(
        self,
        name: str,
        *,
        version: int | None = None,
        shuffle: str | None = None,
        language: str | None = None,
    ) -> QuestionOut:
        """A question by slug or id, as learners are asked it."""
        query = stated(version=version, shuffle=shuffle, language=language)
        return cast(QuestionOut, self.get(question_path(name), query))

    def questions(self, **filters: Unpack[Listing]) -> Iterator[QuestionOut]:
        """All published questions that pass the filters."""
        return self.each("/v1/questions", filters)

    def draw(self, **filters: Unpack[Draw]) -> QuestionDraw:
        """Questions drawn by chance, and the seed that repeats the draw."""
        return cast(QuestionDraw, self.get("/v1/questions/random", filters))

    def submit(self, name: str, answer: SubmissionIn, *, key: str | None = None) -> SubmissionOut:
        """Answer a question. Under one key it counts once; a new one is made up if not stated."""
        path = question_path(name, "/submissions")
        response = self.request("POST", path, json=answer, headers=once(key))
        return cast(SubmissionOut, response.json())

    def submit_all(self, answers: BatchIn, *, key: str | None = None) -> BatchOut:
        """Bring up to 1,000 answers; the result of each is in its place, also where it failed."""
        response = self.request("POST", "/v1/submissions", json=answers, headers=once(key))
        return cast(BatchOut, response.json())

    def submissions(self, **filters: Unpack[Answered]) -> Iterator[SubmissionOut]:
        """The submissions that this key posted, newest first."""
        return self.each("/v1/submissions", filters)

    def get(self, path: str, query: Query | None = None) -> Any:
        """The JSON document at a path."""
        return self.request("GET", path, query=query).json()

    def each(self, path: str, query: Query | None = None) -> Iterator[Any]:
        """All rows of a listing; each page is asked for when its first row is."""
        cursor: dict[str, str] | None = {}
        while cursor is not None:
            page = self.get(path, {**(query or {}), **cursor})
            yield from page["items"]
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The response to any request.

        It is sent again where it has no result, if it reads or has an ``Idempotency-Key``.
        """
        asked = self._client.build_request(
            method, path, params=query, json=json, content=content, headers=headers
        )
        tries = 1
        while True:
            outcome = self._sent(asked)
            wait = self._patience.pause(asked, outcome, tries)
            if wait is None:
                return checked(outcome)
            time.sleep(wait)
            tries += 1

    def _sent(self, request: Request) -> Response | TransportError:
        try:
            return self._client.send(request)
        except TransportError as failure:
            return failure
