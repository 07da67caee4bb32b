"""A file as the body of a request."""

from collections.abc import Awaitable, Callable, Collection
from email.message import Message
from pathlib import PurePath
from typing import NamedTuple

from fastapi import Request

from api.dependencies import Author
from api.protocol_errors import UnsupportedMediaType


class Upload(NamedTuple):
    """A body as it came, and the name that its sender gave it, without folders; may be empty."""

    data: bytes
    file: str


def upload_of(what: str, types: Collection[str]) -> Callable[..., Awaitable[Upload]]:
    """A dependency: the body of a caller who may write, not read before that is known.

    Another content type than these, or an encoding, is :class:`UnsupportedMediaType`, which calls
    the file ``what``. The query may name the file, else ``Content-Disposition`` does.
    """

    async def read_upload(request: Request, _: Author) -> Upload:
        headers = request.headers
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in types or headers.get("content-encoding", "identity") != "identity":
            raise UnsupportedMediaType(f"{what} is read as it is, as {' or '.join(types)}.")
        header = Message()
        header["Content-Disposition"] = headers.get("content-disposition", "")
        stated = request.query_params.get("filename") or header.get_filename() or ""
        return Upload(await request.body(), PurePath(stated).name)

    return read_upload
