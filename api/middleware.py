"""What happens around every request, as plain ASGI layers: ids, the log line, limits, CORS."""

import re
import time
from collections.abc import Awaitable, Mapping, Sequence
from functools import lru_cache
from secrets import token_hex

import structlog
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.draining import Drain
from api.errors import METHODS, problem_response
from api.kept_answers import lines_of
from api.logs import log_refusal
from api.observing import Observer
from api.protocol_errors import CorsRefused, InternalError, MalformedRequest
from api.safe_headers import OF_DATA, has_policy, is_by_tls, safe_headers

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
REFUSED = frozenset({401, 403, 429})
TOO_LARGE = "Up to {:,} bytes are read here."
LAST = (b"connection", b"close")
READABLE_HEADERS = (
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "X-Request-Id",
    "Idempotency-Replayed",
)

RawHeaders = Sequence[tuple[bytes, bytes]]

log = structlog.get_logger()


class RequestContext:
    """Outermost: reads the head of a request once, marks its answer once, tells the observer.

    ``scope["head"]`` are the headers by their names, ``scope["marks"]`` what every answer gets on
    top of its own headers. An exception that nobody expected becomes a problem document.
    """

    def __init__(
        self,
        app: ASGIApp,
        observer: Observer | None = None,
        drain: Drain | None = None,
        base_url: str = "",
    ) -> None:
        self.app = app
        self._observer, self._drain = observer or Observer(), drain or Drain(0)
        self._base_url = base_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head = scope["head"] = head_of(scope["headers"])
        request_id = request_id_of(head)
        safe = safe_headers(is_by_tls(scope["scheme"], self._base_url))
        marks = scope["marks"] = [(b"x-request-id", request_id), *safe]
        scope.setdefault("state", {})["request_id"] = request_id.decode()
        method, started, status, is_whole = scope["method"], time.perf_counter(), 0, False
        begun = self._observer.begin(head)

        def send_marked(message: Message) -> Awaitable[None]:
            nonlocal status, is_whole
            if message["type"] == "http.response.start":
                status = message["status"]
                own = message["headers"]
                policy = () if has_policy(own) else (OF_DATA,)
                last = (LAST,) if self._drain.is_begun else ()
                message["headers"] = [*own, *marks, *policy, *last]
            elif not message.get("more_body"):
                is_whole = True
            return send(message)

        try:
            await self.app(scope, receive, send_marked)
        except Exception:
            if status and not is_whole:
                raise  # too late to say it: only the broken connection can
            log.exception("request_failed", request_id=scope["state"]["request_id"])
            if not status:
                await problem_response(scope, InternalError())(scope, receive, send_marked)
        finally:
            self._observer.end(
                begun,
                request_id=request_id,
                method=method,
                route=scope.get("route"),
                status=status,
                started=started,
            )
            if status in REFUSED:
                _log_refusal(scope, status)


def _log_refusal(scope: Scope, status: int) -> None:
    state, client = scope["state"], scope.get("client")
    key = state.get("key")
    log_refusal(
        state["request_id"], status, client[0] if client else "", key.public_part if key else None
    )


def head_of(headers: RawHeaders) -> dict[bytes, bytes]:
    """The headers by their names; the values of those that came several times, in one list."""
    head = dict(headers)
    if len(head) < len(headers):
        for name in head:
            head[name] = b", ".join(value for other, value in headers if other == name)
    return head


def request_id_of(head: Mapping[bytes, bytes]) -> bytes:
    """The client's own id where it is a plain token, else a new one."""
    stated = head.get(b"x-request-id")
    return stated if stated and REQUEST_ID.fullmatch(stated) else token_hex(16).encode()


class HeadAsGet:
    """Answers HEAD like GET, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # The server, and whoever answers for a route that failed, must go on seeing a HEAD.
        as_get = {**scope, "method": "GET"}
        try:
            await self.app(as_get, receive, send_head)
        finally:
            scope["route"] = as_get.get("route")  # for the log line


class Refused:
    """Answers what the server found no place for; its error is ``scope["refused"]``."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if error := scope.get("refused"):
            await problem_response(scope, error)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class RequestLimits:
    """Refuses what no route should have to think of: NUL in addresses and endless bodies."""

    def __init__(
        self, app: ASGIApp, max_body_bytes: int, others: Mapping[str, int] | None = None
    ) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes
        self.others = others or {}  # by the path of the route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            error = MalformedRequest("The address contains a NUL character.")
            await problem_response(scope, error)(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "0")
        left = most = self.others.get(scope["path"], self.max_body_bytes)

        async def receive_limited() -> Message:
            nonlocal left
            if stated.isdigit() and int(stated) > most:
                raise HTTPException(413, TOO_LARGE.format(most))
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, TOO_LARGE.format(most))
            return message

        await self.app(scope, receive_limited, send)


class Cors(CORSMiddleware):
    """CORS whose refusals are problem documents."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self.lines = lru_cache(maxsize=1000)(self._lines)
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=["*"],
            expose_headers=READABLE_HEADERS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; a refused preflight raises out of ``preflight_response``."""
        if self.allow_all_origins and b"origin" not in scope.get("head", ()):  # nothing to say
            await self.app(scope, receive, send)
            return
        try:
            await super().__call__(scope, receive, send)
        except CorsRefused as refusal:
            response = problem_response(scope, refusal)
            response.headers["Vary"] = "Origin"
            await response(scope, receive, send)

    def _lines(self, origin: bytes | None) -> bytes:
        """What is added to an answer for a page of that origin, as it is sent."""
        headers = {} if origin is None else dict(self.simple_headers)
        if origin is not None and self.is_allowed_origin(stated := origin.decode("latin-1")):
            headers.setdefault("Access-Control-Allow-Origin", stated)
        if headers or not self.allow_all_origins:
            headers["Vary"] = "Origin"
        return lines_of(
            [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """The answer to a preflight, or :class:`CorsRefused`."""
        response = super().preflight_response(request_headers)
        if response.status_code != 200:
            raise CorsRefused(bytes(response.body).decode() + ".")
        return response
