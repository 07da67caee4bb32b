"""Routes that read requests strictly: their query, their media type and their JSON."""

import json
import math
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping
from itertools import islice
from typing import Any, NoReturn

from fastapi import Request, Response, params
from fastapi._compat import field_annotation_is_sequence
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.errors import LONGEST_NAME, MOST_FAULTS, unknown
from api.protocol_errors import InvalidRequest, UnknownParameter, UnsupportedMediaType
from domain.errors import Fault

JSON = "application/json"
DEEPEST = 64
LONGEST_INTEGER = 100  # digits


class UnreadableJson(HTTPException):
    """The body is not JSON that this service takes. FastAPI lets only its own kind pass."""

    def __init__(self, why: str) -> None:
        super().__init__(400, why)


def read_json(body: bytes) -> Any:
    """Decode strict JSON, or raise :class:`UnreadableJson`.

    Refused beyond RFC 8259: NaN and infinities, also as 1e999; integers of over 100 digits; a
    name twice in one object; nesting over ``DEEPEST``. What JSON allows and the engines cannot
    hold is refused field by field: see ``Incoming``.
    """
    try:
        text = body.decode()
        value = _DECODER.decode(text)
    except UnicodeDecodeError:
        raise UnreadableJson("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise UnreadableJson(f"The body is not JSON: {error.msg} at {where}.") from None
    except RecursionError:
        raise UnreadableJson("The body is nested too deeply.") from None
    if text.count("[") + text.count("{") > DEEPEST and _is_deeper(value, DEEPEST):
        raise UnreadableJson("The body is nested too deeply.")
    return value


def _no_constant(name: str) -> NoReturn:
    raise UnreadableJson(f"{name} is not a JSON number.")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise UnreadableJson("A number is too large.")
    return number


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_INTEGER:
        raise UnreadableJson("A number is too large.")
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise UnreadableJson("An object has the same name twice.")
    return made


_DECODER = json.JSONDecoder(
    parse_constant=_no_constant,
    parse_float=_finite,
    parse_int=_integer,
    object_pairs_hook=_object,
)


def _is_deeper(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return False
    return levels == 0 or any(_is_deeper(part, levels - 1) for part in inner)


class _StrictRequest(Request):
    async def json(self) -> Any:
        return read_json(await self.body())


class StrictRoute(APIRoute):
    """A route that refuses unknown query parameters, other media types and loose JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler that FastAPI makes, behind these checks."""
        handler = super().get_route_handler()
        parameters = dict(_query_parameters(self))
        body = self.body_field
        media_type = getattr(body.field_info, "media_type", JSON) if body else None
        may_be_empty = body is not None and not body.field_info.is_required()

        async def strict(request: Request) -> Response:
            _check_parameters(request, parameters)
            if media_type and not (may_be_empty and _is_empty(request)):
                _check_media_type(request, media_type)
            return await handler(_StrictRequest(request.scope, request.receive))

        return strict


def _query_parameters(route: APIRoute) -> Iterable[tuple[str, bool]]:
    """The parameters a route reads from its query, those inside of models included.

    Of each whether it may come more than once.
    """
    elsewhere = (params.Path, params.Header, params.Cookie)
    return (
        (field.alias, field_annotation_is_sequence(field.field_info.annotation))
        for field in get_flat_params(route.dependant)
        if not isinstance(field.field_info, elsewhere)
    )


def _check_parameters(request: Request, known: Mapping[str, bool]) -> None:
    """``known`` tells of each name whether it may come more than once."""
    strange = (name for name in request.query_params if name not in known)
    faults = tuple(
        unknown(UnknownParameter, f"/query/{name[:LONGEST_NAME]}", name, [*known])
        for name in islice(strange, MOST_FAULTS)
    )
    if faults:
        raise UnknownParameter(faults=faults)
    stated = Counter(name for name, _ in request.query_params.multi_items())
    if faults := tuple(
        Fault(f"/query/{name}", "repeated_parameter", "Give it once.")
        for name, times in stated.items()
        if times > 1 and not known[name]
    ):
        raise InvalidRequest(faults=faults)


def _is_empty(request: Request) -> bool:
    """Whether no body comes with the request."""
    stated = request.headers.get("content-length", "0")
    return stated == "0" and "transfer-encoding" not in request.headers


def _check_media_type(request: Request, expected: str) -> None:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMediaType("The body came compressed; it is read as it is.")
    stated = request.headers.get("content-type", "")
    kind, _, parameters = stated.partition(";")
    if kind.strip().lower() != expected:
        raise UnsupportedMediaType(
            f"The body came as {stated[:100] or 'no type at all'}; {expected} is read here."
        )
    charset = parameters.lower().replace(" ", "").replace('"', "").partition("charset=")[2]
    if charset not in {"", "utf-8", "utf8"}:
        raise UnsupportedMediaType("JSON is UTF-8; another charset is stated.")
