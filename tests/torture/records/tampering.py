"""Changes that somebody makes to an audit log by hand, past the service."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from models import Base
from models.audit import SEALED, seal_of
from models.base import now

TABLE, HEAD = (Base.metadata.tables[name] for name in ("audit_entry", "audit_head"))
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
Entry = dict[str, Any]


def entries(connection: Connection) -> list[Entry]:
    """All entries, in order."""
    found = connection.execute(select(TABLE).order_by(TABLE.c.number)).mappings()
    return [dict(entry) for entry in found]


def sealed(entry: Mapping[str, Any]) -> Entry:
    """The entry with the hash that fits what it says: a forger knows how to make it."""
    return {**entry, "hash": seal_of([entry[name] for name in SEALED])}


def _other_value(choose: random.Random, value: Any) -> Any:
    if isinstance(value, dict):
        return {**value, "added": choose.random()}
    if hasattr(value, "isoformat"):
        return now()
    if isinstance(value, int):
        return value + choose.randint(1, 1000)
    text = list(value or "x")
    place = choose.randrange(len(text))
    text[place] = choose.choice([letter for letter in LETTERS if letter != text[place]])
    return "".join(text)


def _write(connection: Connection, entry: Entry, number: int) -> None:
    connection.execute(update(TABLE).where(TABLE.c.number == number).values(entry))


def change_a_column(connection: Connection, there: list[Entry], choose: random.Random) -> None:
    """Let one column of one entry say something else."""
    entry, name = choose.choice(there), choose.choice([*SEALED, "hash"])
    value = _other_value(choose, entry[name])
    if name == "number":
        value += len(there)
    _write(connection, {name: value}, entry["number"])


def forge_an_entry(connection: Connection, there: list[Entry], choose: random.Random) -> None:
    """The same, and put the hash that fits it."""
    entry = choose.choice(there)
    name = choose.choice([name for name in SEALED if name not in {"number", "previous_hash"}])
    _write(connection, sealed({**entry, name: _other_value(choose, entry[name])}), entry["number"])


def exchange_two(connection: Connection, there: list[Entry], choose: random.Random) -> None:
    """Let two entries change places; each fits its new number and has a hash of its own."""
    one, other = choose.sample(there, 2)
    for entry, place in ((one, other), (other, one)):
        moved = {**entry, "number": place["number"], "previous_hash": place["previous_hash"]}
        _write(connection, sealed(moved), place["number"])


def take_one_away(connection: Connection, there: list[Entry], choose: random.Random) -> None:
    """Let an entry be gone, and sometimes number and link the rest as if it had never been."""
    gone = choose.choice(there)["number"]
    connection.execute(delete(TABLE).where(TABLE.c.number == gone))
    if choose.random() < 0.5:
        _close_the_gap(connection, there, gone)


def _close_the_gap(connection: Connection, there: list[Entry], gone: int) -> None:
    last = there[gone - 2]["hash"] if gone > 1 else there[0]["previous_hash"]
    for entry in there[gone:]:
        moved = sealed({**entry, "number": entry["number"] - 1, "previous_hash": last})
        _write(connection, moved, entry["number"])
        last = moved["hash"]


def add_one(connection: Connection, there: list[Entry], choose: random.Random) -> None:
    """Put an entry behind the last one that continues it."""
    last, like = there[-1], choose.choice(there)
    added = {**like, "number": last["number"] + 1, "previous_hash": last["hash"]}
    connection.execute(insert(TABLE).values(sealed(added)))


def rewrite_the_end(connection: Connection, there: list[Entry], choose: random.Random) -> None:
    """Forge an entry and link all behind it anew, but for the row that holds the last hash."""
    place = choose.randrange(len(there))
    last = there[place]["previous_hash"]
    for entry in there[place:]:
        changed = {"actor_name": "somebody else"} if entry is there[place] else {}
        written = sealed({**entry, **changed, "previous_hash": last})
        _write(connection, written, entry["number"])
        last = written["hash"]


def change_the_head(connection: Connection, there: list[Entry], choose: random.Random) -> None:
    """Let the log seem shorter or longer than it is, or to end with another hash."""
    changed = choose.choice(
        [
            {"entries": len(there) + choose.randint(1, 5)},
            {"entries": len(there) - choose.randint(1, len(there))},
            {"hash": choose.choice(there[:-1])["hash"]},
        ]
    )
    connection.execute(update(HEAD).values(changed))


TAMPERINGS: list[Callable[[Connection, list[Entry], random.Random], None]] = [
    change_a_column,
    forge_an_entry,
    exchange_two,
    take_one_away,
    add_one,
    rewrite_the_end,
    change_the_head,
]
