"""Many files at once mean what each by itself means: rows, outcomes, refusals, interruptions."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text

from domain.problems import Problem
from formats import FORMATS
from models import Base, Database, Question, now
from models.search import author_search, question_search
from operations import import_many
from operations.import_item import ImportItem
from operations.import_questions import import_questions
from operations.import_sources import CHUNK, Part, Terms, import_sources
from operations.prepare_import import Source, prepare_sources
from operations.prepare_many import MANY
from tests.factories import SEED_FILE, Bank

SEED = SEED_FILE.read_text()
# What two runs may differ in: when they were, and the ids that were made then.
INDEXES = [(table.name, table) for table in (question_search, author_search)]
PASSING = {
    "id",
    "created_at",
    "changed_at",
    "changed_in",
    "unnamed_in",
    "published_at",
    "signing_secret",
    "revision",
}


def question(n: int, *lines: str, text: str = SEED) -> bytes:
    """A question file of its own, with further lines in its front matter."""
    own = text.replace("Kaylee's model", f"Model number {n}")
    return own.replace("date: 2022-09-21\n", "\n".join(["date: 2022-09-21", *lines, ""])).encode()


# One file of each sort that is written to a table of its own or comes by a way of its own.
SORTS: dict[str, bytes] = {
    "plain.qmd": question(1),
    "named/index.qmd": question(2),
    "external.qmd": question(3, "external_id: ml-3", "slug: third"),
    "told.qmd": question(
        4, "tags: [cnn, training]", 'hints: ["Look.", "Option {option:2} helps."]', "difficulty: 1",
        'feedback: {2: "Yes, and not {option:1}."}', "shuffle: true", "pin: [4]", "year: 2022",
        'combinations: [{picked: [1, 2], feedback: "Both?"}]', "oracle_budget: 1",
        "tests: [{selected: [2, 3], score: 1}, {selected: [], score: 0}]",
    ),
    "number.qmd": b"---\ntitle: G\nkind: numeric\nanswer: {value: 9.81, tolerance: 0.01}\n---\n"
                  b"What is g?\n\n:::{.callout-note}\n## Answer\n\nIt falls.\n:::\n",
    "ids.qmd": question(5, "ids: [aaaa, bbbb, cccc, dddd]"),
    "broken.qmd": b"---\ntitle: [\n---\n",
    "twin.qmd": question(6, "slug: plain"),
    "incomplete.qmd": question(7, "oracle_budget: 9"),
    "not-utf8.qmd": b"\xff\xfe",
}  # fmt: skip


def sources(files: dict[str, bytes]) -> list[Source]:
    return [Source(name, data) for name, data in files.items()]


def bring(
    database: Database, files: dict[str, bytes], *, dry_run: bool = False, **said: Any
) -> list[ImportItem]:
    """Import files the fast way; what became of them."""
    parts = import_sources(database.write, sources(files), terms=Terms(dry_run=dry_run), **said)
    return [item for part in parts for item in part.items]


def bring_one_by_one(database: Database, files: dict[str, bytes]) -> list[ImportItem]:
    """Import files the ordinary way."""
    claims: dict[str, str] = {}
    items: list[ImportItem] = []
    for name, data in files.items():
        items += database.write(
            partial(
                import_questions,
                source=name,
                data=data,
                form=FORMATS["quarto"],
                at=now(),
                earlier=claims,
            )
        )
    return items


def contents(database: Database) -> dict[str, list[str]]:
    """All rows of the bank, with the names of questions for ids and without moments.

    Not the audit log, which tells how the rows came there.
    """
    with database.read() as session:
        rows = {
            name: [dict(row) for row in session.execute(select(table)).mappings()]
            for name, table in [*Base.metadata.tables.items(), *INDEXES]
            if not name.startswith("audit_")
        }
    names = {row["id"]: row["slug"] for row in rows["question"]}
    names |= {
        row["id"]: f"{names[row['question_id']]}/{row['number']}"
        for row in rows["question_version"]
    }
    return {
        name: sorted(
            str({key: names.get(value, value) if isinstance(value, type(next(iter(names), 0)))
                 else value for key, value in row.items() if key not in PASSING})
            for row in table
        )
        for name, table in rows.items()
    }  # fmt: skip


@pytest.fixture
def undone(database: Database) -> Callable[[Callable[[], Any]], Any]:
    """Runs something and takes it back, so that the bank is as before."""

    def run(work: Callable[[], Any]) -> Any:
        with database.bind.begin_nested() as savepoint:  # type: ignore[union-attr]
            told = work(), contents(database)
            savepoint.rollback()
        return told

    return run


def without_likeness(items: Sequence[ImportItem]) -> list[ImportItem]:
    """Without what a file tells only if those behind it are there, too."""
    return [
        replace(one, problems=tuple(it for it in one.problems if it.code != "near_duplicate"))
        for one in items
    ]


def test_both_ways_write_the_same_rows_and_say_the_same(
    database: Database, undone: Callable[..., Any]
) -> None:
    slow = undone(lambda: bring_one_by_one(database, SORTS))
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(database.bind, "before_cursor_execute", note)
    fast = bring(database, SORTS), contents(database)
    event.remove(database.bind, "before_cursor_execute", note)
    assert without_likeness(fast[0]) == without_likeness(slow[0])
    assert fast[1] == slow[1]
    assert [item.outcome for item in fast[0]] == ["created"] * 6 + ["failed"] * 4
    assert sum(line.startswith("INSERT INTO question ") for line in statements) == 1
    filled = {name for name, rows in fast[1].items() if rows}
    assert filled >= {"question", "question_version", "option", "correct_set", "explanation"}
    assert filled >= {"reference", "tag", "hint", "mark_scheme", "question_search"}


def edited(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same files after some work: edits, a new one, a name that changes, an ambiguous one."""
    return files | {
        "plain.qmd": files["plain.qmd"].replace(b"doing great", b"doing well"),
        "external.qmd": files["external.qmd"].replace(b"slug: third", b"slug: renamed"),
        "ids.qmd": question(5).replace(b"1. Kaylee should use tanh", b"1. New").replace(
            b"4. Kaylee should initialize the network weights with large values", b"4. Other"
        ),
        "new.qmd": question(8),
        "now.qmd": question(2, "slug: named", "external_id: ml-2"),
        "third.qmd": question(9, "slug: third"),
    }  # fmt: skip


def test_both_ways_revise_alike(database: Database, undone: Callable[..., Any]) -> None:
    bring(database, SORTS)
    files = edited({name: SORTS[name] for name in SORTS if name != "named/index.qmd"})
    slow = undone(lambda: bring_one_by_one(database, files))
    fast = bring(database, files), contents(database)
    assert without_likeness(fast[0]) == without_likeness(slow[0])
    assert fast[1] == slow[1]
    told = {item.source: item for item in fast[0]}
    assert told["plain.qmd"].outcome == "updated"
    assert [line for line in told["plain.qmd"].changes if line.startswith("prompt: +")]
    assert told["told.qmd"].outcome == "unchanged"
    assert told["external.qmd"].slug == "third"
    assert {problem.code for problem in told["third.qmd"].problems} == {"duplicate_slug"}


def test_a_dry_run_says_the_same_and_writes_nothing(database: Database) -> None:
    bring(database, SORTS)
    before, files = contents(database), edited(SORTS)
    with database.read() as session:
        revision = session.scalar(select(Base.metadata.tables["bank"].c.revision))
    dry = bring(database, files, dry_run=True)
    assert contents(database) == before
    with database.read() as session:
        assert session.scalar(select(Base.metadata.tables["bank"].c.revision)) == revision
    assert bring(database, files) == dry
    assert contents(database) != before


def test_again_nothing_changes_not_even_the_revision(database: Database, bank: Bank) -> None:
    bring(database, SORTS)
    before = contents(database)
    with database.read() as session:
        revision = session.scalar(select(Base.metadata.tables["bank"].c.revision))
    again = bring(database, SORTS)
    assert contents(database) == before
    assert [item.outcome for item in again] == ["unchanged"] * 6 + ["failed"] * 4
    with database.read() as session:
        assert session.scalar(select(Base.metadata.tables["bank"].c.revision)) == revision


def test_a_question_that_is_not_published_yet_is(database: Database, bank: Bank) -> None:
    (prepared,) = prepare_sources([Source("plain.qmd", SORTS["plain.qmd"])])
    bank.revise(prepared.draft)
    (item,) = bring(database, {"plain.qmd": SORTS["plain.qmd"]})
    assert item.outcome == "updated"
    with database.read() as session:
        assert session.scalars(select(Question)).one().published is not None


def test_a_refused_statement_falls_back_to_one_question_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another writer may take a name between the look and the write, where it takes no turns."""
    bring(database, {"plain.qmd": SORTS["plain.qmd"]})
    monkeypatch.setattr(import_many, "_known", lambda *_: {})
    items = bring(database, {name: SORTS[name] for name in ("told.qmd", "plain.qmd", "ids.qmd")})
    assert [item.outcome for item in items] == ["created", "unchanged", "created"]


def test_a_tag_is_given_to_all(database: Database) -> None:
    files = {name: SORTS[name] for name in ("plain.qmd", "told.qmd")}
    terms = Terms(tag="training")
    list(import_sources(database.write, sources(files), terms=terms))
    with database.read() as session:
        found = {
            q.slug: [t.tag for t in q.versions[0].tags] for q in session.scalars(select(Question))
        }
    assert found == {"plain": ["training"], "told": ["cnn", "training"]}


def test_what_cannot_be_read_is_a_problem_of_that_file(database: Database, tmp_path: Path) -> None:
    refused = Problem("unsafe_path", "No.", "Mend it.")
    given = [Source("a", tmp_path), Source("b", refused), Source("plain.qmd", SORTS["plain.qmd"])]
    (part,) = import_sources(database.write, given, terms=Terms())
    assert [[one.code for one in item.problems] for item in part.items] == [
        ["unreadable_file"], ["unsafe_path"], [],
    ]  # fmt: skip
    assert [item.outcome for item in part.items] == ["failed", "failed", "created"]


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_large_file_is_taken_piece_by_piece(
    database: Database, monkeypatch: pytest.MonkeyPatch, dry_run: bool
) -> None:
    monkeypatch.setattr("operations.import_sources.PIECE", 2)
    line = '{"slug": "%s", "title": "T", "prompt": "P?", "options": [{"text": "a"}, {"text": "b"}]'
    slugs = ("a", "b", "c", "a", "d")
    data = "".join(f'{line % slug}, "key": [1]}}\n' for slug in slugs).encode()
    given = [Source("many.jsonl", data), Source("plain.qmd", SORTS["plain.qmd"])]
    parts = list(import_sources(database.write, given, terms=Terms(dry_run=dry_run)))
    outcomes = ["created", "created", "created", "failed", "created", "created"]
    assert [item.outcome for part in parts for item in part.items] == outcomes
    assert [(part.first, part.files, len(part.items)) for part in parts] == [
        (0, 0, 2), (0, 0, 2), (0, 2, 2),
    ]  # fmt: skip


def many(count: int) -> dict[str, bytes]:
    return {f"q{n:04}.qmd": question(n) for n in range(count)}


def test_other_processes_prepare_the_same(own_database: Database) -> None:
    files = many(MANY + 10) | {"broken.qmd": b"---\n", "twin.qmd": question(1, "slug: q0007")}
    here = bring(own_database, files, dry_run=True)
    there = bring(own_database, files, dry_run=True, processes=2)
    assert here == there
    assert [item.outcome for item in here].count("created") == len(files) - 2
    assert len(files) > MANY


def test_parts_that_are_done_are_passed_over_and_their_names_stay_taken(
    database: Database,
) -> None:
    files = many(CHUNK + 5) | {"twin.qmd": question(1, "slug: q0007")}
    whole = list(import_sources(database.write, sources(files), terms=Terms(dry_run=True)))
    assert [(part.first, part.files) for part in whole] == [(0, CHUNK), (CHUNK, 6)]
    kept: list[Part] = []
    rest = import_sources(
        database.write,
        sources(files),
        terms=Terms(dry_run=True),
        done=whole[:1],
        keep=lambda session, part: kept.append(part),
    )
    assert list(rest) == [Part(0, CHUNK, ()), whole[1]]
    assert kept == whole[1:]
    assert whole[1].items[-1].problems[0].code == "duplicate_slug"


def undisturbed(database: Database, files: dict[str, bytes]) -> dict[str, list[str]]:
    """What the bank would hold after a whole import, which is taken back."""
    assert isinstance(database.bind, Engine)
    with database.bind.connect() as connection, connection.begin() as transaction:
        bring(Database(connection), files)
        found = contents(Database(connection))
        transaction.rollback()
    return found


@pytest.mark.parametrize("own_url", ["postgresql"], indirect=True)
def test_the_engine_counts_what_has_doubled(own_database: Database) -> None:
    known = text("SELECT reltuples FROM pg_class WHERE relname = 'question'")
    counted = []
    for first, last in ((0, 30), (30, 40), (40, 100)):
        bring(own_database, {f"{n}.qmd": question(n) for n in range(first, last)})
        with own_database.read() as session:
            counted.append(session.scalar(known))
    assert counted == [30, 30, 100]
