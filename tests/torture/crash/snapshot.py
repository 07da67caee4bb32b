"""All rows of a bank as a crash left them, and whether they are whole by themselves."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import MetaData, Table, select

from models import Base, Database
from models.search import author_search, question_search
from operations.verify_audit import verify_audit

Row = Mapping[str, Any]
INDEXES = (question_search, author_search)
CONTENTS = {"option": 4, "correct_set": 2, "explanation": 1}  # rows of each version


class Snapshot:
    """Every row of every table, read in one transaction."""

    def __init__(self, database: Database) -> None:
        with database.read() as session:
            self.tables: dict[str, list[Row]] = {
                table.name: [*session.execute(select(table)).mappings()]
                for table in [*Base.metadata.sorted_tables, *INDEXES]
            }
            self.audit = verify_audit(session)

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables[table]

    @cached_property
    def by_learner(self) -> dict[str, list[str]]:
        """The submissions of each learner."""
        return _grouped((row["learner"], row["id"]) for row in self["submission"])

    @cached_property
    def by_reason(self) -> dict[str, list[str]]:
        """The regrades with each reason."""
        return _grouped((row["reason"], row["id"]) for row in self["regrade"])

    @cached_property
    def by_title(self) -> dict[str, list[str]]:
        """The versions with each title."""
        return _grouped((row["title"], row["id"]) for row in self["question_version"])

    @cached_property
    def publications(self) -> dict[str, list[str]]:
        """The entries of the audit log that say a question was published, by its slug."""
        return _grouped(
            (row["detail"]["slug"], row["number"])
            for row in self["audit_entry"]
            if row["action"] == "question.published"
        )


def _grouped(pairs: Iterator[tuple[str | None, object]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, id_ in pairs:
        found[name or ""].append(str(id_))
    return found


def broken(rows: Snapshot) -> list[str]:
    """What is half-written, refers to nothing, or is not sealed."""
    return [
        *orphans(rows),
        *_submissions(rows),
        *_questions(rows),
        *_regrades(rows),
        *_kept_answers(rows),
        *([f"audit: {rows.audit.fault}"] if rows.audit.fault else []),
    ]


def orphans(rows: Snapshot, metadata: MetaData = Base.metadata) -> Iterator[str]:
    """Rows that refer to what is not there, by every foreign key that the models state."""
    for table in metadata.sorted_tables:
        yield from _orphans_of(table, rows)


def _orphans_of(table: Table, rows: Snapshot) -> Iterator[str]:
    for constraint in table.foreign_key_constraints:
        names = constraint.column_keys
        referred = [element.column.name for element in constraint.elements]
        there = {
            tuple(row[name] for name in referred) for row in rows[constraint.referred_table.name]
        }
        said = {tuple(row[name] for name in names) for row in rows[table.name]}
        if lost := [key for key in said - there if None not in key]:
            yield f"orphan: {len(lost)} {table.name} by {', '.join(names)}"


def _submissions(rows: Snapshot) -> Iterator[str]:
    first = Counter(row["submission_id"] for row in rows["grade"] if row["regrade_id"] is None)
    for row in rows["submission"]:
        if first[row["id"]] != 1:
            yield f"half-written: submission with {first[row['id']]} first grades"


def _questions(rows: Snapshot) -> Iterator[str]:
    """Each version has all its parts, each question what its state asks for, and is found."""
    for name, count in CONTENTS.items():
        parts = Counter(row["version_id"] for row in rows[name])
        for row in rows["question_version"]:
            if parts[row["id"]] != count:
                yield f"half-written: version with {parts[row['id']]} rows of {name}"
    versions = {row["id"]: row for row in rows["question_version"]}
    written = {row["question_id"] for row in versions.values()}
    for row in rows["question"]:
        if row["id"] not in written:
            yield "half-written: question without a version"
        if row["published_id"] and versions[row["published_id"]]["published_at"] is None:
            yield "half-written: question shows a version that is not published"
    published = {row["id"] for row in rows["question"] if row["published_id"]}
    for index in INDEXES:
        yield from _differ(index.name, rows[index.name], published)


def _differ(name: str, found: list[Row], wanted: set[object]) -> Iterator[str]:
    ids = [row["question_id"] for row in found]
    if len(set(ids)) != len(ids) or set(ids) != wanted:
        yield f"half-written: {name} holds {len(ids)} questions of {len(wanted)}"


def _regrades(rows: Snapshot) -> Iterator[str]:
    """What a regrade counts is what is there: no batch is lost, half done or done twice."""
    made = Counter((row["regrade_id"], row["is_undo"]) for row in rows["grade"])
    planned = Counter(row["regrade_id"] for row in rows["regrade_item"])
    for run in rows["regrade"]:
        counted = (run["applied"], run["undone"], run["affected"] + run["ungradable"])
        there = (made[run["id"], False], made[run["id"], True], planned[run["id"]])
        if counted != there:
            yield f"half-written: regrade counts {counted}, there are {there}"


def _kept_answers(rows: Snapshot) -> Iterator[str]:
    """An answer that is kept to be repeated is there with what it tells of."""
    for row in rows["idempotency_record"]:
        if not row["body"]:
            yield f"half-written: no answer is kept for {row['key']}"
    jobs = {row["id"] for row in rows["import_job"]}
    for row in rows["import_part"]:
        counts = Counter(item["outcome"] for item in json.loads(json.dumps(row["items"])))
        if row["job_id"] in jobs and counts["created"] != row["created"]:
            yield "half-written: part of an import with other counts"
