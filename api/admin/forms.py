"""What a form sends."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from api.admin.sessions import CSRF_FIELD, form_of
from api.protocol_errors import MalformedRequest

Fields = Mapping[str, list[str]]


async def form_fields(request: Request) -> Fields:
    """The fields of a posted form that are text, each with all its values."""
    fields: dict[str, list[str]] = {}
    for name, value in (await form_of(request)).multi_items():
        if isinstance(value, str) and name != CSRF_FIELD:
            if "\0" in name + value:
                raise MalformedRequest("The form contains a NUL character.")
            fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return fields


async def form_files(request: Request) -> list[UploadFile]:
    """The files of a posted form that were chosen."""
    values = [value for _, value in (await form_of(request)).multi_items()]
    return [value for value in values if isinstance(value, UploadFile) and value.filename]


FormFields = Annotated[Fields, Depends(form_fields)]
FormFiles = Annotated[list[UploadFile], Depends(form_files)]


def text_of(fields: Fields, name: str) -> str:
    """The first value of a field, without space around it; empty without one."""
    return fields.get(name, [""])[0].strip()
