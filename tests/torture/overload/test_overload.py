"""More than can be answered is refused early, fairly and cheaply; slow clients are cut off."""

import pytest

from api import quick_protocol
from api.admission import Admission
from api.timed_protocol import TimedProtocol
from models import Database
from tests.torture.effort import effort
from tests.torture.overload.pressing import (
    hold_up,
    refused_by_the_head,
    run,
    slow_to_send,
    too_many,
)

THREADS, LOOP = "/slow", "/v1/questions/rivers"
BRIEF = [("sqlite", LOOP), ("postgresql", THREADS)]
ALL = [*BRIEF, ("sqlite", THREADS), ("postgresql", LOOP)]
CASES = ALL[: effort(len(BRIEF), len(ALL), len(ALL))]
# What never reaches the database is the same on both engines.
once = pytest.mark.parametrize("own_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a line for each request, as no test reads them."""
    monkeypatch.setattr("api.logs._requests.are_told", False)


def no_admission(patch: pytest.MonkeyPatch) -> None:
    """Let everybody in: queues grow, and all wait until they have given up."""
    patch.setattr(Admission, "may_begin", lambda *_, **__: True)
    patch.setattr(Admission, "refuses_reads", False)


def one_class(patch: pytest.MonkeyPatch) -> None:
    """Refuse answers of learners as soon as reads are refused."""

    def may_answer(self: Admission, _: int) -> bool:
        return self.may_begin(is_read=True)

    patch.setattr(Admission, "may_answer", may_answer)


def health_is_a_read(patch: pytest.MonkeyPatch) -> None:
    """Refuse those who ask whether it lives, so that it is restarted under load."""
    patch.setattr(quick_protocol, "NEVER_REFUSED", frozenset())


def look_at_the_body_first(patch: pytest.MonkeyPatch) -> None:
    """Ask whether there is a place when the whole request is here."""
    patch.setattr(Admission, "may_answer", lambda *_: True)


def only_heads_are_timed(patch: pytest.MonkeyPatch) -> None:
    """Look at the clock until the head is here, and no longer."""
    end_if_slow = TimedProtocol.end_if_slow

    def heads_only(self: TimedProtocol, now: float) -> None:
        if not self._has_head:
            end_if_slow(self, now)

    patch.setattr(TimedProtocol, "end_if_slow", heads_only)


@pytest.mark.parametrize(
    ("own_url", "read"),
    CASES,
    indirect=["own_url"],
)
def test_too_much_is_refused_early(
    own_database: Database, monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    hold_up(monkeypatch)
    assert run(too_many, own_database, read) == []


@once
def test_without_admission_answers_are_late(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_admission(monkeypatch)
    found = run(too_many, own_database, THREADS)
    assert "no read was refused" in found
    assert {"answers are late", "lost or unexpected"} & set(found), "some wait for too long"


@once
def test_refusals_of_submissions_and_of_health_are_found(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_class(monkeypatch)
    health_is_a_read(monkeypatch)
    found = run(too_many, own_database, THREADS)
    assert {"submissions were refused", "its health was not told"} <= set(found)


@once
def test_what_has_no_place_is_refused_by_its_head(own_database: Database) -> None:
    assert run(refused_by_the_head, own_database) == []


@once
def test_a_refusal_behind_the_body_is_found(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at_the_body_first(monkeypatch)
    assert run(refused_by_the_head, own_database) == ["it waits for the body"]


@once
def test_slow_clients_are_cut_off(own_database: Database) -> None:
    assert run(slow_to_send, own_database) == []


@once
def test_a_body_that_is_not_timed_is_found(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_heads_are_timed(monkeypatch)
    assert "slow bodies are not cut" in run(slow_to_send, own_database)
