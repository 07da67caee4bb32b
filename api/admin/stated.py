"""What forms state, as the shapes of the API read it."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError, model_validator

from api.errors import faults_of
from api.protocol_errors import InvalidRequest
from domain.errors import ServiceError

Shape = TypeVar("Shape", bound=BaseModel)


class AsForm(BaseModel):
    """What a shape of a query is mixed with to be read from a form: empty fields state nothing."""

    @model_validator(mode="before")
    @classmethod
    def _states_something(cls, said: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in said.items() if value not in ("", None)}


def read_as(shape: type[Shape], said: Mapping[str, Any]) -> Shape:
    """The shape with these values, read as strictly as JSON; :class:`InvalidRequest` tells why not.

    What is empty was not stated.
    """
    stated = {name: value for name, value in said.items() if value not in ("", None, [])}
    try:
        return shape.model_validate_json(json.dumps(stated))
    except ValidationError as error:
        raise InvalidRequest(faults=faults_of(error.errors(), shape)) from None


def whole(text: str) -> int | str:
    """The number that a field states; the text itself where it is none, for the shape to refuse."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else text


def utc(text: str) -> str:
    """The moment that a field for date and time states, which is meant in UTC."""
    return f"{text}Z" if text and not text.endswith("Z") else text


def faults_by_field(
    error: ServiceError, fields: Mapping[str, str], otherwise: str
) -> dict[str, str]:
    """What is wrong with each field; ``fields`` names it by the beginning of a fault's pointer."""
    found: dict[str, str] = {}
    for fault in error.faults:
        begins = (name for at, name in fields.items() if fault.pointer.startswith(at))
        found.setdefault(next(begins, otherwise), fault.detail)
    return found or {otherwise: str(error)}
