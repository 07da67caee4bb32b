"""The audit log on the admin pages: sentences, filters, and the check of the chain."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, text

from api.admin.audit_sentences import ACTIONS
from domain.access import Role
from models import Database, now
from operations.record_audit import record_audit
from tests.api.admin.desk import Desk, desk
from tests.api.conftest import CountStatements
from tests.factories import CALLER, Bank
from tests.processes import ROOT

LOG = "/admin/audit"
XSS = "<script>alert(1)</script>"


@pytest.fixture
def admin(client: TestClient, bank: Bank) -> Desk:
    return desk(client, bank)


def record(database: Database, **said: Any) -> None:
    entry: dict[str, Any] = {
        "actor": CALLER,
        "action": "question.published",
        "subject_type": "question",
    }
    entry |= {"subject_id": "1234", "at": now(), **said}
    database.write(lambda session: record_audit(session, **entry))


def sentences(answer: Any) -> list[str]:
    found = re.findall(r'class="sentence">(.*?)</p>', answer.text, re.S)
    return [" ".join(re.sub(r"<[^>]+>", "", each).split()).replace(" ,", ",") for each in found]


def test_entries_are_sentences_with_links(admin: Desk, database: Database) -> None:
    record(database, version=3, detail={"slug": "rivers"})
    record(database, action="question.translated", detail={"slug": "rivers", "language": "de"})
    record(database, actor=None, action="questions.imported", subject_type="bank",
           subject_id="questions", detail={"created": ["a", "b"], "updated": []})  # fmt: skip
    record(database, action="comet.seen", subject_type="comet", subject_id="9P")
    answer = admin.get(LOG)
    assert sentences(answer)[:4] == [
        f"{CALLER.id} did “comet.seen” to comet 9P",
        "Somebody at the command line imported 2 questions",
        f"{CALLER.id} translated rivers into de",
        f"{CALLER.id} published rivers, version 3",
    ]
    assert 'href="/admin/questions/1234"' in answer.text
    assert sentences(answer)[-2:] == [
        "a admin signed in with the key " + sentences(answer)[-2].split()[-1],
        "Somebody at the command line made the key a admin",
    ]


def test_every_action_of_the_service_has_a_sentence() -> None:
    sources = [*(ROOT / "operations").glob("*.py"), *(ROOT / "api").glob("*.py")]
    code = "\n".join(path.read_text() for path in sources)
    whole = set(re.findall(r'action="(\w+\.\w+)"', code))
    assert len(whole) >= 5
    assert whole <= ACTIONS.keys()


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"action": "key.created"}, 2),
        ({"action": "nothing.done"}, 0),
        ({"actor": "nobody"}, 0),
        ({"subject": "questions"}, 1),
        ({"since": "2001-01-01T00:00"}, 4),
        ({"since": "2001-01-01T00:00", "until": "2001-01-02T00:00"}, 0),
        ({"action": "", "actor": "", "subject": "", "since": "", "until": ""}, 4),
    ],
)
def test_filters_select(
    admin: Desk, database: Database, bank: Bank, query: dict[str, str], told: int
) -> None:
    bank.key("author")
    record(database, action="questions.imported", subject_type="bank", subject_id="questions")
    answer = admin.get(LOG, **query)
    assert answer.status_code == 200
    assert len(sentences(answer)) == told


def test_a_moment_that_is_none_is_told(admin: Desk) -> None:
    answer = admin.get(LOG, since="yesterday")
    assert answer.status_code == 422
    assert "since" in answer.text


def test_what_was_done_stays_text(admin: Desk, database: Database) -> None:
    detail = {"slug": XSS, XSS: XSS, "list": [XSS], "map": {"a": XSS}}
    record(database, subject_id=f"x/../{XSS}", detail=detail)
    record(database, action=XSS, subject_type=XSS[:40], subject_id=XSS)
    answer = admin.get(LOG)
    assert answer.status_code == 200
    assert XSS not in answer.text
    assert 'href="/admin/questions/x%2F..%2F%3Cscript' in answer.text


def test_the_chain_is_checked(admin: Desk, database: Database) -> None:
    record(database)
    answer = admin.post(f"{LOG}/verify")
    assert answer.status_code == 200
    assert "3 entries are sound" in answer.text
    assert isinstance(database.bind, Connection)
    database.bind.execute(text("UPDATE audit_entry SET actor_name = 'Mallory' WHERE number = 2"))
    answer = admin.post(f"{LOG}/verify")
    assert "broken at entry 2:</strong> it was changed." in answer.text


@pytest.mark.parametrize("role", ["author", "reviewer"])
def test_only_admins_read_it(client: TestClient, bank: Bank, role: Role) -> None:
    one = desk(client, bank, role)
    assert one.get(LOG).status_code == 403
    assert one.post(f"{LOG}/verify").status_code == 403
    assert LOG not in one.get("/admin").text


def test_pages_cost_the_same_at_any_length(
    admin: Desk, database: Database, statements: CountStatements
) -> None:
    with statements() as few:
        admin.get(LOG)
    for _ in range(5):
        record(database)
    with statements() as many:
        page = admin.get(LOG, limit=5, action="question.published")
        assert 'rel="next"' not in page.text
    assert len(many) == len(few)
    page = admin.get(LOG, limit=4)
    following = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert following
    rest = admin.get(following[1].replace("&amp;", "&"))
    assert len(sentences(rest)) == 3
