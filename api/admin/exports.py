"""Exports: which questions, what their file would leave out, and the file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple, get_args
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from api import exports
from api.admin.format_titles import titled
from api.admin.pages import admin_page
from api.admin.routes import admin_router
from api.admin.sessions import Reader
from api.dependencies import ReadSession
from api.errors import as_service_error
from api.exports import Asked
from api.schemas.exports import ExportedOut, ExportQuery, LossReportOut
from api.schemas.imports import LossOut
from domain.errors import QuestionNotFound
from formats import WrittenFormat

PATH = "/admin/exports"
MOST_EXAMPLES = 3  # of a kind of loss
LONGEST_NAMES = 50_000  # characters

router = admin_router("/exports")


class Example(NamedTuple):
    """One loss, and of which question."""

    slug: str
    loss: LossOut


class LossGroup(NamedTuple):
    """All losses of a kind: of how many questions, and the first of them."""

    code: str
    questions: int
    examples: Sequence[Example]


Names = Annotated[str, Query(max_length=LONGEST_NAMES)]


@router.get("")
def choose(
    request: Request,
    session: ReadSession,
    caller: Reader,
    response: Response,
    format: WrittenFormat | None = None,
    tag: Names = "",
    slug: Names = "",
) -> Response:
    """The form that asks what to export, and below it what the file would leave out."""
    context: dict[str, Any] = {"formats": titled(get_args(WrittenFormat)), "format": format}
    context |= {"tag": tag, "slug": slug, "report": None}
    problem = None
    if format is not None:
        try:
            query = _query(tag, slug)
            report = exports.report_losses(session, caller, format, query, response)
            context |= _told(format, query, report)
        except (QuestionNotFound, RequestValidationError) as error:
            problem = as_service_error(error)
    return admin_page(request, "admin/exports.html", context, problem=problem)


@router.get("/{format}")
def download(
    session: ReadSession, caller: Reader, format: WrittenFormat, query: Asked
) -> StreamingResponse:
    """The file."""
    return exports.export(session, caller, format, query)


@router.get("/{format}/losses")
def read_losses(
    session: ReadSession, caller: Reader, format: WrittenFormat, query: Asked, response: Response
) -> LossReportOut:
    """All that the file leaves out, as JSON."""
    return exports.report_losses(session, caller, format, query, response)


def _query(tag: str, slug: str) -> ExportQuery:
    """What was written into the form: tags divided by commas, names also by blanks."""
    tags = [part.strip() for part in re.split(r"[,\n]", tag) if part.strip()]
    slugs = [part for part in re.split(r"[,\s]+", slug) if part]
    try:
        return ExportQuery(tag=tags, slug=slugs)
    except ValidationError as error:
        faults = [{**one, "loc": ("query", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(faults) from None


def _told(format: str, query: ExportQuery, report: LossReportOut) -> Mapping[str, Any]:
    asked = urlencode(query.model_dump(), doseq=True)
    return {
        "report": report,
        "left_out": [item for item in report.items if not item.is_in],
        "groups": list(_groups([item for item in report.items if item.is_in])),
        "address": f"{PATH}/{format}",
        "asked": f"?{asked}" if asked else "",
    }


def _groups(items: Sequence[ExportedOut]) -> Iterator[LossGroup]:
    """The losses by their kinds, those of the most questions first."""
    found: dict[str, list[Example]] = {}
    for item in items:
        for loss in item.losses:
            found.setdefault(loss.code, []).append(Example(item.slug, loss))
    groups = (
        LossGroup(code, len({one.slug for one in all_}), all_[:MOST_EXAMPLES])
        for code, all_ in found.items()
    )
    return iter(sorted(groups, key=lambda group: (-group.questions, group.code)))
