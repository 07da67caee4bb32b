"""A bank and somebody who may do everything: what requests that change something are made of."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from api.admin.question_fields import fields_of
from api.admin.question_forms import blank_form
from api.admin.sessions import COOKIE, csrf_of
from api.app import Service, create_app
from api.known_keys import caller_of
from api.regrade_steps import RegradeSteps
from api.responses import entity_tag
from api.schemas.bank import BankQuestionOut
from domain.access import Caller, Role
from models import ApiKey, Database, ImportJob, QuestionVersion, now
from operations.find_version import find_newest
from operations.import_sources import Terms
from operations.queue_import import queue_import
from operations.sign_in import sign_in
from settings import Settings
from tests.factories import SEED_FILE, Bank
from tests.pictures import png

BOUNDARY = "boundary"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, for which nobody has asked yet."""

    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Scene:
    """An application on a bank of its own, a key of each role, and an admin who is signed in."""

    app: Service
    bank: Bank
    row: ApiKey
    keys: dict[Role, dict[str, str]]
    cookie: dict[str, str] = field(default_factory=dict)
    csrf: str = ""
    numbers: Iterator[int] = field(default_factory=count)

    @classmethod
    def of(cls, database: Database, **settings: Any) -> "Scene":
        """An application for this bank; its workers rest, so that nothing happens unasked."""
        bank, keys = Bank(database), dict[Role, dict[str, str]]()
        _, keys["integration"] = bank.key("integration")
        row, keys["admin"] = bank.key("admin")
        # Else the first requests would note that it is used, whatever they are for.
        used = update(ApiKey).values(last_used_at=now() + timedelta(days=1))
        database.write(lambda session: session.execute(used))
        return cls(create_app(Settings.load(**settings), database), bank, row, keys).signed_in()

    def signed_in(self) -> "Scene":
        """The same with a session of its own."""
        token = self.bank.database.write(
            lambda session: sign_in(session, key=self.row, caller=self.admin, at=now())
        )
        return replace(self, cookie={"Cookie": f"{COOKIE}={token}"}, csrf=csrf_of(token))

    @property
    def admin(self) -> Caller:
        """Whose session it is."""
        return caller_of(self.row)

    def another(self) -> int:
        """A number that was not there before."""
        return next(self.numbers)

    # What requests are about.

    def draft(self) -> str:
        """The slug of a new question that learners do not see."""
        return self.bank.revise(slug=f"draft-{self.another()}").question.slug

    def published(self) -> str:
        """The slug of a new question that they see."""
        return self.bank.publish(slug=f"published-{self.another()}").question.slug

    def retired(self) -> str:
        """The slug of one that they do not see any more."""
        slug = self.published()
        self.bank.retire(slug)
        return slug

    def etag(self, slug: str) -> str:
        """The tag of the present state of a question."""
        with self.bank.database.read() as session:
            told = BankQuestionOut.of(find_newest(session, slug))
        return entity_tag(told.model_dump_json().encode())

    def answered(self) -> QuestionVersion:
        """A new question with an answer that full credit would raise."""
        version = self.bank.publish(slug=f"answered-{self.another()}")
        self.bank.submit(question=version.question.slug)
        return version

    def plan(self) -> str:
        """The id of a planned regrade that raises a score."""
        return str(self.bank.regrade(question=self.answered().question.slug).id)

    def applied(self) -> str:
        """The id of an applied one."""
        plan, database = self.plan(), self.bank.database
        steps = RegradeSteps(database, self.app.state.settings, self.app.state.regrade_worker)
        steps.apply(UUID(plan), self.admin)
        return plan

    def checked(self) -> str:
        """The id of a dry run of the admin's that has been looked at."""
        name = f"checked-{self.another()}.qmd"

        def work(session: Session) -> ImportJob:
            data, terms = SEED_FILE.read_bytes(), Terms(dry_run=True)
            job = queue_import(
                session, caller=self.admin, name=name, data=data, total=1, terms=terms
            )
            job.finished_at = now()
            return job

        return str(self.bank.database.write(work).id)

    def typed(self, slug: str = "", **changes: str) -> dict[str, list[str]]:
        """The fields of the form of a question, or of a new one, with these changes."""
        fields = dict(blank_form())
        if slug:
            with self.bank.database.read() as session:
                content = BankQuestionOut.of(find_newest(session, slug))
            fields = {**fields_of(content), "etag": [self.etag(slug)]}
        return fields | {name.replace("_", "-"): [value] for name, value in changes.items()}

    # Requests.

    def said(self, path: str, said: Any = None, role: Role = "admin", **headers: str) -> Asked:
        """A request to the API: JSON, or nothing."""
        body = b"" if said is None else json.dumps(said).encode()
        typed = {"Content-Type": "application/json"} if body else {}
        return self.sent(path, body, role, **(typed | headers))

    def sent(self, path: str, body: bytes, role: Role = "admin", **headers: str) -> Asked:
        """A request to the API with these bytes."""
        length = {"Content-Length": str(len(body))} if body else {}
        stated = {name.replace("_", "-"): value for name, value in headers.items()}
        return Asked(path, self.keys[role] | length | stated, body)

    def form(self, path: str, **fields: str | list[str]) -> Asked:
        """A form of the admin's session."""
        body = urlencode({"csrf": self.csrf, **fields}, doseq=True).encode()
        return self._form(path, "application/x-www-form-urlencoded", body)

    def upload(self, path: str, name: str, content: bytes) -> Asked:
        """A form with a file."""
        parts = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{self.csrf}\r\n'
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = parts.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        return self._form(path, f"multipart/form-data; boundary={BOUNDARY}", body)

    def _form(self, path: str, type_: str, body: bytes) -> Asked:
        stated = {"Content-Type": type_, "Content-Length": str(len(body))}
        return Asked(path, self.cookie | stated, body)

    def picture(self) -> bytes:
        """One that is not there yet."""
        return png(width=10 + self.another())
