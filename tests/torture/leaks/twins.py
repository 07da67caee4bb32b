"""Twins of a bank: equal but for what the marks of :mod:`models.secrecy` call secret.

``change_secrets`` makes one of a copy: every column that is marked as secret gets other values, by
its type or, where that would make no sense, by a way of its own below. What is left as it is, and
why, stands in ``KEPT``. Of drafts and of retired questions everything becomes another.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, String, Table, delete, insert, select, text, update
from sqlalchemy.orm import Session

from domain.grading import KINDS, OWN
from models import Base, Database, OptionRow, Question, QuestionVersion, now
from models.bulk import table_of
from models.secrecy import COLUMNS
from tests.guards import drop_guards
from tests.torture.leaks.filled import Filled

Row = Any
TABLES: Mapping[str, Table] = {table.name: table for table in Base.metadata.sorted_tables}


@dataclass(frozen=True, slots=True)
class Pair:
    """A full bank and its twin, and their addresses."""

    one: Database
    other: Database
    filled: Filled
    urls: list[str]


# Secret, and the same in both twins.
KEPT: Mapping[str, str] = {
    "api_key.token_hash": "without it no key opens anything",
    "sign_in.token_hash": "the same of a browser",
    "sign_in.key_id": "the same of a browser",
    "bank.signing_secret": "cursors are signed with it",
    "signing_key.private_key": "receipts are signed with it",
    "translation.number": "names the order of what was written",
    **dict.fromkeys(
        ("grade.regrade_id", "grade.is_undo", "grade.key_version_id", "question.copied_from_id",
         "regrade.target_id", "regrade_item.old_grade_id", "regrade_item.outcome",
         "regrade_outcome.key_version_id"),
        "refers to a row: a regrade of one twin alone changes what it can change",
    ),
    **dict.fromkeys(
        (f"regrade.{name}" for name in ("mode", "versions", "rule", "task", "mark", "attempts",
                                        "worker", "alive_at", "finished_at", "since", "until",
                                        "apply_asked_at", "applied_at", "undone_at")),
        "says what its worker is to do",
    ),
    **dict.fromkeys(
        (f"import_job.{name}" for name in ("format", "attempts", "worker", "alive_at",
                                           "finished_at", "dry_run", "total")),
        "says what its worker is to do",
    ),
}  # fmt: skip
# Texts that the service makes from numbers and the names of rules.
MADE = frozenset(
    {"grade.reason", "regrade.sum_before", "regrade.sum_after", "regrade.failure",
     "regrade.versions", "regrade.mark", "regrade_outcome.reason", "question_version.writers"}
)  # fmt: skip
# What a secret row says by being there: these tables are changed as a whole.
BY_ROWS = ("correct_set", "reference", "likeness_band", "alike_pair")


def change_secrets(database: Database, turn: int = 1) -> None:
    """Give all secrets other values; another ``turn``, others again."""
    drop_guards(database)
    database.write(lambda session: _change_all(session, turn))


def _change_all(session: Session, turn: int) -> None:
    for name, marks in COLUMNS.items():
        if (table := TABLES.get(name)) is not None and name not in BY_ROWS:
            changed = [table.c[one] for one in sorted(marks.secret) if f"{name}.{one}" not in KEPT]
            _change_columns(session, table, changed, turn)
    for kept in ("likeness_band", "alike_pair"):
        session.execute(delete(TABLES[kept]))
    _turn_keys(session)
    _drop_references(session, turn)
    _turn_orders(session)
    _change_hidden(session, turn)
    said = text(f"UPDATE question_search_authors SET explanation = 'others {turn}'")  # noqa: S608
    session.execute(said)


def _change_columns(
    session: Session, table: Table, columns: list[Column[Any]], turn: int, where: Any = True
) -> None:
    """Other values in these columns of all rows, or of some."""
    if not columns:
        return
    keys = [*table.primary_key]
    with_kind = [*_kinds(table)]
    found = select(table, *with_kind).where(*([] if where is True else [where]))
    if with_kind:
        found = found.join(QuestionVersion, QuestionVersion.id == table.c.version_id)
    for row in session.execute(found).all():
        values = {one.name: other(one, row, turn) for one in columns}
        same = [key == row._mapping[key] for key in keys]
        session.execute(update(table).where(*same).values(values))


def _kinds(table: Table) -> Iterable[Any]:
    return [QuestionVersion.kind] if table.name == "mark_scheme" else []


def other(column: Column[Any], row: Row, turn: int) -> Any:
    """Another value of a column than a row has, so that the row is still one."""
    value = row._mapping[column]
    own = OF_COLUMN.get(f"{column.table.name}.{column.name}")
    if own is not None:
        return own(value, row, turn)
    if value is None:
        return None if column.unique else _new_value(column, turn)
    return _other_value(value, turn, getattr(column.type, "length", None))


def _new_value(column: Column[Any], turn: int) -> Any:
    """Something where there was nothing; moments stay away, since states follow from them."""
    made = {str: f"new {turn}"[: getattr(column.type, "length", None)], int: turn}
    return made.get(column.type.python_type)


def _other_value(value: Any, turn: int, longest: int | None = None) -> Any:
    if value is None:
        return None
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        said = f"{turn}-{value[::-1]}, and more" if turn % 2 else f"{turn}{value[3:]}"
        return said[:longest]
    if isinstance(value, int | float):
        return value + turn
    if isinstance(value, datetime):
        return value + timedelta(days=turn)
    if isinstance(value, bytes):
        return value[::-1] + b"!"
    if isinstance(value, list):
        return [_other_value(one, turn) for one in value]
    assert isinstance(value, dict), f"no other value for {type(value)}"
    return {name: one if name == "picked" else _other_value(one, turn) for name, one in
            value.items()}  # fmt: skip


def _other_answer(value: Any, row: Row, turn: int) -> Any:
    """A slightly wrong answer in place of the right one, as its kind makes them for tests."""
    if value is None:
        return None
    kind = KINDS[row.kind]
    parts = {OWN: ("a", "b", "c", "d"), "targets": ("x", "y", "z"), "verb": ("l", "r")}
    if row.kind == "matching":
        parts[OWN] = parts[OWN][: len(value["pairs"])]
    others = [*kind.mutants(kind.stated.read(value), parts)]
    if row.kind == "ordering":  # its mutants are orders of the options, which change elsewhere
        return {"alike": [[1 + turn % 3, 2 + turn % 3]]}
    return others[turn % len(others)].model_dump(mode="json", exclude_unset=True)


def _other_values(value: Any, _: Row, turn: int) -> Any:
    if value is None:
        return None
    return {**value, "options": [f"0.{turn}{place}" for place in range(len(value["options"]))]}


def _other_score(value: str, _: Row, __: int) -> str:
    return "0" if value == "1" else "1"


OF_COLUMN: Mapping[str, Callable[[Any, Row, int], Any]] = {
    "mark_scheme.answer": _other_answer,
    "mark_scheme.option_values": _other_values,
    "grade.exact_score": _other_score,
    "grade.score": lambda _, row, __: float(_other_score(row.exact_score, row, 0)),
    "grade.points": lambda _, row, __: float(_other_score(row.exact_score, row, 0)),
    "regrade.sum_before": lambda _, __, turn: str(turn + 5),
    "regrade.sum_after": lambda _, __, turn: str(turn + 7),
    "question_version.writers": lambda _, __, turn: [f"writer {turn}"],
    "api_key.last_used_at": lambda _, __, turn: now() + timedelta(days=turn),
}


def _turn_keys(session: Session) -> None:
    """What was right is wrong; of those with one right option it is the next."""
    keyed, options = TABLES["correct_set"], TABLES["option"]
    found = select(options.c.version_id, options.c.option_id, QuestionVersion.select_max)
    found = found.join(QuestionVersion).where(QuestionVersion.select_max > 0)
    was = set(map(tuple, session.execute(select(keyed.c.version_id, keyed.c.option_id))))
    by_version: dict[Any, list[tuple[str, int]]] = {}
    for version, id_, most in session.execute(found.order_by(options.c.position)):
        by_version.setdefault(version, []).append((id_, most))
    session.execute(delete(keyed))
    for version, those in by_version.items():
        right = [(version, id_) in was for id_, _ in those]
        turned = right[-1:] + right[:-1] if those[0][1] == 1 else [not one for one in right]
        for (id_, _), is_right in zip(those, turned, strict=True):
            if is_right:
                session.execute(insert(keyed).values(version_id=version, option_id=id_))


def _drop_references(session: Session, turn: int) -> None:
    """Other words in some, and none for questions of another turn."""
    table = TABLES["reference"]
    _change_columns(
        session, table, [table.c[name] for name in ("title", "url", "note", "lead")], turn
    )
    if turn % 2 == 0:
        session.execute(delete(table))


def _turn_orders(session: Session) -> None:
    """Options in another place, where their places are the answer."""
    tells = [name for name, kind in KINDS.items() if kind.order_tells]
    asked = select(OptionRow).join(QuestionVersion)
    asked = asked.where((OptionRow.part != OWN) | QuestionVersion.kind.in_(tells))
    by_part: dict[tuple[Any, str], list[OptionRow]] = {}
    for row in session.scalars(asked.order_by(OptionRow.position)):
        by_part.setdefault((row.version_id, row.part), []).append(row)
    table = table_of(OptionRow)
    for rows in by_part.values():
        places = [row.position for row in rows]
        for base in (1000, 0):  # no two have one place meanwhile
            for row, place in zip(rows, places[1:] + places[:1], strict=True):
                is_it = (table.c.version_id == row.version_id, table.c.option_id == row.option_id)
                session.execute(update(table).where(*is_it).values(position=base + place))
    session.expire_all()


HIDDEN_TEXTS = {
    "question_version": ("title", "sort_title", "prompt", "prompt_html", "difficulty"),
    "option": ("text", "html"),
    "tag": ("tag",),
}


def _change_hidden(session: Session, turn: int) -> None:
    """What was never published, or is no more, says something else altogether."""
    gone = select(Question.id).where(
        Question.retired_at.is_not(None) | Question.deleted_at.is_not(None)
    )
    hidden = select(QuestionVersion.id).where(
        QuestionVersion.published_at.is_(None) | QuestionVersion.question_id.in_(gone)
    )
    for name, columns in HIDDEN_TEXTS.items():
        table = TABLES[name]
        version = table.c.id if name == "question_version" else table.c.version_id
        for column in columns:
            _change_columns(session, table, [table.c[column]], turn, version.in_(hidden))


def unchanged(one: Database, twin: Database) -> list[str]:
    """Secret columns that are equal in both, although nothing is said against changing them."""
    found = []
    for name, marks in COLUMNS.items():
        if (table := TABLES.get(name)) is None:
            continue
        told = [[*table.c]] if name in BY_ROWS else [[column] for column in table.c]
        for columns in told:
            place = f"{name}.{columns[-1].name}"
            is_kept = place in KEPT or columns[-1].name in marks.public
            if not is_kept and _rows(one, columns) == _rows(twin, columns):
                found.append(f"{place} is the same in both twins")
    return found


def _rows(database: Database, columns: list[Column[Any]]) -> list[str]:
    with database.read() as session:
        return sorted(map(repr, session.execute(select(*columns))))


def texts_without_canary(database: Database, words: set[str]) -> list[str]:
    """Secret columns of text in which no canary sits: a leak of them would not be found."""
    found = []
    for name, marks in COLUMNS.items():
        for column in TABLES[name].c if name in TABLES else ():
            if column.name in marks.secret and _holds_text(column):
                told = " ".join(_rows(database, [column]))
                if f"{name}.{column.name}" not in MADE and not any(word in told for word in words):
                    found.append(f"{name}.{column.name} holds no canary")
    return found


def _holds_text(column: Column[Any]) -> bool:
    long = isinstance(column.type, String) and (column.type.length or 99) > 64
    return long or column.type.python_type in (dict, list, bytes)
