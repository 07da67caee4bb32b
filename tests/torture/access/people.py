"""Everybody who may come to the service: each caller of the table, with a key and a session."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from api.admin.sessions import COOKIE, csrf_of
from domain.access import Role, hash_token
from models import ApiKey, Database, SignIn, now
from tests.factories import Bank

ROLES: dict[str, Role] = {
    "publishable": "publishable",
    "integration a": "integration",
    "integration b": "integration",
    "author": "author",
    "another author": "author",
    "reviewer": "reviewer",
    "admin": "admin",
    "expired": "admin",
    "revoked": "admin",
}
NO_KEY = "qs_0badc0de_no-key-at-all"
LONG_AGO, FOREVER = now() - timedelta(days=1), now() + timedelta(days=1)
ENDED = {"expired": {"expires_at": LONG_AGO}, "revoked": {"revoked_at": LONG_AGO}}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a key, and with a session of the pages that stands for it."""

    key: str = ""
    session: str = ""
    id: str = ""

    def at(self, path: str) -> dict[str, str]:
        """What this person shows at the door that the address belongs to."""
        return self.with_session() if path.startswith("/admin") else self.with_key()

    def with_key(self) -> dict[str, str]:
        """The header that shows the key."""
        return {"authorization": f"Bearer {self.key}"} if self.key else {}

    def with_session(self) -> dict[str, str]:
        """The cookie, with the token that a form of the session would carry."""
        cookie = {"cookie": f"{COOKIE}={self.session}"} if self.session else {}
        return {**cookie, "x-csrf-token": csrf_of(self.session)}


class WrongDoor(Person):
    """Somebody who shows at each door what opens the other."""

    def at(self, path: str) -> dict[str, str]:
        """A key for the pages, a session for the rest."""
        own = self.with_session()
        if path.startswith("/admin"):  # with the token that forms without a session would carry
            own = {"x-csrf-token": csrf_of(""), **self.with_key()}
        return own


def invite(database: Database) -> dict[str, Person]:
    """The callers, by their names in the table; and another author."""
    bank, people = Bank(database), {}
    for name, role in ROLES.items():
        row, header = bank.key(role)
        key = header["Authorization"].removeprefix("Bearer ")
        people[name] = Person(key, f"session of {name}", str(row.id))
        _let_in(database, row, people[name])
        _change(database, row, ENDED.get(name, {}))
    admin = people["admin"]
    people["nobody"] = people["private"] = Person()
    people["malformed"] = Person(NO_KEY, "no session")
    people["wrong door"] = WrongDoor(admin.key, admin.session, admin.id)
    return people


def _let_in(database: Database, row: ApiKey, person: Person) -> None:
    """Open a session for the key, also where signing in would not."""
    held = hash_token(person.session)
    opened = SignIn(token_hash=held, key_id=row.id, expires_at=FOREVER)
    database.write(lambda session: session.add(opened))


def _change(database: Database, row: ApiKey, columns: dict[str, Any]) -> None:
    if columns:
        changed = update(ApiKey).where(ApiKey.id == row.id).values(columns)
        database.write(lambda session: session.execute(changed))
