"""A key that is revoked, and a session that is left, end in every process; guessing has to wait."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from api import rate_limits
from api.admin import signing_in
from api.known_keys import KnownKeys
from api.quick_submissions import QuickSubmissions
from domain.access import PUBLIC
from models import ApiKey, Database, open_engine
from tests.conftest import ENGINES, url_of_a_new_bank
from tests.factories import Bank
from tests.torture.access.short_ways import ANSWER, wrong_on_short_ways
from tests.torture.access.side_by_side import guessed, outlived, services
from tests.torture.effort import effort
from tests.torture.journal import Journal
from tests.torture.planting import Plant


@pytest.fixture
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """A bank with a question on each engine."""
    found = [url_of_a_new_bank(request, engine, tmp_path / "own.db") for engine in ENGINES]
    for url in found:
        database = Database(open_engine(url))
        Bank(database).publish()
        database.close()
    return found


def test_what_has_ended_ends_in_every_process(urls: list[str]) -> None:
    """Both engines at once: most of the time is waiting."""
    with ThreadPoolExecutor() as pool:
        assert [*pool.map(_found, urls)] == [[]] * len(urls)


def _found(url: str, plant: Plant | None = None) -> list[str]:
    journal, database = Journal("ended-keys"), Database(open_engine(url, pool_size=4))
    found: list[str] = []
    with closing(database), services(url, plant) as addresses:
        for _ in range(1 if plant else effort(1, 20, 200)):
            found += outlived(database, addresses, journal)
        found += guessed(addresses, effort(25, 50, 50))
        found += wrong_on_short_ways(database, addresses[0], "short-ways")
    return found


def a_key_believed_for_a_minute(patch: pytest.MonkeyPatch) -> None:
    """Known keys are believed for a while, whatever has become of the bank meanwhile."""
    patch.setattr(KnownKeys, "_remembered", lambda keys, digest, state: keys._known.get(digest))


def a_session_by_itself(patch: pytest.MonkeyPatch) -> None:
    """A session lasts as long as it was to last, whatever has become of its key."""
    patch.setattr(ApiKey, "is_valid", lambda key, at: True)


def a_session_that_only_the_browser_forgets(patch: pytest.MonkeyPatch) -> None:
    """Signing out takes the cookie away and leaves the session."""
    patch.setattr(signing_in, "hash_token", lambda token: "nothing")


def a_limit_of_each_guess(patch: pytest.MonkeyPatch) -> None:
    """Wrong keys are counted, and the count is not looked at."""
    patch.setattr(signing_in, "FAILURES", 1_000_000)


def a_short_way_for_all(patch: pytest.MonkeyPatch) -> None:
    """The short way of answers looks at no key: not for who asks, and not for how often."""
    patch.setattr(QuickSubmissions, "_caller", lambda ways, authorization, state: PUBLIC)
    patch.setattr(rate_limits, "_key_digest", lambda authorization: b"")


def all_of_it(patch: pytest.MonkeyPatch) -> None:
    """Each of these mistakes, so that one start of the processes shows them all."""
    a_key_believed_for_a_minute(patch)
    a_session_by_itself(patch)
    a_session_that_only_the_browser_forgets(patch)
    a_limit_of_each_guess(patch)
    a_short_way_for_all(patch)


def test_what_does_not_end_would_be_found(urls: list[str]) -> None:
    """In brief on one engine."""
    for url in urls[: effort(1, 2, 2)]:
        found = _found(url, all_of_it)
        assert {line.partition(" opens")[0] for line in found} >= {
            "a key that reads",
            "a key that reads what is kept",
            "a key that answers",
            "a session of a revoked key",
            "a session that was left",
        }
        assert f"{ANSWER} for malformed, time 1: yes" in found
        assert f"process 0 looked at {effort(25, 50, 50)} wrong keys" in str(found)
