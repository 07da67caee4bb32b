"""Bring the questions of one file into the bank and publish them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from domain.differences import difference
from domain.errors import AmbiguousRevision
from domain.problems import Problem
from domain.questions import Draft, content_hash
from formats import Format
from models import Bank, Question
from operations.import_item import ImportItem
from operations.keep_pictures import keep_pictures
from operations.prepare_import import Prepared, prepare
from operations.publish_question import publish_question
from operations.read_draft import read_draft
from operations.require_pictures import lost_names
from operations.revise_question import revise_question
from operations.tell_likeness import tell_likeness

NOT_STORED = Problem(
    "not_stored",
    "The database refused the question.",
    "Load it again; if it stays refused, something else in the bank has its name.",
)


def import_questions(
    session: Session,
    *,
    source: str,
    data: bytes,
    form: Format,
    at: datetime,
    earlier: dict[str, str] | None = None,
) -> tuple[ImportItem, ...]:
    """Create or revise what the file holds; a question that says nothing new stays untouched.

    Safe to repeat. A question that fails leaves no trace and does not stop the others.
    ``earlier`` maps the names that this run has imported to their places, and is added to.
    """
    claims = {} if earlier is None else earlier
    read = tuple(prepare(source, BytesIO(data), form))
    Bank.take_turns(session)  # two imports at once must not both create one question
    items = [
        refusal(each, claims) or import_question(session, prepared=each, at=at, claims=claims)
        for each in telling_lost_pictures(session, read)
    ]
    return tell_likeness(session, items)


def telling_lost_pictures(session: Session, prepared: Sequence[Prepared]) -> Iterator[Prepared]:
    """The same, each with what is told of pictures that neither came along nor are here."""
    gone = lost_names(session, (name for one in prepared for name in one.wanted))
    for one in prepared:
        lost = tuple(problem for name, problem in one.wanted.items() if name in gone)
        yield replace(one, problems=(*one.problems, *lost)) if lost else one


def refusal(prepared: Prepared, claims: dict[str, str]) -> ImportItem | None:
    """Why the question fails whatever the bank holds, if it does; its names are claimed."""
    problems = prepared.problems
    if prepared.draft is not None:
        names = {"slug": prepared.draft.slug, "external_id": prepared.draft.external_id}
        taken = tuple(_claimed(names, prepared.place, claims))
        if prepared.fits and not taken:
            return None
        problems = (*problems, *taken)
    return ImportItem(prepared.source, prepared.slug, "failed", problems, losses=prepared.losses)


def import_question(
    session: Session,
    *,
    prepared: Prepared,
    at: datetime,
    claims: dict[str, str],
    dry_run: bool = False,
) -> ImportItem:
    """Create or revise one question that nothing refused, in a savepoint of its own.

    For a ``dry_run`` the caller takes everything back.
    """
    draft, source = prepared.draft, prepared.source
    assert draft is not None
    try:
        with session.begin_nested():
            keep_pictures(session, pictures=prepared.pictures, at=at, is_kept=not dry_run)
            item = _store(session, prepared, draft, at, claims)
    except AmbiguousRevision as error:
        item = ImportItem(source, draft.slug, "failed", tuple(_as_problems(error)))
    except (IntegrityError, DataError):
        item = ImportItem(source, draft.slug, "failed", (NOT_STORED,))
    problems = (*prepared.problems, *item.problems)
    return replace(item, problems=problems, losses=prepared.losses)


def _store(
    session: Session, prepared: Prepared, draft: Draft, at: datetime, claims: dict[str, str]
) -> ImportItem:
    source, question = prepared.source, _find(session, draft)
    if question is None:
        question = Question(slug=draft.slug, external_id=draft.external_id)
        session.add(question)
        version = revise_question(session, question=question, draft=draft, files=prepared.files)
        publish_question(session, version=version, at=at)
        return ImportItem(source, question.slug, "created")
    refused = (
        *_taken_slug(question, draft),
        *_claimed({"slug": question.slug}, prepared.place, claims),
    )
    if refused:
        return ImportItem(source, question.slug, "failed", refused)
    question.external_id = question.external_id or draft.external_id
    last = question.versions[-1]
    same = last.content_hash == content_hash(draft)
    if same and last.published_at is not None:
        return ImportItem(source, question.slug, "unchanged")
    changes = difference(read_draft(last), draft)
    if same:
        version = last
    else:
        version = revise_question(session, question=question, draft=draft, files=prepared.files)
    publish_question(session, version=version, at=at)
    return ImportItem(source, question.slug, "updated", changes=changes)


def _find(session: Session, draft: Draft) -> Question | None:
    """The question with the draft's external id, else the one with its slug."""
    if draft.external_id:
        by_external_id = select(Question).where(Question.external_id == draft.external_id)
        if found := session.scalar(by_external_id):
            return found
    return session.scalar(select(Question).where(Question.slug == draft.slug))


def _claimed(
    names: Mapping[str, str | None], place: str, claims: dict[str, str]
) -> Iterator[Problem]:
    """Two questions of one run with one name: the second must not overwrite the first."""
    for kind, name in names.items():
        first = claims.setdefault(f"{kind}: {name}", place) if name else place
        if first != place:
            yield Problem(
                f"duplicate_{kind}",
                f"The {kind} {name!r} belongs to {first} already.",
                f"Give one of the two another `{kind}:`.",
            )


def _taken_slug(question: Question, draft: Draft) -> Iterator[Problem]:
    """A question found by its slug that has another external id is another question."""
    if draft.external_id and question.external_id not in (None, draft.external_id):
        yield Problem(
            "taken_slug",
            f"The slug {question.slug!r} belongs to the question {question.external_id!r}.",
            "Give the file another `slug:`, or the external id of that question.",
        )


def _as_problems(error: AmbiguousRevision) -> Iterator[Problem]:
    for fault in error.faults:
        yield Problem(fault.code, f"{error} {fault.detail}", error.cure)
