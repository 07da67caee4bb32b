"""Pages from templates, with the headers that keep them safe."""

import gzip
import re
from typing import Any

import brotli
from fastapi import Request, Response
from fastapi.templating import Jinja2Templates
from markupsafe import Markup, escape

from api.kept_answers import IDENTITY, coding_for
from api.responses import NO_STORE
from settings import ROOT

templates = Jinja2Templates(ROOT / "web" / "templates")
templates.env.filters["code_spans"] = lambda text: Markup(  # noqa: S704 - escaped before
    re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
)

QUICK = 5  # brotli's effort, of 11: a page is compressed anew each time

# Pages load nothing from elsewhere but the pictures of questions.
_SAFE = (
    "style-src 'self'; img-src 'self' https:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
WITHOUT_SCRIPT = f"default-src 'none'; {_SAFE}"
WITH_SCRIPT = f"default-src 'none'; script-src 'self'; connect-src 'self'; {_SAFE}"
# The documentation runs one script of ours, which styles and draws by itself.
OF_DOCUMENTATION = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# No other origin gets hold of a page or of its window; no page asks for devices of its visitor.
OF_PAGES = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def render(
    request: Request,
    name: str,
    context: dict[str, Any] | None = None,
    *,
    policy: str = WITHOUT_SCRIPT,
    status: int = 200,
) -> Response:
    """A page from the template of that name, never kept by a cache."""
    headers = {
        "Cache-Control": NO_STORE,
        "Content-Security-Policy": policy,
        **OF_PAGES,
    }
    return templates.TemplateResponse(request, name, context or {}, status, headers)


def public_page(
    request: Request, name: str, context: dict[str, Any], *, status: int = 200
) -> Response:
    """The same with scripts, compressed. Only for pages without secrets: the length tells them."""
    page = render(request, name, context, policy=WITH_SCRIPT, status=status)
    coding = coding_for(request.headers.get("accept-encoding", "").encode())
    page.headers["Vary"] = "Accept-Encoding"
    if coding != IDENTITY:
        html = bytes(page.body)
        is_brotli = coding == b"br"
        page.body = brotli.compress(html, quality=QUICK) if is_brotli else gzip.compress(html)
        page.headers["Content-Encoding"] = coding.decode()
        page.headers["Content-Length"] = str(len(page.body))
    return page
