"""Signing in to the admin pages: sessions, forged forms, and pages for what goes wrong."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from api.admin import signing_in
from api.admin.sessions import COOKIE
from domain.access import Role
from models import ApiKey, AuditEntry, Database, SignIn, now
from operations.revoke_key import revoke_key
from tests.api.admin.desk import ORIGIN, SIGN_IN, Desk, desk
from tests.factories import Bank


def test_a_key_opens_a_session_that_signing_out_ends(
    client: TestClient, bank: Bank, database: Database
) -> None:
    one = desk(client, bank)
    assert one.get("/admin").status_code == 200
    kept = {cookie.name: cookie.value for cookie in client.cookies.jar}
    assert one.token not in str(kept)
    answer = one.post("/admin/sign-out")
    assert (answer.status_code, answer.headers["Location"]) == (303, SIGN_IN)
    assert "You are signed out." in one.get(SIGN_IN).text
    client.cookies.set(COOKIE, kept[COOKIE] or "", domain="testserver.local", path="/")
    assert one.get("/admin").status_code == 303
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 0


def test_signing_in_again_ends_the_session_before(client: TestClient, bank: Bank) -> None:
    one = desk(client, bank)
    before = client.cookies[COOKIE]
    assert one.sign_in().status_code == 303
    assert client.cookies[COOKIE] != before
    client.cookies.clear()
    client.cookies.set(COOKIE, before, domain="testserver.local", path="/")
    assert one.get("/admin").status_code == 303


def test_the_cookie_stays_on_this_host_and_away_from_scripts(
    client: TestClient, bank: Bank
) -> None:
    _, headers = bank.key("admin")
    answer = Desk(client, headers["Authorization"].removeprefix("Bearer ")).sign_in()
    said = next(value for value in answer.headers.get_list("set-cookie") if COOKIE in value)
    name, *attributes = said.split("; ")
    assert name.startswith("__Host-")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(attributes)
    assert not [each for each in attributes if each.startswith("Domain")]


@pytest.mark.parametrize("role", ["author", "reviewer", "admin"])
def test_who_reads_the_bank_may_sign_in(
    client: TestClient, bank: Bank, database: Database, role: Role
) -> None:
    one = desk(client, bank, role)
    assert f"· {role}" in one.get("/admin").text
    with database.read() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
        assert entry is not None
        assert entry.action == "key.signed_in"


@pytest.mark.parametrize("role", ["publishable", "integration"])
def test_other_keys_are_told_what_is_needed(client: TestClient, bank: Bank, role: Role) -> None:
    _, headers = bank.key(role)
    answer = Desk(client, headers["Authorization"].removeprefix("Bearer ")).sign_in()
    assert answer.status_code == 403
    assert "author, reviewer or admin" in answer.text


@pytest.mark.parametrize("key", ["", "nobody's", "qs_0_0", "\0", "é" * 100])
def test_a_wrong_key_is_refused_as_a_page(client: TestClient, key: str) -> None:
    answer = Desk(client, key).sign_in()
    assert answer.status_code in {400, 403}
    assert answer.headers["content-type"].startswith("text/html")
    assert key == "" or key not in answer.text


def test_an_address_that_fails_often_waits(client: TestClient, bank: Bank) -> None:
    for _ in range(signing_in.FAILURES):
        assert Desk(client, "wrong-key-123").sign_in().status_code == 403
    _, headers = bank.key("admin")
    right = Desk(client, headers["Authorization"].removeprefix("Bearer "))
    answer = right.sign_in()
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= signing_in.WINDOW
    client.app.state.sign_in_failures._counts.clear()  # type: ignore[attr-defined]
    assert right.sign_in().status_code == 303


def test_a_revoked_key_and_an_ended_session_close_the_pages(
    client: TestClient, bank: Bank, database: Database
) -> None:
    bank.key("admin")  # the last one could not be revoked
    one = desk(client, bank)
    database.write(lambda session: revoke_key(session, public_part=_part(session), at=now()))
    assert one.get("/admin").status_code == 303
    again = desk(client, bank)
    ended = update(SignIn).values(expires_at=now() - timedelta(seconds=1))
    database.write(lambda session: session.execute(ended))
    assert again.get("/admin").status_code == 303


def _part(session: Any) -> str:
    """The public part of the key that signed in last."""
    newest = select(ApiKey.public_part).join(SignIn).order_by(SignIn.id.desc()).limit(1)
    return str(session.scalar(newest))


def forged(one: Desk, **said: Any) -> int:
    """The status of a form that is sent another way than a page of ours would."""
    data, headers = said.get("data", {}), said.get("headers", {})
    return one.client.post(
        f"{ORIGIN}/admin/sign-out", data=data, headers=headers, follow_redirects=False
    ).status_code


def test_a_forged_form_does_nothing(client: TestClient, bank: Bank) -> None:
    one = desk(client, bank)
    right = {"csrf": one.csrf}
    assert forged(one) == 403
    assert forged(one, data={"csrf": "0" * 64}) == 403
    assert forged(one, data={"csrf": "é"}) == 403
    assert forged(one, data=right, headers={"Origin": "https://elsewhere.example"}) == 403
    assert forged(one, data=right, headers={"Sec-Fetch-Site": "cross-site"}) == 403
    assert forged(one, data=right, headers={"Sec-Fetch-Site": "same-site"}) == 403
    assert one.get("/admin").status_code == 200
    assert forged(one, data=right, headers={"Origin": ORIGIN}) == 303


def test_the_token_of_another_session_is_not_taken(
    make_client: Callable[..., TestClient], bank: Bank
) -> None:
    one, other = desk(make_client(), bank), desk(make_client(), bank)
    assert one.csrf != other.csrf
    assert forged(one, data={"csrf": other.csrf}) == 403


@pytest.mark.parametrize(
    ("way", "leads"),
    [
        ("/admin/questions?q=a", "/admin/questions?q=a"),
        ("/admin", "/admin"),
        ("https://elsewhere.example/admin", "/admin"),
        ("//elsewhere.example", "/admin"),
        ("/admin\\..\\x", "/admin"),
        ("/admin/\nSet-Cookie: a=b", "/admin"),
        ("/administration", "/admin"),
    ],
)
def test_signing_in_leads_to_pages_of_ours_only(
    client: TestClient, bank: Bank, way: str, leads: str
) -> None:
    _, headers = bank.key("admin")
    one = Desk(client, headers["Authorization"].removeprefix("Bearer "))
    assert one.sign_in(way).headers["Location"] == leads


def test_who_is_not_signed_in_is_sent_to_the_door_and_back(client: TestClient) -> None:
    one = Desk(client, "")
    answer = one.get("/admin/nothing")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/admin/sign-in?next=/admin/nothing"
    part = one.part("/admin/nothing")
    assert (part.status_code, part.headers["HX-Redirect"][:13]) == (204, "/admin/sign-i")


def test_what_goes_wrong_is_a_page(client: TestClient, bank: Bank) -> None:
    one = desk(client, bank)
    answer = one.get("/admin/nothing")
    assert answer.status_code == 404
    assert "There is no page /admin/nothing." in answer.text
    part = one.part("/admin/nothing")
    assert (part.status_code, part.headers["HX-Retarget"]) == (404, "#live")
    assert "<html" not in part.text
    assert one.get("/admin", wrong="1").status_code == 422
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
