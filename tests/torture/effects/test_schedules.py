"""Authors, learners and regrades on one question at one instant: as if one came after the other."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from api import bank_writing
from models import Bank, Database, open_engine
from tests.torture.effects.racing import Office, Raced
from tests.torture.effects.sequential import (
    KEYS,
    Apply,
    Edit,
    Import,
    Prepare,
    Publish,
    Reopen,
    Retire,
    Submit,
    explanations,
)
from tests.torture.effort import effort
from tests.torture.journal import Journal
from tests.torture.planting import Plant

SCHEDULES, STEPS = effort(40, 1500, 10_000), 10
MOST_AT_ONCE = 4
AS_PLANTED = 400  # schedules until it must have been found
keys, fresh = st.sampled_from(sorted(KEYS)), st.sampled_from((True, True, True, False))
DEEDS = {
    "edit": st.tuples(st.just("edit"), keys, fresh),
    "import": st.tuples(st.just("import"), keys),
    "submit": st.tuples(st.just("submit"), keys, st.none() | st.integers(1, 4)),
    "apply": st.tuples(st.just("apply"), st.integers(0, 2)),
    "publish": st.just(("publish",)),
    "retire": st.just(("retire",)),
    "reopen": st.just(("reopen",)),
}
MIX = {"edit": 2, "import": 1, "submit": 4, "apply": 2, "publish": 2, "retire": 1, "reopen": 1}
PAUSES = st.lists(
    st.sampled_from((0.0, 0.0, 0.001, 0.003)), min_size=MOST_AT_ONCE, max_size=MOST_AT_ONCE
)


class UnexplainedError(Exception):
    """No order of what was done gives what was told and is there."""


class Stage:
    """Two offices of one bank, and a journal of all that is raced for there."""

    def __init__(self, offices: Sequence[Office], journal: Journal) -> None:
        self.offices, self.journal = offices, journal
        self.questions = self.schedules = 0
        self.found: list[str] = []

    def machine(self, mix: Mapping[str, int]) -> type[RuleBasedStateMachine]:
        """A state machine whose every step is a race of some of these deeds."""
        stage, drawn = self, [name for name, weight in mix.items() for _ in range(weight)]
        deeds = st.sampled_from(drawn).flatmap(DEEDS.__getitem__)
        some = st.lists(deeds, min_size=2, max_size=MOST_AT_ONCE)

        class Machine(RuleBasedStateMachine):
            def __init__(self) -> None:
                super().__init__()
                stage.questions += 1
                self.raced = Raced.begun(f"rivers-{stage.questions}", stage.offices)
                self.titles = 0

            @rule(wishes=some, pauses=PAUSES)
            def race(self, wishes: list[tuple[Any, ...]], pauses: list[float]) -> None:
                stage.schedules += 1
                self._do([self._deed(*wish) for wish in wishes], pauses)

            @precondition(lambda self: bool(self.raced.there.regraded))
            @rule()
            def prepare(self) -> None:
                self._do([Prepare()], [0.0])

            def _deed(self, name: str, *said: Any) -> Any:
                self.titles += 1
                title, there = f"Title {self.titles}", self.raced.there
                tags = sorted(self.raced.tags)
                match name, *said:
                    case "edit", key, is_fresh:
                        return Edit(title, key, there.tag if is_fresh else tags[0])
                    case "import", key:
                        return Import(title, key)
                    case "submit", picked, version:
                        return Submit(f"learner {self.titles}", picked, version)
                    case "apply", place:
                        return Apply(place)
                return {"publish": Publish, "retire": Retire, "reopen": Reopen}[name]()

            def _do(self, deeds: list[Any], pauses: list[float]) -> None:
                raced, before = self.raced, self.raced.there
                told = raced.race(deeds, pauses)
                seen = raced.look()
                stage.journal.note("raced", deeds=deeds, told=told, seen=seen)
                after = next(explanations(before, deeds, told, seen), None)
                if after is None:
                    stage.found.append(f"{before}\n{deeds}\n{told}\n{seen}")
                    raise UnexplainedError
                raced.settle(after)

        seed(self.journal.seed)(Machine)
        return Machine


def unexplained(stage: Stage, schedules: int, mix: Mapping[str, int] = MIX) -> list[str]:
    """What is not as if one had done it after the other, in so many races."""
    how = settings(
        max_examples=max(1, schedules // STEPS),
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # a race that is run again is another one
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    try:
        run_state_machine_as_test(stage.machine(mix), settings=how)
    except Exception:
        if not stage.found:
            raise
    return stage.found


@contextmanager
def offices_on(url: str) -> Iterator[list[Office]]:
    """Two, which know of each other only what the database tells."""
    offices = [Office(Database(open_engine(url))) for _ in range(2)]
    yield offices
    for office in offices:
        office.writer.stop()
        office.database.close()


@pytest.fixture
def url(own_url: str, own_database: Database) -> str:
    """A bank where, on PostgreSQL, an operator has made the strictest isolation the usual one."""
    if own_url.startswith("postgresql"):
        name = own_database.bind.engine.url.database
        strict = f'ALTER DATABASE "{name}" SET default_transaction_isolation = serializable'
        own_database.write(lambda session: session.execute(text(strict)).close())
        own_database.close()
    return own_url


def test_races_are_as_if_one_came_after_the_other(url: str) -> None:
    with offices_on(url) as offices:
        stage = Stage(offices, Journal("schedules"))
        assert unexplained(stage, SCHEDULES) == []
    assert stage.schedules >= SCHEDULES // 2


def ignoring_if_match(patch: pytest.MonkeyPatch) -> None:
    """Write over whatever is there."""
    patch.setattr(bank_writing, "require_match", lambda *_: None)


def taking_no_turns(patch: pytest.MonkeyPatch) -> None:
    """Compare with what is there, and then write, while others may do so as well.

    On PostgreSQL the row of the bank is not locked before, on SQLite no transaction is begun.
    """
    patch.setattr(Bank, "take_turns", lambda _: None)
    make = Database.__init__

    def begun(self: Database, bind: Any, *others: Any) -> None:
        make(self, bind, *others)
        if self.is_file:
            self._writers.configure(bind=bind.execution_options(sqlite_begin="SELECT 1"))

    patch.setattr(Database, "__init__", begun)


@pytest.mark.parametrize("plant", [ignoring_if_match, taking_no_turns])
def test_a_lost_update_is_found(url: str, monkeypatch: pytest.MonkeyPatch, plant: Plant) -> None:
    plant(monkeypatch)
    with offices_on(url) as offices:
        found = unexplained(Stage(offices, Journal("lost")), AS_PLANTED, {"edit": 2, "import": 1})
    assert "Edit" in str(found)
