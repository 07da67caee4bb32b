"""Bring the questions of one file into the bank and publish them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.completeness import advice, completeness
from domain.differences import difference
from domain.errors import AmbiguousRevision
from domain.problems import Problem
from domain.questions import Draft, content_hash, is_slug, slug_from
from formats import Format, Parsed
from models import Bank, Question
from operations.publish_question import publish_question
from operations.read_draft import read_draft
from operations.revise_question import revise_question

Outcome = Literal["created", "updated", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class ImportItem:
    """What became of one question of a file. ``changes`` are lines of a difference."""

    source: str
    slug: str | None
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    changes: tuple[str, ...] = ()


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
    found = form.parse(data)
    places = (
        [source] if len(found) == 1 else [f"{source}, question {n + 1}" for n in range(len(found))]
    )
    Bank.take_turns(session)  # two imports at once must not both create one question
    return tuple(
        _import(session, source, place, each, at, claims)
        for place, each in zip(places, found, strict=True)
    )


def _import(
    session: Session, source: str, place: str, found: Parsed, at: datetime, claims: dict[str, str]
) -> ImportItem:
    if found.draft is None:
        return ImportItem(source, None, "failed", found.problems)
    draft = replace(found.draft, slug=found.draft.slug or _slug_of(source, found.draft))
    problems = (*completeness(draft), *_claimed(draft, place, claims))
    if problems:
        return ImportItem(source, draft.slug, "failed", (*found.problems, *problems))
    warnings = (*found.problems, *advice(draft))
    try:
        with session.begin_nested():
            item = _store(session, source, draft, at)
    except AmbiguousRevision as error:
        return ImportItem(source, draft.slug, "failed", (*warnings, *_as_problems(error)))
    return replace(item, problems=(*warnings, *item.problems))


def _store(session: Session, source: str, draft: Draft, at: datetime) -> ImportItem:
    question = _find(session, draft)
    if question is None:
        question = Question(slug=draft.slug, external_id=draft.external_id)
        session.add(question)
        version = revise_question(session, question=question, draft=draft)
        publish_question(session, version=version, at=at)
        return ImportItem(source, question.slug, "created")
    if taken := _taken_slug(question, draft):
        return ImportItem(source, question.slug, "failed", (taken,))
    question.external_id = question.external_id or draft.external_id
    last = question.versions[-1]
    same = last.content_hash == content_hash(draft)
    if same and last.published_at is not None:
        return ImportItem(source, question.slug, "unchanged")
    changes = difference(read_draft(last), draft)
    version = last if same else revise_question(session, question=question, draft=draft)
    publish_question(session, version=version, at=at)
    return ImportItem(source, question.slug, "updated", changes=changes)


def _find(session: Session, draft: Draft) -> Question | None:
    """The question with the draft's external id, else the one with its slug."""
    if draft.external_id:
        by_external_id = select(Question).where(Question.external_id == draft.external_id)
        if found := session.scalar(by_external_id):
            return found
    return session.scalar(select(Question).where(Question.slug == draft.slug))


def _slug_of(source: str, draft: Draft) -> str:
    """A slug from the file's name; from its folder's where the name says nothing."""
    path = PurePath(source)
    names = [path.parent.name, draft.title] if path.stem in {"index", "_index"} else [path.stem]
    slugs = (slug_from(name) for name in (*names, draft.title))
    return next(filter(is_slug, slugs), f"question-{content_hash(draft)[:8]}")


def _claimed(draft: Draft, place: str, claims: dict[str, str]) -> Iterator[Problem]:
    """Two questions of one run with one name: the second must not overwrite the first."""
    for kind, name in (("slug", draft.slug), ("external_id", draft.external_id)):
        first = claims.setdefault(f"{kind}: {name}", place) if name else place
        if first != place:
            yield Problem(
                f"duplicate_{kind}",
                f"The {kind} {name!r} belongs to {first} already.",
                f"Give one of the two another `{kind}:`.",
            )


def _taken_slug(question: Question, draft: Draft) -> Problem | None:
    """A question found by its slug that has another external id is another question."""
    if not draft.external_id or question.external_id in (None, draft.external_id):
        return None
    return Problem(
        "taken_slug",
        f"The slug {question.slug!r} belongs to the question {question.external_id!r}.",
        "Give the file another `slug:`, or the external id of that question.",
    )


def _as_problems(error: AmbiguousRevision) -> Iterator[Problem]:
    for fault in error.faults:
        yield Problem(fault.code, f"{error} {fault.detail}", error.cure)
