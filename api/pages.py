"""Pages for people: how they are made, the documentation of the API, and one page per problem."""

import gzip
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import brotli
from fastapi import APIRouter, Request, Response
from fastapi.templating import Jinja2Templates
from markupsafe import Markup, escape

from api.errors import CATALOGUE, status_of
from api.kept_answers import coding_for
from api.protocol_errors import MalformedRequest
from api.responses import NO_STORE
from domain.errors import NotFound
from settings import ROOT

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(ROOT / "web" / "templates")
templates.env.filters["code_spans"] = lambda text: Markup(  # noqa: S704 - escaped before
    re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
)

MOST_FIELDS = 300  # of a form: a question has at most 64 options, and a blank up to two fields
QUICK = 5  # brotli's effort, of 11: a page is compressed anew each time
# Scripts and styles are files of ours; nothing comes from elsewhere but pictures of questions.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' https:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The documentation runs one script of ours, which styles and draws by itself.
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(
    request: Request,
    name: str,
    context: Mapping[str, Any],
    *,
    policy: str = PAGE_POLICY,
    status: int = 200,
) -> Response:
    """A template as a page, compressed as the browser wants it."""
    html = templates.get_template(name).render(context).encode()
    coding = coding_for(request.headers.get("accept-encoding", "").encode())
    headers = {
        "Cache-Control": NO_STORE,
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept-Encoding",
    }
    if coding == b"br":
        html = brotli.compress(html, quality=QUICK)
    elif coding == b"gzip":
        html = gzip.compress(html, mtime=0)
    if coding in {b"br", b"gzip"}:
        headers["Content-Encoding"] = coding.decode()
    return Response(html, status, headers, media_type="text/html")


async def form_fields(request: Request) -> Mapping[str, list[str]]:
    """The fields of a posted form, each with all its values; empty ones are left out."""
    body = (await request.body()).decode(errors="replace")
    if "\0" in body or "%00" in body:
        raise MalformedRequest("The form contains a NUL character.")
    try:
        return parse_qs(body, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise MalformedRequest(f"The form has over {MOST_FIELDS} fields.") from None


@router.get("/docs")
def documentation(request: Request) -> Response:
    """The HTTP interface, to read and to try."""
    return page(request, "docs.html", {}, policy=DOCS_POLICY)


@router.get("/problems")
def list_problems(request: Request) -> Response:
    """Every problem that this service names."""
    return page(request, "problems.html", {"problems": CATALOGUE.values(), "status": status_of})


@router.get("/problems/{code}")
def explain_problem(request: Request, code: str) -> Response:
    """The page that the ``type`` of a problem document points at: cause and cure."""
    error = CATALOGUE.get(code)
    if error is None:
        raise NotFound(f"No problem has the code {code[:60]!r}.")
    return page(request, "problem.html", {"problem": error, "status": status_of(error)})
