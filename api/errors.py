"""Errors become problem documents here, and only here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount
from starlette.types import Scope

from api.protocol_errors import (
    InternalError,
    InvalidRequest,
    MalformedRequest,
    MethodNotAllowed,
    Passing,
    PayloadTooLarge,
    ProtocolError,
    Unauthenticated,
    Unavailable,
    UnknownField,
)
from api.schemas.problems import FaultOut, ProblemOut
from domain.errors import Conflict, Fault, Forbidden, Invalid, NotFound, ServiceError

STATUS: Mapping[type[ServiceError], int] = {
    NotFound: 404,
    Conflict: 409,
    Invalid: 422,
    Forbidden: 403,
}
MOST_FAULTS = 20  # told at once; a client can send more than anybody would read
LONGEST_NAME = 100
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

log = structlog.get_logger()


def _family(root: type[ServiceError]) -> Iterator[type[ServiceError]]:
    for child in root.__subclasses__():
        if hasattr(child, "code"):
            yield child
        yield from _family(child)


CATALOGUE: Mapping[str, type[ServiceError]] = {error.code: error for error in _family(ServiceError)}
_OF_HTTP: Mapping[int, type[ServiceError]] = {
    404: NotFound,
    405: MethodNotAllowed,
    413: PayloadTooLarge,
}


def status_of(error: type[ServiceError]) -> int:
    """The HTTP status of an error: its own, or that of its kind."""
    if issubclass(error, ProtocolError):
        return error.status
    return next(status for kind, status in STATUS.items() if issubclass(error, kind))


def problem_of(scope: Scope, error: ServiceError) -> ProblemOut:
    """The problem document of an error. Where all faults have one known code, it is named so."""
    named = type(error)
    fault_codes = {fault.code for fault in error.faults}
    if len(fault_codes) == 1:
        named = CATALOGUE.get(fault_codes.pop(), named)
    own_words = str(error) != type(error).title
    return ProblemOut(
        type=f"{base_url(scope)}/problems/{named.code}",
        title=named.title,
        status=status_of(type(error)),
        detail=str(error) if own_words else named.cure,
        instance=scope["path"],
        code=named.code,
        request_id=scope["state"]["request_id"],
        errors=[FaultOut(pointer=f.pointer, code=f.code, detail=f.detail) for f in error.faults],
    )


def base_url(scope: Scope) -> str:
    """How the client reached us: the setting if there is one, else what the request says."""
    stated: str = scope["app"].state.settings.base_url if "app" in scope else ""
    return stated or str(Request(scope).base_url).rstrip("/")


def problem_response(scope: Scope, error: ServiceError) -> Response:
    """The answer to a failed request."""
    problem = problem_of(scope, error)
    headers = {"Cache-Control": "no-store"}
    if problem.status == Unauthenticated.status:
        headers["WWW-Authenticate"] = 'Bearer realm="questions"'
    if isinstance(error, Passing):
        headers["Retry-After"] = str(error.seconds)
    return Response(
        problem.model_dump_json(), problem.status, headers, media_type="application/problem+json"
    )


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error with a problem document."""
    app.add_exception_handler(ServiceError, _on_service_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(DBAPIError, _on_database_error)
    app.add_exception_handler(PoolTimeoutError, _on_database_error)
    app.add_exception_handler(Exception, _on_unexpected_error)


async def _on_service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    return problem_response(request.scope, error)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    told = as_service_error(error)
    response = problem_response(request.scope, told)
    response.headers.update(error.headers or {})
    if error.status_code == MethodNotAllowed.status and (methods := _methods_at(request)):
        response.headers["Allow"] = ", ".join(methods)
    return response


def _methods_at(request: Request) -> list[str]:
    """What one may send to an address of ours; the framework names those of one route only."""
    routes = [route for route in request.app.routes if not isinstance(route, Mount)]
    return [
        method
        for method in METHODS
        if any(route.matches(_asking(request, method))[0] is Match.FULL for route in routes)
    ]


def _asking(request: Request, method: str) -> Scope:
    """The scope of the same request by another method; HEAD is answered like GET."""
    return {**request.scope, "method": "GET" if method == "HEAD" else method}


async def _on_database_error(request: Request, error: Exception) -> Response:
    """A database that is busy or away is a pause; any other complaint of it is our mistake."""
    return problem_response(request.scope, as_service_error(error))


def response_to(scope: Scope, error: Exception) -> Response:
    """The answer to a request that failed outside of the framework, which would say the same."""
    if isinstance(error, ServiceError | OperationalError | PoolTimeoutError):
        return problem_response(scope, as_service_error(error))
    log.error("request_failed", request_id=scope["state"]["request_id"], exc_info=error)
    return problem_response(scope, InternalError())


async def _on_unexpected_error(request: Request, _: Exception) -> Response:
    """Tells nothing of it; it is raised on, to be logged."""
    return problem_response(request.scope, InternalError())


async def _on_validation_error(request: Request, error: Exception) -> Response:
    """Say where and why, and never echo what was sent: it may be large, or private."""
    assert isinstance(error, RequestValidationError)
    body_field = request.scope["route"].body_field
    body = body_field.field_info.annotation if body_field else None
    return problem_response(request.scope, _invalid(error, body))


def _invalid(error: RequestValidationError, body: Any) -> InvalidRequest:
    return InvalidRequest(faults=faults_of(map(_inside_body, error.errors()), body))


def as_service_error(error: Exception) -> ServiceError:
    """What an error that a request ended with is called here; others are raised on."""
    if isinstance(error, ServiceError):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid(error, None)
    if isinstance(error, HTTPException):
        kind = _OF_HTTP.get(error.status_code, MalformedRequest)
        return kind(error.detail if kind in (MalformedRequest, PayloadTooLarge) else "")
    if isinstance(error, OperationalError | PoolTimeoutError):
        log.error("database_unavailable", reason=type(error).__name__)
        return Unavailable()
    raise error


def _inside_body(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """FastAPI says that a fault is in the body; our pointers begin there."""
    path = error["loc"][1:] if error["loc"][:1] == ("body",) else error["loc"]
    return {**error, "loc": path}


def faults_of(errors: Iterable[Mapping[str, Any]], body: Any) -> tuple[Fault, ...]:
    """The first faults that pydantic found, as pointers into the body or as ``/query/name``."""
    return tuple(_fault(error, body) for error in islice(errors, MOST_FAULTS))


def _fault(error: Mapping[str, Any], body: Any) -> Fault:
    path = error["loc"]
    pointer = "".join(f"/{_escaped(part)}" for part in path)
    if error["type"] == "extra_forbidden":
        return unknown(UnknownField, pointer, str(path[-1]), _known_fields(body))
    return Fault(pointer, error["type"], error["msg"].removeprefix("Value error, "))


def unknown(error: type[ServiceError], pointer: str, name: str, known: Sequence[str]) -> Fault:
    """The fault of a name that nothing reads, with the nearest one that something does."""
    nearest = get_close_matches(name[:LONGEST_NAME], known, n=1)
    listed = f" Known: {', '.join(known)}." if known else ""
    hint = f" Did you mean `{nearest[0]}`?" if nearest else listed
    return Fault(pointer, error.code, f"Nothing reads this.{hint}")


def _escaped(part: object) -> str:
    """A reference token of a JSON pointer; names are cut, since a client may send any."""
    name = str(part)[:LONGEST_NAME].encode(errors="replace").decode()
    return name.replace("~", "~0").replace("/", "~1")


def _known_fields(body: Any) -> list[str]:
    """The names of all fields of a body's shape, inner shapes included."""
    names: dict[str, None] = {}
    waiting = [body]
    while waiting:
        shape = waiting.pop()
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            names |= dict.fromkeys(shape.model_fields)
            waiting += [field.annotation for field in shape.model_fields.values()]
        else:
            waiting += getattr(shape, "__args__", ())
    return list(names)
