"""The Python client, plain and asynchronous, against the running service."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from question_service_client import (
    AsyncQuestionService,
    Forbidden,
    Invalid,
    NotFound,
    Patience,
    Problem,
    QuestionService,
    Unauthenticated,
    Unavailable,
    asynchronous,
    plain,
)
from question_service_client.problems import retry_after
from question_service_client.shapes import SubmissionIn
from tests.clients.conftest import Served
from tests.clients.shapes import SHAPES, made_shapes
from tests.clients.tools import CLIENTS, UV, run

PACKAGE = CLIENTS / "python"
SLUG = "vanishing-gradients"
RIGHT = ["dapz", "gpnu"]
Connect = Callable[..., Any]


class Blocking:
    """The asynchronous client, waited for: the same tests then ask both."""

    def __init__(self, client: AsyncQuestionService, runner: asyncio.Runner) -> None:
        self._client, self._runner = client, runner

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: object, **named: object) -> Any:
            result = getattr(self._client, name)(*arguments, **named)
            if isinstance(result, AsyncIterator):
                return self._rows(result)
            return self._runner.run(result)

        return call

    def _rows(self, rows: AsyncIterator[Any]) -> Iterator[Any]:
        done = object()

        async def following() -> Any:
            return await anext(rows, done)

        while (row := self._runner.run(following())) is not done:
            yield row


@pytest.fixture(params=[QuestionService, AsyncQuestionService])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Makes clients that are closed after the test."""
    with ExitStack() as ending:
        runner = ending.enter_context(asyncio.Runner())

        def made(url: str, **options: Any) -> Any:
            client = request.param(url, **options)
            waited = Blocking(client, runner) if request.param is AsyncQuestionService else client
            ending.callback(waited.close)
            return waited

        yield made


@pytest.fixture
def behind(connect: Connect, served: Served) -> Connect:
    """Makes clients behind a network that fails as told; each with what was sent through it."""

    def made(faults: str, **options: Any) -> tuple[Any, list[dict[str, str]]]:
        prefix = f"{uuid4()}/{faults}"
        client = connect(f"{served.network.url}/{prefix}", key=served.integration, **options)
        return client, served.network.sent[prefix]

    return made


def test_a_question_is_read_and_answered(connect: Connect, served: Served) -> None:
    service = connect(served.url)
    question = service.question(SLUG, shuffle="a", language="en")
    assert question["title"] == "Vanishing gradients"
    submission = service.submit(question["slug"], {"selected": RIGHT})
    assert submission["score"] == 1
    assert submission["feedback"]["correct"] == RIGHT


def test_questions_are_drawn(connect: Connect, served: Served) -> None:
    drawn = connect(served.url).draw(count=3, seed="s", exclude=[SLUG])
    assert drawn["seed"] == "s"
    assert len({question["slug"] for question in drawn["items"]} - {SLUG}) == 3


def test_a_listing_is_read_to_its_end_and_no_page_too_early(behind: Connect) -> None:
    service, sent = behind("none")
    rows = service.questions(sort="title", limit=4)
    assert not sent
    slugs = [next(rows)["slug"]]
    assert len(sent) == 1
    slugs += [row["slug"] for row in rows]
    assert len(sent) == -(-len(slugs) // 4) > 2
    assert len(set(slugs)) == len(slugs)
    assert SLUG in slugs


@pytest.mark.parametrize("fault", ["dropped", "lost", "cut", "busy-0", "bad"])
def test_an_answer_counts_once_although_the_first_request_fails(
    behind: Connect, fault: str
) -> None:
    service, sent = behind(fault)
    learner = str(uuid4())
    submission = service.submit(SLUG, {"selected": RIGHT, "learner": learner})
    assert len(sent) == 2
    assert len({headers["idempotency-key"] for headers in sent}) == 1
    stored = list(service.submissions(learner=learner))
    assert [one["id"] for one in stored] == [submission["id"]]


def test_two_answers_count_twice_and_the_same_key_once(behind: Connect) -> None:
    service, _ = behind("none")
    answer: SubmissionIn = {"selected": RIGHT, "learner": str(uuid4())}
    first, key = service.submit(SLUG, answer), str(uuid4())
    second, again = service.submit(SLUG, answer, key=key), service.submit(SLUG, answer, key=key)
    assert first["id"] != second["id"] == again["id"]
    assert len(list(service.submissions(learner=answer["learner"]))) == 2


def test_a_batch_counts_once_and_tells_of_each(behind: Connect) -> None:
    service, _ = behind("lost")
    learner = str(uuid4())
    answers = [
        {"question": SLUG, "selected": RIGHT, "learner": learner},
        {"question": SLUG, "selected": ["zzzz"], "learner": learner},
    ]
    results = service.submit_all({"submissions": answers})["results"]
    assert [result["status"] for result in results] == [201, 422]
    assert len(list(service.submissions(learner=learner))) == 1


def test_it_waits_as_long_as_retry_after_says(
    behind: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = list[float]()

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(plain, "time", SimpleNamespace(sleep=waits.append))
    monkeypatch.setattr(asynchronous, "asyncio", SimpleNamespace(sleep=wait))
    service, sent = behind("busy-7,busy-3")
    service.submit(SLUG, {"selected": RIGHT})
    assert waits == [7, 3]
    assert len(sent) == 3


def test_it_gives_up_after_so_many_tries_and_tells_why(behind: Connect) -> None:
    service, sent = behind("busy-0,busy-0,dropped", patience=Patience(tries=3))
    with pytest.raises(httpx2.TransportError):
        service.submit(SLUG, {"selected": RIGHT})
    assert len(sent) == 3
    service, sent = behind("busy-0,busy-0", patience=Patience(tries=2))
    with pytest.raises(Unavailable, match="503 unknown") as caught:
        service.submit(SLUG, {"selected": RIGHT})
    assert (caught.value.retry_after, len(sent)) == (0, 2)


def test_it_does_not_wait_for_longer_than_it_was_told(behind: Connect) -> None:
    service, sent = behind("busy-9", patience=Patience(longest_wait=8))
    with pytest.raises(Unavailable):
        service.question(SLUG)
    assert len(sent) == 1


def test_what_would_count_twice_is_sent_once(behind: Connect) -> None:
    service, sent = behind("busy-0")
    with pytest.raises(Unavailable):
        service.request("DELETE", f"/v1/bank/questions/{SLUG}")
    assert len(sent) == 1


def test_refusals_have_types_and_faults(connect: Connect, behind: Connect, served: Served) -> None:
    service, sent = behind("none")
    with pytest.raises(Invalid, match="422 unknown_option: ") as caught:
        service.submit(SLUG, {"selected": ["zzzz"]})
    assert caught.value.code == "unknown_option"
    assert caught.value.document["errors"][0]["pointer"] == "/selected/0"
    assert len(sent) == 1
    for refused, kind in (("/v1/questions/no%2Fsuch", NotFound), ("/v1/keys", Forbidden)):
        with pytest.raises(kind):
            service.get(refused)
    with pytest.raises(Unauthenticated):
        connect(served.url, key="qs_no_key").get("/v1/keys")
    assert issubclass(Forbidden, Problem)


def test_names_cannot_leave_their_place(behind: Connect) -> None:
    service, sent = behind("none")
    with pytest.raises(NotFound):
        service.question("../keys?x=1")
    assert len(sent) == 1


def test_authors_write_with_the_whole_response(connect: Connect, served: Served) -> None:
    path = f"/v1/bank/questions/written-{uuid4()}"
    service = connect(served.url, key=served.author)
    written = service.request("PUT", path, json={"title": "Rivers"}, headers={"If-None-Match": "*"})
    assert written.status_code == 201
    etag = {"If-Match": written.headers["ETag"]}
    assert service.request("DELETE", path, headers=etag).status_code == 204


def test_dates_may_be_stated_to_wait_until() -> None:
    for stated, expected in (("Mon, 01 Jan 2024 00:00:00 GMT", 0), ("7", 7), ("soon", None)):
        assert retry_after(httpx2.Response(503, headers={"Retry-After": stated})) == expected
    far = httpx2.Response(503, headers={"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"})
    waited = retry_after(far)
    assert waited is not None
    assert waited > 10**9


def test_its_shapes_are_those_of_the_document(tmp_path: Path) -> None:
    """Renew them: .venv/bin/python -m tests.clients.shapes"""
    assert made_shapes(tmp_path) == SHAPES.read_text()


def test_it_can_be_installed_and_is_typed(tmp_path: Path, served: Served) -> None:
    """Away from our tree: type checkers read it, and it works."""
    # What is built lies beside its sources, so build a copy.
    source = tmp_path / "source"
    subprocess.run(["cp", "-r", str(PACKAGE), str(source)], check=True)
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--target", str(tmp_path / "site"))
    done = run(
        UV, "pip", "install", "--python", sys.executable, *options, str(source), cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "question_service_client" / "py.typed").exists()
    code = f"""from question_service_client import QuestionService, __file__ as file
assert file.startswith({str(tmp_path / "site")!r})
print(QuestionService({served.url!r}).question({SLUG!r})["title"])
"""
    asked = run(
        sys.executable, "-c", code, cwd=tmp_path, PYTHONPATH=str(tmp_path / "site"),
    )  # fmt: skip
    assert asked.stdout == "Vanishing gradients\n", asked.stderr
