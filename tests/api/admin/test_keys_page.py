"""Keys on the admin pages: listed, made and shown once, revoked."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from domain.access import Role
from models import ApiKey, AuditEntry, Database
from tests.api.admin.desk import Desk, desk
from tests.api.conftest import CountStatements
from tests.factories import Bank

KEYS = "/admin/keys"
XSS = "<script>alert(1)</script>"


@pytest.fixture
def admin(client: TestClient, bank: Bank) -> Desk:
    return desk(client, bank)


def make(one: Desk, **said: Any) -> Any:
    return one.post(KEYS, **{"name": "The LMS", "role": "integration", **said})


def shown(answer: Any) -> str:
    found = re.search(r'value="(qs_\w+)" readonly', answer.text)
    return found[1] if found else ""


def part(database: Database, name: str) -> str:
    with database.read() as session:
        return str(session.scalar(select(ApiKey.public_part).where(ApiKey.name == name)))


def test_a_key_is_shown_once_and_works(
    admin: Desk, database: Database, caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    answer = make(admin, rate_limit="600/minute", expires_at="2099-01-01T10:00", once="once-1")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    token = shown(answer)
    assert token
    assert "Location" not in answer.headers
    assert not answer.headers.get_list("set-cookie")
    with database.read() as session:
        row = session.scalars(ApiKey.by_token(token)).one()
        assert (row.role, row.rate_limit) == ("integration", "600/minute")
        assert row.expires_at == datetime(2099, 1, 1, 10, tzinfo=UTC)
        secret = token.rpartition("_")[2]
        assert secret not in str([entry.detail for entry in session.scalars(select(AuditEntry))])
    assert secret not in caplog.text + "".join(capsys.readouterr())
    again = make(admin, rate_limit="600/minute", expires_at="2099-01-01T10:00", once="once-1")
    assert (again.status_code, shown(again)) == (201, "")
    assert "made before" in again.text
    pages = (KEYS, f"{KEYS}/{row.public_part}", "/admin/audit")
    assert all(secret not in admin.get(page).text for page in pages)
    with database.read() as session:
        assert session.scalar(select(func.count()).where(ApiKey.name == "The LMS")) == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\tb"}, "should be printable and not blank"),
        ({"role": "owner"}, "role"),
        ({"rate_limit": "often"}, "rate_limit"),
        ({"expires_at": "2001-01-01T10:00"}, "The moment has passed."),
        ({"expires_at": "soon"}, "expires_at"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(admin: Desk, said: Any, told: str) -> None:
    answer = make(admin, **said)
    assert answer.status_code == 422
    assert told in answer.text
    assert f'id="{next(iter(said))}-fault"' in answer.text
    assert shown(answer) == ""


def test_names_stay_text(admin: Desk, database: Database) -> None:
    assert XSS not in make(admin, name=XSS).text
    path = f"{KEYS}/{part(database, XSS)}"
    for answer in (admin.get(KEYS), admin.get(path), admin.get("/admin/audit")):
        assert answer.status_code == 200
        assert XSS not in answer.text
        assert "&lt;script&gt;" in answer.text
    assert admin.post(f"{path}/revoke").status_code == 303
    assert XSS not in admin.get(KEYS).text  # nor where it is told that it is revoked


def test_a_revoked_key_stays_listed(admin: Desk, database: Database) -> None:
    make(admin)
    path = f"{KEYS}/{part(database, 'The LMS')}"
    assert "refused at once" in admin.get(path).text
    assert admin.post(f"{path}/revoke").headers["Location"] == KEYS
    assert admin.told() == "The key “The LMS” is revoked."
    assert "refused at once" not in admin.get(path).text
    assert "revoked" in admin.get(KEYS).text
    assert admin.get(f"{KEYS}/nothere").status_code == 404
    assert admin.post(f"{KEYS}/nothere/revoke").status_code == 404


def test_the_last_admin_key_is_refused_and_ones_own_ends_the_session(
    admin: Desk, bank: Bank, database: Database
) -> None:
    path = f"{KEYS}/{part(database, 'a admin')}"
    refused = admin.post(f"{path}/revoke")
    assert refused.status_code == 409
    assert "last" in refused.text
    assert "Revoke this key" in refused.text
    assert admin.get(KEYS).status_code == 200
    bank.key("admin")
    answer = admin.post(f"{path}/revoke")
    assert answer.headers["Location"] == "/admin/sign-in"
    assert "ended it" in admin.get("/admin/sign-in").text
    assert admin.get(KEYS).status_code == 303


@pytest.mark.parametrize("role", ["author", "reviewer"])
def test_only_admins_see_or_make_keys(client: TestClient, bank: Bank, role: Role) -> None:
    one = desk(client, bank, role)
    for path in (KEYS, f"{KEYS}/new-key", f"{KEYS}/nothere"):
        assert one.get(path).status_code == 403, path
    assert make(one).status_code == 403
    assert one.post(f"{KEYS}/nothere/revoke").status_code == 403
    assert "/admin/keys" not in one.get("/admin").text


def test_pages_of_keys_cost_the_same_at_any_length(
    admin: Desk, bank: Bank, statements: CountStatements
) -> None:
    with statements() as few:
        admin.get(KEYS)
    for number in range(4):
        bank.key("author", expires_at=datetime(2001, 1, 1 + number, tzinfo=UTC))
    with statements() as many:
        page = admin.get(KEYS, limit=3)
    assert len(many) == len(few) + 1  # the secret that signs the cursor
    assert page.text.count("mark-expired") == 3
    following = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert following
    rest = admin.get(following[1].replace("&amp;", "&"))
    assert "a admin" in rest.text
    assert 'rel="next"' not in rest.text
