"""A bank full of secrets: published, planned, in review, retired, translated, regraded."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.known_keys import caller_of
from domain.access import Caller, Role
from domain.pictures import Picture
from domain.questions import Draft, Release
from formats.pictures import read_picture
from models import (
    ApiKey,
    Database,
    IdempotencyRecord,
    ImportJob,
    ImportPart,
    ItemTally,
    Question,
    QuestionVersion,
    VersionMedia,
    now,
)
from operations.grade_answer import Answer
from operations.issue_key import issue_key
from operations.keep_pictures import keep_pictures
from operations.record_audit import record_audit
from operations.sign_in import sign_in
from operations.submit_answer import submit_answer
from tests.factories import Bank
from tests.pictures import png
from tests.torture.leaks.canaries import Canaries
from tests.torture.leaks.contents import answers_to, content, contents, slug_of

DAWN = datetime(2026, 1, 1, tzinfo=UTC)
# Those that have a second version, and the draft of a third.
CHOSEN: Mapping[Release, tuple[str, ...]] = {
    "never": ("multiple_response", "ordering"),
    "after_submission": ("multiple_response", "cloze"),
}
Json = dict[str, Any]


@dataclass
class Filled:
    """What is in such a bank, as far as who asks it has to know."""

    canaries: Canaries
    drafts: dict[str, Draft] = field(default_factory=dict)  # published ones, by slug
    answers: dict[str, list[Json]] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)  # slugs of which learners may not know
    submissions: dict[str, str] = field(default_factory=dict)  # of the integration: id to slug
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)  # of what else addresses may name
    at: datetime = DAWN  # when it was full


def fill(database: Database) -> Filled:
    """Put everything into an empty bank."""
    bank, filled = Bank(database), Filled(Canaries())
    _issue_keys(database, filled)
    for draft in contents(filled.canaries):
        _publish(bank, filled, draft)
    _publish_again(bank, filled)
    _translate(bank, filled)
    _hide(bank, filled)
    database.write(lambda session: _answer_each(session, bank, filled))
    _regrade(bank, filled)
    database.write(lambda session: _work(session, filled))
    database.write(lambda session: _know_tokens(session, filled))
    filled.at = now()
    return filled


def _issue_keys(database: Database, filled: Filled) -> None:
    roles: tuple[Role, ...] = ("publishable", "integration", "author", "admin")
    for role in roles:
        name = filled.canaries.text("name of a key", "")
        row, token = database.write(partial(issue_key, name=name, role=role))
        filled.headers[role] = {"Authorization": f"Bearer {token}"}
        filled.ids[role], filled.ids[f"public {role}"] = str(row.id), row.public_part


def _publish(bank: Bank, filled: Filled, draft: Draft, minutes: int = 0) -> None:
    assert draft.slug is not None
    version = bank.publish(draft, at=DAWN + timedelta(minutes=minutes or len(filled.drafts)))
    filled.drafts[draft.slug] = draft
    filled.answers[draft.slug] = answers_to(draft, version.option_ids)
    filled.ids[f"question {draft.slug}"] = str(version.question_id)


def _publish_again(bank: Bank, filled: Filled) -> None:
    """Second versions with other words, and drafts of third ones."""
    canaries = filled.canaries
    for release, kinds in CHOSEN.items():
        for kind in kinds:
            again = content(canaries, kind, release)
            _publish(bank, filled, replace(again, title=f"{again.title}, again"), 600)
            secret = content(canaries, kind, release)
            slug = slug_of(kind, release)
            title, tag = canaries.text("draft", slug), canaries.word("draft", slug)
            prompt = f"{canaries.text('draft', slug)} [[rate]] [[noun]] [[verb]]"
            bank.revise(replace(secret, title=title, prompt=prompt, tags=(tag,)))


def _translate(bank: Bank, filled: Filled) -> None:
    """Shown translations of some, one that is being written, and one that was withdrawn."""
    for kind, release in (
        ("single_choice", "score_only"),
        ("true_false", "after_submission"),
        ("true_false", "never"),
    ):
        slug = slug_of(kind, release)
        draft, ids = filled.drafts[slug], [one["selected"][0] for one in filled.answers[slug][1:]]
        bank.translate("de", slug, **_secret_words(filled.canaries, draft, ids))
        words = {name: filled.canaries.text("draft", slug) for name in ("title", "prompt")}
        bank.translate(
            "fr", slug, publish=False, **words, **_secret_words(filled.canaries, draft, ids)
        )
    bank.translate("it", slug_of("true_false", "never"))
    bank.withdraw("it", slug_of("true_false", "never"))


def _secret_words(canaries: Canaries, draft: Draft, ids: list[str]) -> Json:
    slug = draft.slug or ""
    return {
        "explanation": canaries.text("explanation", slug),
        "feedback": {id_: canaries.text("feedback", slug) for id_ in ids},
        "hints": [canaries.text(f"hint {level}", slug) for level in (1, 2)],
        "combinations": [canaries.text("combination", slug) for _ in draft.combinations],
    }


def _hide(bank: Bank, filled: Filled) -> None:
    """Questions that learners may not know of: a draft, one in review, one planned, and others."""
    for state in ("draft", "in-review", "planned", "retired", "deleted"):
        slug = filled.canaries.word("slug", "")
        filled.hidden.append(slug)
        secret = content(filled.canaries, "single_choice", "after_submission", slug)
        options = tuple(
            replace(one, text=filled.canaries.text("draft", slug)) for one in secret.options
        )
        secret = replace(secret, title=filled.canaries.text("draft", slug), options=options,
                         prompt=filled.canaries.text("draft", slug),
                         external_id=filled.canaries.word("draft", slug))  # fmt: skip
        version = bank.publish(secret) if state == "retired" else bank.revise(secret)
        filled.ids[f"question {state}"] = str(version.question_id)
        if state == "retired":
            bank.retire(slug)
        bank.database.write(partial(_mark, state=state, slug=slug))


def _mark(session: Session, state: str, slug: str) -> None:
    question = session.scalars(select(Question).where(Question.slug == slug)).one()
    version, at = question.versions[-1], now()
    if state == "in-review":
        version.in_review_at, version.in_review_by = at, "a reviewer"
    elif state == "planned":
        version.publish_at, version.publish_by = at + timedelta(days=1), "an editor"
    elif state == "deleted":
        question.deleted_at, question.deleted_by = at, "an admin"


def _answer_each(session: Session, bank: Bank, filled: Filled) -> None:
    """The integration has sent an answer to each, for a learner."""
    key = session.get_one(ApiKey, UUID(filled.ids["integration"]))
    for slug, bodies in filled.answers.items():
        said = bodies[-1]
        selected = tuple(said["selected"]) if "selected" in said else None
        answer = Answer(selected, said.get("response"), "learner 0", duration_ms=5)
        stored = submit_answer(
            session, question=slug, answer=answer, caller=caller_of(key), at=now(),
            versions=bank.versions,
        )  # fmt: skip
        filled.submissions[str(stored.submission.id)] = slug


def _regrade(bank: Bank, filled: Filled) -> None:
    for release in ("never", "score_only"):
        slug = slug_of("single_choice", release)
        reason = filled.canaries.text("reason of a regrade", slug)
        run = bank.regrade(question=slug, reason=reason)
        filled.ids[f"regrade {release}"] = str(run.id)


def _work(session: Session, filled: Filled) -> None:
    """What authors have done: imported, kept a picture, signed in, looked at statistics."""
    text, at = filled.canaries.text, now()
    job = ImportJob(caller=filled.ids["author"], name=text("upload", ""), format="jsonl",
                    dry_run=True, total=1, data=text("upload", "").encode(), finished_at=at,
                    failure=text("upload", ""))  # fmt: skip
    told = [{"source": text("upload", ""), "problems": [{"message": text("upload", "")}]}]
    counts = dict.fromkeys(("created", "updated", "unchanged", "noted"), 0)
    job.parts = [ImportPart(first=0, files=1, items=told, failed=1, **counts)]
    session.add(job)
    session.add(
        IdempotencyRecord(caller=filled.ids["author"], route="import_questions", key="k",
                          request_hash="h" * 64, body=text("kept answer", ""))
    )  # fmt: skip
    session.flush()
    filled.ids["import"] = str(job.id)
    _keep_picture(session, filled, at)
    admin = session.get_one(ApiKey, UUID(filled.ids["admin"]))
    sign_in(session, key=admin, caller=caller_of(admin), at=at)
    actor = Caller(filled.ids["admin"], frozenset(), text("audit", ""))
    record_audit(
        session, actor=actor, action="question.published", subject_type="question",
        subject_id=text("audit", ""), detail={"slug": text("audit", "")}, at=at,
    )  # fmt: skip
    version = session.scalars(select(QuestionVersion.id).limit(1)).one()
    session.add(ItemTally(version_id=version, answers=1, regraded=0, until=at,
                          document={"told": text("statistics", "")}))  # fmt: skip


def _keep_picture(session: Session, filled: Filled, at: datetime) -> None:
    picture: Picture = read_picture(png(), filled.canaries.word("file", "") + ".png")
    keep_pictures(session, pictures=[picture], at=at)
    version = session.scalars(select(QuestionVersion.id).limit(1)).one()
    file = filled.canaries.word("file", "")
    session.add(VersionMedia(version_id=version, sha256=picture.sha256, file=file))
    filled.ids["picture"] = picture.name


TOKENS: Mapping[str, str] = {
    "bank": "signing_secret",
    "signing_key": "private_key",
    "api_key": "token_hash",
    "sign_in": "token_hash",
    "question_version": "content_hash",
    "translation": "source_hash",
    "audit_entry": "hash",
}


def _know_tokens(session: Session, filled: Filled) -> None:
    """What is a secret and no text: it can be searched for as it is."""
    tables = {table.name: table for table in ApiKey.metadata.sorted_tables}
    for table, column in TOKENS.items():
        for token in session.scalars(select(tables[table].c[column])):
            filled.canaries.known(f"{table}.{column}", token)
