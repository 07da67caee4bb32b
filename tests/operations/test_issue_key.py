"""Making keys: shown once, kept as a hash, with the scopes of a role."""

from datetime import timedelta

import pytest

from domain.access import ROLES, Role, hash_token
from models import ApiKey, Database, now
from tests.factories import Bank


@pytest.mark.parametrize("role", ROLES)
def test_a_key_is_found_by_its_text_and_opens_what_its_role_may(
    database: Database, bank: Bank, role: Role
) -> None:
    row, header = bank.key(role)
    token = header["Authorization"].removeprefix("Bearer ")
    with database.read() as session:
        kept = session.scalars(ApiKey.by_token(token)).one()
        assert kept.id == row.id
        assert set(kept.scopes) == ROLES[role]
        assert kept.is_valid(now())
        assert session.scalars(ApiKey.by_public_part(token.split("_")[1])).one() is kept
        assert session.scalars(ApiKey.by_token(token + "x")).all() == []


def test_the_secret_is_kept_nowhere(database: Database, bank: Bank) -> None:
    row, header = bank.key()
    secret = header["Authorization"].rpartition("_")[2]
    kept = [str(getattr(row, column.name)) for column in ApiKey.__table__.columns]
    assert not any(secret in value for value in kept)


def test_keys_differ(bank: Bank) -> None:
    assert len({bank.key()[1]["Authorization"] for _ in range(20)}) == 20


def test_a_key_may_be_stated_and_may_expire(bank: Bank) -> None:
    moment = now() + timedelta(days=1)
    row, header = bank.key("admin", token="qs_tests_0123456789", expires_at=moment)  # noqa: S106
    assert header == {"Authorization": "Bearer qs_tests_0123456789"}
    assert (row.public_part, row.token_hash) == ("tests", hash_token("qs_tests_0123456789"))
    assert row.is_valid(moment - timedelta(seconds=1))
    assert not row.is_valid(moment)
