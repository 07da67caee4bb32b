"""Wire shapes of imports."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Incoming, Outgoing
from formats import FormatName
from models import ImportJob
from operations.report_import import report_import
from operations.run_import_job import read_part

FileName = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class ImportQuery(Incoming):
    """How to import, in the address."""

    format: FormatName = Field("auto", description="The format of all files; `auto` finds out.")
    dry_run: bool = Field(False, strict=False, description="Say what would happen; write nothing.")
    filename: FileName | None = Field(
        None, description="The name of a single file, which names its question.", examples=["a.qmd"]
    )


class FindingOut(Outgoing):
    """What is wrong with a file; `line` and `column` count from 1 where there is a place."""

    line: int | None
    column: int | None
    code: str
    message: str
    hint: str
    severity: Literal["error", "warning"]


class LossOut(Outgoing):
    """What a format could not carry: where it stood, what it was, what there is instead."""

    path: str
    code: str
    what: str
    instead: str


class ImportItemOut(Outgoing):
    """What became of one question. `changes` are lines of a difference to what was there.

    `losses` are what the file said and the bank does not.
    """

    source: str
    slug: str | None
    outcome: Literal["created", "updated", "unchanged", "failed"]
    problems: list[FindingOut]
    changes: list[str]
    losses: list[LossOut]


class ImportReportOut(Outgoing):
    """How many questions had each outcome, and all of them."""

    created: int
    updated: int
    unchanged: int
    failed: int
    items: list[ImportItemOut]


class ProgressOut(Outgoing):
    """How many files are done, of how many."""

    done: int
    total: int


class ImportJobOut(Outgoing):
    """An import in the background; the report comes when it is done."""

    id: UUID
    state: Literal["waiting", "running", "done", "failed"]
    progress: ProgressOut
    report: ImportReportOut | None

    @classmethod
    def of(cls, job: ImportJob) -> Self:
        """The job as it stands."""
        done = job.state == "done"
        items = (item for part in job.parts for item in read_part(part).items)
        said: dict[str, Any] = report_import(items) if done else {}
        return cls(
            id=job.id,
            state=job.state,
            progress=ProgressOut(done=sum(part.files for part in job.parts), total=job.total),
            report=ImportReportOut(**said) if done else None,
        )
