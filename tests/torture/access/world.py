"""A bank in which every route has something to do, and everybody who may come to it."""

import asyncio
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from lxml import html
from sqlalchemy import Connection, inspect, update

from api.app import Service, create_app
from api.documentation import describe
from domain.access import Caller
from models import ApiKey, Database
from settings import Settings
from tests.conftest import ENGINES
from tests.factories import SEED_FILE, Bank, draft
from tests.pictures import png
from tests.torture.access.asking import Reply, Request, ask, upload
from tests.torture.access.people import FOREVER, Person, invite
from tests.torture.effort import effort

SEED = int(os.environ.get("TORTURE_SEED") or os.getpid())
LEARNER = "somebody"
PNG = (("content-type", "image/png"),)


@dataclass(eq=False)
class World:
    """The bank on one connection, two applications on it, and the people."""

    database: Database
    open: Service
    private: Service
    people: dict[str, Person] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def on(cls, database: Database) -> "World":
        """Fill an empty database."""
        public, private = (
            create_app(Settings.load(public=is_public), database) for is_public in (True, False)
        )
        private.openapi_schema = describe(public)  # it takes a second to make
        world = cls(database, public, private)
        world.people = invite(database)
        world._fill()
        return world

    def close(self) -> None:
        """End what the applications have started."""
        for app in (self.open, self.private):
            app.state.submission_writer.stop()

    async def ask(self, caller: str, request: Request) -> Reply:
        """The answer that the caller gets. Wrong keys of callers before are forgotten."""
        app = self.private if caller == "private" else self.open
        app.state.sign_in_failures._counts.clear()
        return await ask(app, request.with_headers(self.people[caller].at(request.path)))

    async def send(self, request: Request) -> Reply:
        """The answer to a request as it is."""
        return await ask(self.open, request)

    def share_of(self, routes: Iterable[str]) -> list[str]:
        """The routes to walk: in brief each engine gets every second one, which by chance."""
        engine = self.connection.dialect.name
        first = ENGINES.index(engine) ^ (SEED & 1)
        return [*routes][effort(first, 0, 0) :: effort(2, 1, 1)]

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What is done meanwhile leaves nothing behind."""
        with self.connection.begin_nested() as savepoint:
            yield
            savepoint.rollback()

    @cached_property
    def connection(self) -> Connection:
        """The one connection that all of it is on."""
        assert isinstance(self.database.bind, Connection)
        return self.database.bind

    @cached_property
    def tables(self) -> list[str]:
        """All tables that there are, those of the search and of migrations included."""
        return sorted(inspect(self.connection).get_table_names())

    def digest(self) -> dict[str, str]:
        """A hash of the rows of each table."""
        found = {}
        for table in self.tables:
            rows = self.connection.exec_driver_sql(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 - our own names
            found[table] = sha256(repr(rows).encode()).hexdigest()
        return found

    def changed(self, before: dict[str, str]) -> list[str]:
        """The tables whose rows are not what they were."""
        after = self.digest()
        return [table for table in self.tables if before[table] != after[table]]

    def forms(self, *pages: str) -> dict[str, list[tuple[str, str]]]:
        """The fields of all posted forms of these pages as an admin gets them, by where they go."""
        found = {}
        for page in pages:
            path, _, query = page.partition("?")
            reply = self.done("admin", Request("GET", path, query))
            for form in html.fromstring(reply.body).forms:
                if form.method == "POST":
                    found[str(form.action).partition("#")[0]] = form.form_values()
        return found

    def done(self, caller: str, request: Request) -> Reply:
        """The answer to a request that must not fail."""
        reply = asyncio.run(self.ask(caller, request))
        assert reply.status < 400, (request, reply)
        return reply

    def etag(self, path: str) -> str:
        """The entity tag that an admin reads there."""
        return self.done("admin", Request("GET", path)).header("etag")

    def _fill(self) -> None:
        bank = Bank(self.database)
        rhine, *_ = bank.publish(hints=("One of them ends in the Black Sea.",)).option_ids
        integration = Caller(self.people["integration a"].id, frozenset({"submissions:write"}))
        submission = bank.submit(rhine, caller=integration, learner=LEARNER).submission.id
        bank.publish(title="Rivers that end in the north", hints=("Two do.",))
        bank.translate("de")
        bank.translate("fr", publish=False)
        for slug in ("drafted", "checked"):
            bank.revise(draft(slug=slug))
        bank.publish(draft(slug="retired"))
        bank.retire("retired")
        self.done("admin", Request("POST", "/v1/bank/questions/checked/review"))
        self.ids = {
            "submission": str(submission),
            "option": rhine,
            "key": bank.key()[0].public_part,
            "media": self._picture(),
            "import": self._import(),
            "applied": self._regrade(bank, "apply"),
            "planned": self._regrade(bank),
        }
        # No request is the first in a minute to use a key, which would be noted.
        self.database.write(
            lambda session: session.execute(update(ApiKey).values(last_used_at=FOREVER))
        )

    def _picture(self) -> str:
        told = self.done("author", Request("POST", "/v1/bank/media", headers=PNG, body=png()))
        return str(json.loads(told.body)["name"])

    def _import(self) -> str:
        """An import of the author's that was checked and not carried out."""
        sent = upload("/admin/imports", "gradients.qmd", SEED_FILE.read_bytes())
        return self.done("author", sent).header("location").rpartition("/")[2]

    def _regrade(self, bank: Bank, *verbs: str) -> str:
        id_ = str(bank.regrade().id)
        for verb in verbs:
            self.done("admin", Request("POST", f"/v1/bank/regrades/{id_}/{verb}"))
        return id_
