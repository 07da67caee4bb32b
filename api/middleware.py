"""What happens around every request, as plain ASGI layers: ids, the log line, limits, CORS."""

import re
import time
from collections.abc import Mapping, Sequence

import structlog
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from api.errors import METHODS, problem_response
from api.logs import log_request, requests_are_told
from api.protocol_errors import CorsRefused, InternalError, MalformedRequest

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
NO_SNIFFING = (b"x-content-type-options", b"nosniff")
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

log = structlog.get_logger()


class RequestContext:
    """Outermost: gives each request an id and logs it in one line."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        method, started, status = scope["method"], time.perf_counter(), 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                marks = ((b"x-request-id", request_id.encode()), NO_SNIFFING)
                message["headers"] = [*message["headers"], *marks]
            await send(message)

        try:
            await self.app(scope, receive, send_marked)
        finally:
            if requests_are_told():
                _log_request(scope, method, status, started)


def _request_id(scope: Scope) -> str:
    """The client's own id where it is a plain token, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return str(uuid7())


def _log_request(scope: Scope, method: str, status: int, started: float) -> None:
    """One line without path or query, which may name learners: the route template instead."""
    log_request(
        request_id=scope["state"]["request_id"],
        method=method,
        route=getattr(scope.get("route"), "path", "(none)"),
        status=status,
        milliseconds=round((time.perf_counter() - started) * 1000, 2),
    )


class LastResort:
    """Turns an exception that nobody expected into a problem document that tells nothing of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        has_begun = False

        async def send_noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except Exception:
            if scope["type"] != "http" or has_begun:
                raise  # too late to say it: only the broken connection can
            log.exception("request_failed", request_id=scope["state"]["request_id"])
            await problem_response(scope, InternalError())(scope, receive, send)


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
                raise HTTPException(413)
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_limited, send)


class Cors(CORSMiddleware):
    """CORS whose refusals are problem documents."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=["*"],
            expose_headers=READABLE_HEADERS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; a refused preflight raises out of ``preflight_response``."""
        if self.allow_all_origins and not _has_origin(scope):  # nothing to say, and quickly
            await self.app(scope, receive, send)
            return
        try:
            await super().__call__(scope, receive, send)
        except CorsRefused as refusal:
            response = problem_response(scope, refusal)
            response.headers["Vary"] = "Origin"
            await response(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """The answer to a preflight, or :class:`CorsRefused`."""
        response = super().preflight_response(request_headers)
        if response.status_code != 200:
            raise CorsRefused(bytes(response.body).decode() + ".")
        return response


def _has_origin(scope: Scope) -> bool:
    return b"origin" in [name for name, _ in scope.get("headers", ())]
