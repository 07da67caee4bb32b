"""Pages of another origin: a server on a port of its own, and a browser page that is watched."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Route, expect

LONGEST_LAYOUT = 5.0  # seconds, beside other tests
LOOPBACK = "127.0.0.1"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TYPES = {".html": "text/html", ".js": "text/javascript"}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A page with questions</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<meta name="color-scheme" content="light dark">
HEAD</head><body><main><h1>A page with questions</h1>BODY</main></body></html>"""


@dataclass(slots=True)
class Site:
    """What a second origin serves, by path; each content with headers of its own."""

    url: str
    files: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    def put(self, path: str, content: str, **headers: str) -> str:
        """Serve a text at a path; returns its address."""
        self.files[path] = content, headers
        return self.url + path

    def page(self, head: str, body: str, path: str = "/index.html", **headers: str) -> str:
        """Serve a page with that head and body; returns its address."""
        text = PAGE.replace("HEAD", head).replace("BODY", body)
        return self.put(path, text, **headers)


@contextmanager
def site() -> Iterator[Site]:
    """A server of texts on a free loopback port."""

    class Handler(BaseHTTPRequestHandler):
        served: ClassVar[Site]

        def do_GET(self) -> None:
            content, headers = self.served.files.get(self.path, ("", {}))
            self.send_response(200 if self.path in self.served.files else 404)
            kind = TYPES.get(Path(urlsplit(self.path).path).suffix, "text/html")
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    Handler.served = Site(f"http://{LOOPBACK}:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Handler.served
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass  # without slots: playwright notes on it what it calls
class Watched:
    """A browser page, and all that went wrong on it or left this machine."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def on_console(self, message: ConsoleMessage) -> None:
        """Note what the console shows as an error."""
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def on_request(self, route: Route) -> None:
        """Let a request pass that stays on this machine, and note others."""
        if urlsplit(route.request.url).hostname == LOOPBACK:
            route.fallback()
        else:
            self.faults.append(f"left loopback: {route.request.url}")
            route.abort()

    def forgive(self, pattern: str) -> None:
        """Drop the faults that a test provoked; there must be some."""
        rest = [fault for fault in self.faults if not re.search(pattern, fault)]
        assert len(rest) < len(self.faults), self.faults
        self.faults[:] = rest


@contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[Watched]:
    """A page in a context of its own, that must end without faults."""
    context = browser.new_context(reduced_motion="reduce", **options)
    context.set_default_timeout(15_000)
    one = Watched(context.new_page())
    one.page.on("console", one.on_console)
    one.page.on("pageerror", lambda error: one.faults.append(f"script: {error}"))
    context.route("**/*", one.on_request)
    yield one
    context.close()
    assert one.faults == [], one.faults


def assert_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways, once its styles are there and it is laid out anew."""
    page.wait_for_load_state()
    until = time.monotonic() + LONGEST_LAYOUT
    while (wide := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
        assert time.monotonic() < until, f"{page.url}: {wide} px too wide in {page.viewport_size}"


def status(page: Page) -> Locator:
    """The live region of the element."""
    return page.locator("[part=status]")


def shown(page: Page, address: str) -> None:
    """Open a page and wait for its question."""
    page.goto(address)
    expect(page.get_by_role("button", name="Submit answer")).to_be_visible()


def submit(page: Page) -> None:
    """Press the button."""
    page.get_by_role("button", name="Submit answer").click()


def violations(page: Page, axe: str, *, preload: bool = True) -> list[Any]:
    """What axe finds, each as its rule and the elements.

    To look into style sheets it makes some of its own, which a strict policy refuses loudly:
    without ``preload`` it does not.
    """
    page.evaluate(axe)
    options = {"runOnly": WCAG, "preload": preload}
    told = page.evaluate("(options) => axe.run(options)", options)
    assert len(told["passes"]) > 10
    return [
        (one["id"], [node["html"][:200] for node in one["nodes"]]) for one in told["violations"]
    ]
