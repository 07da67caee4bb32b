"""The element's file as it is served: small, under an address of its content, for any origin."""

import gzip
from base64 import b64encode
from hashlib import sha384
from urllib.parse import urlsplit

import brotli
import pytest
from fastapi.testclient import TestClient

from api.element import FILE
from tests.api.conftest import MakeClient

SMALL = 15_000  # bytes on the wire
ORIGIN = {"Origin": "https://pages.example"}
TEMML = "/static/vendor/temml-0.13.5.min.js"


def integrity_of(content: bytes) -> str:
    return f"sha384-{b64encode(sha384(content).digest()).decode()}"


def test_the_hash_is_that_of_the_file_at_the_address(client: TestClient) -> None:
    told = client.get("/element.json").json()
    served = client.get(urlsplit(told["src"]).path, headers=ORIGIN)
    assert served.status_code == 200
    assert told["integrity"] == integrity_of(served.content) == integrity_of(FILE.read_bytes())
    assert served.headers["content-type"].startswith("text/javascript")
    assert served.headers["access-control-allow-origin"] == "*"
    assert "immutable" in served.headers["cache-control"]
    assert f'src="{told["src"]}" integrity="{told["integrity"]}" crossorigin' in told["html"]


def test_the_address_is_that_of_the_service_as_clients_reach_it(make_client: MakeClient) -> None:
    told = make_client(base_url="https://quiz.example/ask").get("/element.json").json()
    assert told["src"].startswith("https://quiz.example/ask/element/0.")


def test_everybody_may_read_it_also_where_questions_need_a_key(make_client: MakeClient) -> None:
    client = make_client(public=False)
    assert client.get("/element.json").status_code == 200
    assert client.get("/static/quiz-question.js").status_code == 200


def test_an_address_of_other_content_is_not_there(client: TestClient) -> None:
    missing = client.get("/element/0.0.1-0123456789abcdef/quiz-question.js")
    assert missing.status_code == 404
    assert "/element.json" in missing.json()["detail"]


def test_the_newest_is_asked_for_again_soon(client: TestClient) -> None:
    newest = client.get("/static/quiz-question.js")
    assert newest.content == FILE.read_bytes()
    assert "immutable" not in newest.headers["cache-control"]
    known = {"If-None-Match": newest.headers["etag"]}
    assert client.get("/static/quiz-question.js", headers=known).status_code == 304


@pytest.mark.parametrize("path", ["/static/quiz-question.js", TEMML])
def test_it_is_sent_compressed(client: TestClient, path: str) -> None:
    """Each coding has an entity tag of its own, and the same content."""
    tags, plain = set(), client.get(path, headers={"Accept-Encoding": "identity"}).content
    for coding in ("br", "gzip", "identity"):
        with client.stream("GET", path, headers={"Accept-Encoding": coding}) as answer:
            sent = b"".join(answer.iter_raw())
        assert answer.headers.get("content-encoding", "identity") == coding
        assert "Accept-Encoding" in answer.headers["vary"]
        tags.add(answer.headers["etag"])
        read = {"br": brotli.decompress, "gzip": gzip.decompress}.get(coding, bytes)
        assert read(sent) == plain
        if coding == "br" and path != TEMML:
            assert len(sent) < SMALL
    assert len(tags) == 3


def test_what_it_loads_is_there_and_bound_by_its_hash(client: TestClient) -> None:
    source = FILE.read_text()
    for path in (TEMML, "/static/vendor/temml-0.13.5.css"):
        served = client.get(path)
        assert "immutable" in served.headers["cache-control"]
        assert path.removeprefix("/") in source
        assert integrity_of(served.content) in source
    assert "MIT License" in client.get("/static/vendor/temml-LICENSE").text
    for path in ("nothing.js", "..%2F..%2Ftemplates%2Fbase.html"):
        assert client.get(f"/static/vendor/{path}").status_code == 404
