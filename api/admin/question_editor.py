"""Writing questions: one form for all kinds, a preview beside it, and saving that loses nothing."""

from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request, Response

from api.admin.forms import Fields, FormFields, text_of
from api.admin.pages import admin_page, go_to
from api.admin.question_checks import preview_of, problems_of, told_at
from api.admin.question_fields import fields_of
from api.admin.question_forms import (
    QuestionForm,
    blank_form,
    rules_for,
    with_ids_by_text,
    with_rows_changed,
)
from api.admin.question_reading import Reading, draft_in, read_form
from api.admin.question_views import QuestionView, spell
from api.admin.questions import LIST, NEW, address, etag_of
from api.admin.routes import admin_router
from api.admin.sessions import Author
from api.bank import QuestionName
from api.bank_writing import write_question
from api.dependencies import AppDatabase, ReadSession
from api.protocol_errors import AlreadyExists, Stale
from api.schemas.bank import BankQuestionOut
from domain.access import Caller
from domain.errors import (
    AmbiguousRevision,
    ExternalIdTaken,
    Fault,
    Invalid,
    InvalidDraft,
    ServiceError,
)
from domain.questions import KINDS, RELEASES
from domain.revisions import compare
from models import Database, QuestionVersion
from operations.find_version import find_newest
from operations.read_draft import read_draft

PREVIEW = "preview"
SAVE = "save"

router = admin_router("/questions")


@dataclass(frozen=True)
class Desk:
    """What lies on an author's desk: the form, and the question it will be written over.

    ``newest`` is the present version, ``None`` for a new question. ``etag`` names the state that
    the form was begun from, ``focus`` the field to go on with.
    """

    fields: Fields
    newest: QuestionVersion | None
    etag: str = ""
    focus: str = ""
    problem: ServiceError | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def slug(self) -> str:
        """The slug of the question, as it is or as it is typed."""
        return self.newest.question.slug if self.newest else text_of(self.fields, "slug")

    @property
    def reading(self) -> Reading:
        """The form, read as it would be for saving."""
        form = QuestionForm(self.fields)
        return read_form(form, states_ids=self.newest is not None and _is_unseen(self.newest))


@router.get("/new")
def begin(request: Request, _: Author) -> Response:
    """The form of a new question."""
    return _page(request, Desk(blank_form(), None))


@router.get("/{name}/edit")
def edit(request: Request, session: ReadSession, _: Author, name: QuestionName) -> Response:
    """The form of what a question says now."""
    newest = find_newest(session, name)
    content = BankQuestionOut.of(newest)
    return _page(request, Desk(fields_of(content), newest, etag_of(content)))


@router.post("/preview")
def preview(request: Request, session: ReadSession, _: Author, fields: FormFields) -> Response:
    """The preview of what is typed, and what is told at each field of it, for htmx."""
    return admin_page(
        request, "admin/questions/_preview.html", _previewed(Desk(fields, None)) | {"is_part": True}
    )


@router.post("/new")
def create(request: Request, database: AppDatabase, caller: Author, fields: FormFields) -> Response:
    """Save a new question, or change the rows of its form."""
    desk = Desk(fields, None)
    wish = text_of(fields, "do") or SAVE
    return _save(request, database, caller, desk) if wish == SAVE else _changed(request, desk, wish)


@router.post("/{name}/edit")
def write(
    request: Request, database: AppDatabase, caller: Author, name: QuestionName, fields: FormFields
) -> Response:
    """Save the draft of the next version, or change the rows of its form."""
    with database.read() as session:
        desk = Desk(fields, find_newest(session, name), text_of(fields, "etag"))
        wish = text_of(fields, "do") or SAVE
        if wish != SAVE:
            return _changed(request, desk, wish)
    return _save(request, database, caller, desk)


def _changed(request: Request, desk: Desk, wish: str) -> Response:
    """The form after a wish that is not to save it."""
    if wish == PREVIEW:
        return _page(request, desk)
    fields, focus = with_rows_changed(desk.fields, wish)
    return _page(request, replace(desk, fields=fields, focus=focus))


def _save(request: Request, database: Database, caller: Caller, desk: Desk) -> Response:
    """Write the draft and go to its page; or the form as it was typed, with what forbids it."""
    reading = desk.reading
    try:
        if reading.faults:
            raise InvalidDraft(faults=tuple(reading.faults))
        content, _ = write_question(
            database,
            desk.slug,
            draft_in(reading.document),
            caller,
            if_match=None if desk.newest is None else desk.etag or '"none"',
            if_none_match="*" if desk.newest is None else None,
        )
    except (Invalid, AmbiguousRevision, ExternalIdTaken, AlreadyExists, Stale) as problem:
        return _refused(request, database, desk, problem)
    name = content.id if content.slug == NEW else content.slug
    blocks = sum(one.severity == "error" for one in content.problems)
    left = f" Before it can be published, {blocks} things are to be mended." if blocks > 1 else ""
    left = " Before it can be published, one thing is to be mended." if blocks == 1 else left
    return go_to(f"{LIST}/{name}", f"Saved as version {content.version}.{left}")


def _refused(request: Request, database: Database, desk: Desk, problem: ServiceError) -> Response:
    """The form as it was typed, beside what is there by now."""
    faults = problem.faults
    if isinstance(problem, ExternalIdTaken):
        faults = (Fault("/external_id", problem.code, str(problem)),)
    if isinstance(problem, AlreadyExists):
        faults = (Fault("/path/name", problem.code, "Another question has this slug."),)
    desk = replace(desk, problem=problem, faults=faults)
    if desk.newest is None:
        return _page(request, desk)
    with database.read() as session:
        desk = replace(desk, newest=find_newest(session, str(desk.newest.question_id)))
        if isinstance(problem, AmbiguousRevision):
            desk = _asking(desk)
        return _page(request, desk)


def _asking(desk: Desk) -> Desk:
    """The desk with a question at each option of which it is unclear which old one it is."""
    assert desk.newest is not None
    rows = desk.reading.rows
    asked = [rows[int(fault.pointer.split("/")[2])].row for fault in desk.faults]
    old = {row.option_id: row.text for row in desk.newest.options}
    return replace(desk, fields=with_ids_by_text(desk.fields, old, asked))


def _page(request: Request, desk: Desk) -> Response:
    newest = desk.newest
    is_stale = isinstance(desk.problem, Stale)
    form = QuestionForm(desk.fields)
    context: dict[str, Any] = {
        **_previewed(desk, is_fresh=not desk.fields.get("title")),
        "form": form,
        "question": newest.question if newest else None,
        "here": address(newest.question) if newest else LIST,
        "action": address(newest.question, "/edit") if newest else f"{LIST}/{NEW}",
        "etag": etag_of(BankQuestionOut.of(newest)) if newest and is_stale else desk.etag,
        "newest": newest,
        "is_stale": is_stale,
        "revision": _revision(desk) if is_stale else None,
        "focus": desk.focus,
        "rules": rules_for(form.kind),
        "choices_of": {"kind": KINDS, "release": RELEASES},
        "old_options": {row.option_id: row.text for row in newest.options} if newest else {},
    }
    return admin_page(request, "admin/questions/edit.html", context, problem=desk.problem)


def _previewed(desk: Desk, *, is_fresh: bool = False) -> dict[str, Any]:
    """What the preview shows, and what is told at the fields."""
    reading = read_form(QuestionForm(desk.fields), states_ids=True)
    draft, unread = preview_of(reading, desk.slug)
    faults = tuple(dict.fromkeys((*desk.faults, *unread)))
    reading.fields["/path/name"] = "slug"
    problems = problems_of(draft) if not is_fresh else ()
    return {
        "view": QuestionView.of(draft),
        "told_at": told_at(reading, faults, problems),
        "slots": sorted({*reading.fields.values()} - {""}),
        "faults": faults,
        "is_fresh": is_fresh,
        "problems": problems,
        "with_key": "show_key" in desk.fields,
        "spell": spell,
        "is_part": False,
    }


def _revision(desk: Desk) -> Any:
    """What differs between the present version and what was typed over another one."""
    assert desk.newest is not None
    reading = read_form(QuestionForm(desk.fields), states_ids=True)
    mine, _ = preview_of(reading, desk.slug)
    return compare(read_draft(desk.newest), mine)


def _is_unseen(newest: QuestionVersion) -> bool:
    """Whether learners never saw the question: then no answer depends on the ids of its options."""
    return all(version.published_at is None for version in newest.question.versions)
