"""Published questions as files of other systems, and what these files cannot say."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Annotated, BinaryIO, TypedDict, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from api.dependencies import BankReader, ReadSession
from api.documentation import problems
from api.requests import StrictRoute
from api.responses import PRIVATE
from api.schemas.exports import ExportedOut, ExportQuery, LossReportOut
from formats import FORMATS, WrittenFormat
from operations.export_questions import export_questions, is_packed

PATH = "/v1/bank/exports"
IN_MEMORY = 8 * 1024 * 1024  # bytes of a file; a larger one goes through a temporary file
CHUNK = 64 * 1024

router = APIRouter(prefix=PATH, tags=["exports"], route_class=StrictRoute)
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_WRITTEN = {one.media_type.partition(";")[0] for one in FORMATS.values() if one.is_written}
_MEDIA_TYPES = sorted(_WRITTEN | {"application/zip"})


class Chosen(TypedDict):
    """Which questions."""

    tags: list[str]
    slugs: list[str]


Asked = Annotated[ExportQuery, Query()]


@router.get(
    "/{format}",
    operation_id="export_questions",
    summary="Write published questions as a file",
    response_class=Response,
    responses={
        200: {
            "description": "The file. `Link` names the report of what it leaves out.",
            "content": dict.fromkeys(_MEDIA_TYPES, _BYTES),
        },
        **problems(401, 403, 404, 422),
    },
)
def export(
    session: ReadSession, _: BankReader, format: WrittenFormat, query: Asked
) -> StreamingResponse:
    """One file where the format allows it, else a zip with a file for each question."""
    form, out = FORMATS[format], _file()
    chosen = Chosen(tags=query.tag, slugs=query.slug)
    packed = is_packed(session, form, **chosen)
    with _closed_after_failure(out):
        deque(export_questions(session, form=form, out=out, packed=packed, **chosen), 0)
    name = f"questions{'.zip' if packed else form.suffixes[0]}"
    report = f"{PATH}/{format}/losses"
    if asked := urlencode(query.model_dump(), doseq=True):
        report = f"{report}?{asked}"
    headers = {
        "Cache-Control": PRIVATE,
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(out.tell()),
        "Link": f'<{report}>; rel="describedby"',
    }
    media_type = "application/zip" if packed else form.media_type
    return StreamingResponse(_chunks(out), headers=headers, media_type=media_type)


@router.get(
    "/{format}/losses",
    operation_id="read_export_losses",
    summary="Tell what an export leaves out",
    response_model=LossReportOut,
    responses=problems(401, 403, 404, 422),
)
def report_losses(
    session: ReadSession, _: BankReader, format: WrittenFormat, query: Asked, response: Response
) -> LossReportOut:
    """For each question of the export that the format cannot say wholly, what is missing."""
    response.headers["Cache-Control"] = PRIVATE
    form, chosen = FORMATS[format], Chosen(tags=query.tag, slugs=query.slug)
    packed = is_packed(session, form, **chosen)
    with _file() as out:
        written = list(export_questions(session, form=form, out=out, packed=packed, **chosen))
    exported = sum(one.is_in for one in written)
    return LossReportOut(
        format=format,
        exported=exported,
        left_out=len(written) - exported,
        items=[ExportedOut(**one.as_document()) for one in written if one.losses],
    )


def _file() -> BinaryIO:
    return cast(BinaryIO, SpooledTemporaryFile(IN_MEMORY))


@contextmanager
def _closed_after_failure(file: BinaryIO) -> Iterator[None]:
    try:
        yield
    except BaseException:
        file.close()
        raise


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk
