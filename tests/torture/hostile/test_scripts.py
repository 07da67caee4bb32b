"""Script in texts: no HTML that the service makes holds anything outside of the lists."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

import pytest
from fastapi.testclient import TestClient

from formats import FORMATS, rendering
from tests.api.admin.desk import ORIGIN, Desk, desk
from tests.factories import Bank
from tests.formats.test_rendering import Inspector
from tests.pictures import zipped
from tests.torture.effort import effort
from tests.torture.hostile.scripts import (
    PAYLOADS,
    Page,
    files_with,
    hostile_draft,
    html_in,
    html_of,
)
from tests.torture.journal import Journal

THROUGH_FORMATS = effort(12, len(PAYLOADS), len(PAYLOADS))
ON_PAGES = effort(2, 60, len(PAYLOADS))
PAGES = effort(12, 400, 4_000)
MARK = "<b onclick=alert(1)>a</b>"
STARTS = [
    "/", "/lab", "/problems", "/docs", "/admin", "/admin/questions", "/admin/imports",
    "/admin/media", "/admin/exports", "/admin/findings", "/admin/duplicates", "/admin/audit",
    "/admin/keys", "/admin/regrades", f"/?q={MARK}", f"/admin/questions?q={MARK}", f"/admin/{MARK}",
    f"/problems/{MARK}", f"/admin/sign-in?next={MARK}", f"/lab?key={MARK}", f"/{MARK}",
]  # fmt: skip


def chosen(name: str, count: int) -> list[str]:
    """Some of the texts, by a seed that is kept."""
    return Journal(name).random.sample(PAYLOADS, count)


def offences_of_formats(payloads: Iterable[str]) -> Iterator[str]:
    """What is outside of the lists when files of each format with such texts are read."""
    for payload in payloads:
        for form, data in files_with(payload):
            for html in html_of(form, data):
                yield from (f"{form}, {payload!r}: {one}" for one in Inspector(html).offences)


def test_there_are_enough_and_each_format_carries_them() -> None:
    assert len(set(PAYLOADS)) >= 300
    carried = {form for form, data in files_with("<b>a</b>") if list(html_of(form, data))}
    assert carried == set(FORMATS)


def test_no_format_lets_script_in() -> None:
    assert list(offences_of_formats(chosen("formats", THROUGH_FORMATS))) == []


def test_a_rendering_that_trusts_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: HTML of authors is passed on as it is."""
    monkeypatch.setattr(rendering, "sanitise", lambda html: html)
    found = list(offences_of_formats([MARK]))
    assert {one.partition(",")[0] for one in found} >= {"quarto", "jsonl", "csv", "markdown"}


def offences_of_pages(one: Desk, starts: list[str], more: int) -> list[str]:
    """What may not be on these pages, nor on some more to which their links lead."""
    found, left, seen = list[str](), list(starts), set[str]()
    while left and len(seen) < more + len(starts):
        path = left.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = one.get(path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            page = Page(f"{ORIGIN}{path}", answer.text)
            found += [f"{path}: {offence}" for offence in page.offences]
            left += sorted(page.links - seen)
            if "content-security-policy" not in answer.headers:
                found.append(f"{path}: it has no policy")
    return found


def offences_of_documents(client: TestClient, bank: Bank, payloads: list[str]) -> list[str]:
    """What is outside of the lists in the HTML of JSON answers."""
    _, key = bank.key("admin")
    documents = [client.get("/v1/questions?limit=200").json()]
    for number, _ in enumerate(payloads):
        name = f"hostile-{number}"
        question = client.get(f"/v1/questions/{name}").json()
        body = {"selected": [question["options"][1]["id"]], "learner": "a"}
        documents += [
            client.post(f"/v1/questions/{name}/submissions", json=body).json(),
            client.get(f"/v1/questions/{name}/hints/1").json(),
            client.get(f"/v1/bank/questions/{name}", headers=key).json(),
        ]
    return [one for html in html_in(documents) for one in Inspector(html).offences]


@pytest.fixture
def payloads(bank: Bank) -> list[str]:
    """Texts, and a bank with a question of each, translated and answered."""
    texts = [*chosen("pages", ON_PAGES), MARK]
    for number, text in enumerate(texts):
        slug = f"hostile-{number}"
        bank.publish(hostile_draft(text, slug))
        bank.publish(hostile_draft(text, slug), prompt=f"{text} again")
        bank.translate(slug=slug, title=MARK)
    return texts


def test_no_page_and_no_answer_has_script(
    client: TestClient, bank: Bank, payloads: list[str]
) -> None:
    assert offences_of_documents(client, bank, payloads) == []
    one = desk(client, bank, "admin")
    files = {
        f"{text[:60]}.gift".replace("/", "_"): text.encode(errors="replace") for text in payloads
    }
    one.post("/admin/imports", files={"file": (f"{MARK}.zip", zipped(files))})
    one.post("/admin/keys", name=MARK, role="author")
    assert offences_of_pages(one, STARTS, PAGES) == []


def test_a_page_that_trusts_is_noticed(
    client: TestClient, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: a question whose HTML was stored by a rendering without lists."""
    monkeypatch.setattr(rendering, "sanitise", lambda html: html)
    bank.publish(hostile_draft(MARK, "hostile-0"))
    assert offences_of_documents(client, bank, [MARK]) != []
    shown = offences_of_pages(desk(client, bank, "admin"), ["/admin/questions/hostile-0"], 0)
    assert any("onclick" in one for one in shown)


@contextmanager
def listening() -> Iterator[tuple[str, socket.socket]]:
    """An address that content may name, and its socket."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield f"http://127.0.0.1:{server.getsockname()[1]}", server


def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked for while files are read that name addresses; by Python or by a C library."""
    asked = list[str]()

    def guard(_: socket.socket, address: object) -> None:
        asked.append(str(address))
        raise OSError("Reading a file asks nobody.")

    with listening() as (url, server), monkeypatch.context() as patch:
        patch.setattr(socket.socket, "connect", guard)
        patch.setattr(socket, "getaddrinfo", lambda *told, **_: guard(server, told))
        for name, data in naming(url):
            assert list(html_of(name, data)) or b"<!DOCTYPE" in data, name
        try:
            server.accept()[0].close()
            asked.append("a connection that Python does not know of")
        except BlockingIOError:
            pass
    return asked


def naming(url: str) -> Iterator[tuple[str, bytes]]:
    """Files that name an address in every way that some reader might follow."""
    text = f"![a]({url}/a.png) <img src='{url}/b.png'> [a]({url}) <link href='{url}/c.css'>"
    yield from files_with(text)
    quiz = dict(islice(((form, data) for form, data in files_with("a") if b"<" in data), 20))
    for form, data in quiz.items():
        head, _, rest = data.partition(b"?>")
        told = head + b"?>" if rest else b""
        for declared in (
            f'<!DOCTYPE quiz SYSTEM "{url}/a.dtd">',
            f'<!DOCTYPE quiz [<!ENTITY a SYSTEM "{url}/a">]>',
            f'<!DOCTYPE quiz [<!ENTITY % a SYSTEM "{url}/a"> %a;]>',
        ):
            yield form, told + declared.encode() + (rest or data)


def test_reading_files_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fetched(monkeypatch) == []


def test_a_reader_that_asks_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: pictures are fetched when a text is rendered."""

    def fetching(html: str) -> str:
        socket.create_connection(("127.0.0.1", 9))
        return html

    monkeypatch.setattr(rendering, "sanitise", fetching)
    with pytest.raises(OSError, match="asks nobody"):
        fetched(monkeypatch)
