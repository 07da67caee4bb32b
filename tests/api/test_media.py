"""Pictures by HTTP: served for ever under their hash, uploaded and listed by authors only."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Connection, Engine, event, select

from api import media
from formats.pictures import LARGEST, read_picture
from models import AuditEntry, Database
from tests.api.authors import QUESTIONS, RIVERS, Json
from tests.api.conftest import MakeClient
from tests.factories import Bank, draft
from tests.pictures import gif, jpeg, png, question, svg, webp, zipped

PATH = "/v1/bank/media"
CLEAN = read_picture(svg()).content
Upload = Callable[..., Response]


@pytest.fixture(params=["database", "folder"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "media" if request.param == "folder" else None


@pytest.fixture
def database(database: Database, folder: Path | None) -> Database:
    assert isinstance(database.bind, Connection)
    return Database(database.bind, media_folder=folder)


@pytest.fixture
def upload(client: TestClient, bank: Bank) -> Upload:
    _, author = bank.key("author")

    def upload(content: bytes, type_: str = "image/png", **more: str) -> Response:
        headers = {**author, "Content-Type": type_, **more}
        return client.post(PATH, content=content, headers=headers)

    return upload


@pytest.mark.parametrize(
    ("content", "type_"),
    [
        (png(), "image/png"),
        (jpeg(), "image/jpeg"),
        (gif(), "image/gif"),
        (webp(), "image/webp"),
        (CLEAN, "image/svg+xml"),
    ],
)
def test_a_picture_is_served_as_what_it_is_for_ever(
    client: TestClient, upload: Upload, content: bytes, type_: str
) -> None:
    told = upload(content, "application/octet-stream").json()
    assert (told["type"], told["bytes"]) == (type_, len(content))
    assert told["url"] == f"/v1/media/{told['name']}"
    assert told["markdown"] == f"![](media/{told['name']})"
    answer = client.get(told["url"], headers={"Origin": "https://example.org"})
    assert (answer.status_code, answer.content) == (200, content)
    expected = {
        "Content-Type": type_,
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": media.POLICY,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
        "ETag": f'"{told["name"].partition(".")[0]}"',
        "Content-Length": str(len(content)),
    }
    assert {name: answer.headers[name] for name in expected} == expected
    assert "Content-Disposition" not in answer.headers
    head = client.head(told["url"])
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(content))
    for method in ("get", "head"):
        again = client.request(
            method, told["url"], headers={"If-None-Match": answer.headers["ETag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == answer.headers["ETag"]
        assert again.headers["Cache-Control"] == expected["Cache-Control"]
    other = client.get(told["url"], headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_an_upload_may_be_repeated(client: TestClient, upload: Upload, database: Database) -> None:
    first = upload(png(), **{"Content-Disposition": 'attachment; filename="../a b.png"'})
    assert first.status_code == 201
    assert first.headers["Location"] == first.json()["url"]
    assert first.json()["file"] == "a b.png"
    assert (first.json()["width"], first.json()["height"]) == (3, 2)
    second = upload(png())
    assert (second.status_code, second.json()) == (200, first.json())
    with database.read() as session:
        entries = session.scalars(select(AuditEntry.action)).all()
    assert entries.count("media.uploaded") == 1
    key = {"Idempotency-Key": "one"}
    assert upload(gif(), "image/gif", **key).status_code == 201
    replay = upload(gif(), "image/gif", **key)
    assert (replay.status_code, replay.headers["Idempotency-Replayed"]) == (201, "true")
    assert upload(webp(), "image/webp", **key).json()["code"] == "idempotency_key_reused"
    for _ in range(2):  # what was there is told as it was, also when it is sent again
        assert upload(gif(), "image/gif", **{"Idempotency-Key": "two"}).status_code == 200


@pytest.mark.parametrize(
    ("content", "type_", "status", "code"),
    [
        (b"", "image/png", 422, "unknown_media_type"),
        (b"<html>", "image/png", 422, "unknown_media_type"),
        (png() + b"<script>", "image/png", 422, "trailing_bytes"),
        (png(60_000, 60_000), "image/png", 422, "too_many_pixels"),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + svg(), "image/svg+xml", 422, "svg_entities"),
        (png(), "text/html", 415, None),
        (png(), "multipart/form-data; boundary=a", 415, None),
        (bytes(LARGEST + 1), "image/png", 413, None),
    ],
)
def test_what_is_no_picture_is_a_problem(
    upload: Upload, content: bytes, type_: str, status: int, code: str | None
) -> None:
    answer = upload(content, type_)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    if code:
        assert answer.json()["code"] == "invalid_picture"
        assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
            ("/body", code)
        ]


def test_an_svg_is_served_without_its_scripts(client: TestClient, upload: Upload) -> None:
    hostile = svg('<script>alert(1)</script><rect onload="alert(1)" width="5" height="5"/>')
    told = upload(hostile, "image/svg+xml").json()
    assert client.get(told["url"]).content == CLEAN
    assert told["name"] == upload(svg(), "image/svg+xml").json()["name"]


@pytest.mark.parametrize(
    "name",
    [
        "a.png",
        f"{'ab' * 32}.png",
        f"{'AB' * 32}.png",
        "..%2f..%2fetc%2fpasswd",
        "%00.png",
        "a" * 99,
    ],
)
def test_an_unknown_name_is_not_found(client: TestClient, name: str) -> None:
    answer = client.get(f"/v1/media/{name}")
    assert answer.status_code in {400, 404}
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_picture_has_one_name(client: TestClient, upload: Upload) -> None:
    address = upload(png()).json()["url"]
    assert client.get(address.replace(".png", ".svg")).json()["code"] == "media_not_found"
    assert client.get(address.upper().replace("/V1/MEDIA", "/v1/media")).status_code == 404


def test_an_address_is_enough_to_see_a_picture(make_client: MakeClient, upload: Upload) -> None:
    """An <img> sends no key: its address is known to who has read the text."""
    answer = make_client(public=False).get(upload(png()).json()["url"])
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("public")


def test_pictures_are_listed_with_their_uses_page_by_page(
    client: TestClient, upload: Upload, bank: Bank
) -> None:
    names = [upload(png(shade=n)).json()["name"] for n in range(3)]
    bank.publish(draft(prompt=f"![a](media/{names[0]}) ![b](media/{names[0]})"))
    bank.publish(draft(prompt=f"![a](media/{names[0]})", options=draft().options[:3]))
    _, key = bank.key("author")
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = client.get(PATH, params=query, headers=key)
        assert page.headers["Cache-Control"] == "private, no-store"
        seen += [(one["media"]["name"], one["uses"]) for one in page.json()["items"]]
        cursor, pages = page.json()["next_cursor"], pages + 1
    assert seen == [(names[2], 0), (names[1], 0), (names[0], 2)]
    assert pages == 2
    for used, found in (("true", names[:1]), ("false", names[:0:-1])):
        page = client.get(PATH, params={"used": used}, headers=key).json()
        assert [one["media"]["name"] for one in page["items"]] == found
    assert client.get(PATH, params={"cursor": "x"}, headers=key).json()["code"] == "invalid_cursor"


@pytest.fixture
def statements(shared_engine: Engine) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT media"):
            found.append(statement)

    event.listen(shared_engine, "before_cursor_execute", note)
    yield found
    event.remove(shared_engine, "before_cursor_execute", note)


def test_a_page_is_one_statement_and_reads_no_picture(
    client: TestClient, upload: Upload, bank: Bank, statements: list[str]
) -> None:
    for n in range(5):
        upload(png(shade=n))
    _, key = bank.key("author")
    statements.clear()
    assert len(client.get(PATH, headers=key).json()["items"]) == 5
    assert len(statements) == 1
    assert "media.content" not in statements[0]


def test_a_draft_shows_uploaded_pictures_and_no_others(
    client: TestClient, upload: Upload, bank: Bank
) -> None:
    shown = upload(png()).json()["markdown"].replace("[]", "[a map]")
    _, key = bank.key("author")
    unknown = f"![x](media/{'ab' * 32}.png)"
    body: Json = {
        **RIVERS,
        "prompt": shown,
        "options": [{"text": "The Rhine", "feedback": unknown}, {"text": "Other"}],
        "key": [1],
        "explanation": "None.",
    }
    new = key | {"If-None-Match": "*"}
    refused = client.put(f"{QUESTIONS}/rivers", json=body, headers=new)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_draft")
    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [
        ("/options/0/feedback", "unknown_media")
    ]
    body["options"][0].pop("feedback")
    made = client.put(f"{QUESTIONS}/rivers", json=body, headers=new)
    assert made.status_code == 201
    headers = key | {
        "If-Match": made.headers["ETag"],
        "Content-Type": "application/merge-patch+json",
    }
    patch = client.patch(f"{QUESTIONS}/rivers", json={"explanation": unknown}, headers=headers)
    assert [one["pointer"] for one in patch.json()["errors"]] == ["/explanation"]
    again = client.patch(f"{QUESTIONS}/rivers", json={"explanation": shown}, headers=headers)
    assert again.status_code == 200
    assert again.json()["explanation"] == shown


def test_an_imported_picture_is_in_the_html_and_is_served(
    client: TestClient, bank: Bank, folder: Path | None
) -> None:
    _, key = bank.key("author")
    packed = zipped({"a.qmd": question("plot.png", "why.gif"), "plot.png": png(), "why.gif": gif()})
    headers = key | {"Content-Type": "application/zip"}
    report = client.post("/v1/bank/imports", content=packed, headers=headers).json()
    assert report["created"] == 1
    told = client.get("/v1/questions/a").json()["prompt"]["html"]
    address = told.partition('src="')[2].partition('"')[0]
    assert client.get(address).content == png()
    # What shows the explanation is told with the explanation only.
    assert ".gif" not in client.get("/v1/questions/a").text
    exported = client.get("/v1/bank/exports/jsonl", headers=key)
    assert exported.headers["Content-Type"] == "application/zip"
    assert exported.headers["Content-Disposition"] == 'attachment; filename="questions.zip"'
    if folder:
        (file,) = folder.rglob("*.png")
        assert file.read_bytes() == png()
        assert (file.stat().st_mode & 0o777) == 0o644
        file.unlink()
        assert client.get(address).status_code == 404


def test_bytes_from_before_the_folder_are_still_served(
    make_client: Callable[..., TestClient], database: Database, folder: Path | None, upload: Upload
) -> None:
    if folder is not None:
        pytest.skip("This goes from the database to a folder.")
    address = upload(png()).json()["url"]
    database._readers.configure(info={"media_folder": Path("nowhere")})
    assert make_client().get(address).content == png()
