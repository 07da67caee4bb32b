"""Authors, learners and regrades on one question at one instant: as if one came after the other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import text

from api import bank_writing
from models import Bank, Database, open_engine
from tests.torture.effects.racing import Office, Raced
from tests.torture.effects.sequential import (
    KEYS,
    Apply,
    Deed,
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

SCHEDULES, STEPS = effort(20, 1500, 10_000), 10
MOST_AT_ONCE = 4
AS_PLANTED = 400  # schedules until it must have been found
STEPS_OF: Mapping[str, Callable[[], Deed]] = {
    "publish": Publish,
    "retire": Retire,
    "reopen": Reopen,
}
keys, fresh = st.sampled_from(sorted(KEYS)), st.sampled_from((True, True, True, False))
DEEDS = {
    "edit": st.tuples(st.just("edit"), keys, fresh),
    "import": st.tuples(st.just("import"), keys),
    "submit": st.tuples(st.just("submit"), keys, st.none() | st.integers(1, 4)),
    "apply": st.tuples(st.just("apply"), st.integers(0, 2)),
    **{name: st.just((name,)) for name in STEPS_OF},
}
EDITS = {"edit": 2, "import": 1}
MIX = {"edit": 2, "import": 1, "submit": 4, "apply": 2, "publish": 2, "retire": 1, "reopen": 1}
PAUSES = st.lists(
    st.sampled_from((0.0, 0.0, 0.001, 0.003)), min_size=MOST_AT_ONCE, max_size=MOST_AT_ONCE
)


class UnexplainedError(Exception):
    """No order of what was done gives what was told and is there."""


@dataclass
class Stage:
    """Two offices of one bank, how often which deed is done, and what was found wrong."""

    offices: Sequence[Office]
    journal: Journal
    mix: Mapping[str, int] = field(default_factory=lambda: MIX)
    questions: Iterator[int] = field(default_factory=count)
    schedules: int = 0
    found: list[str] = field(default_factory=list)

    @cached_property
    def wishes(self) -> st.SearchStrategy[list[Any]]:
        """What some do at one instant."""
        names = [name for name, weight in self.mix.items() for _ in range(weight)]
        deeds = st.sampled_from(names).flatmap(DEEDS.__getitem__)
        return st.lists(deeds, min_size=2, max_size=MOST_AT_ONCE)


class Race(RuleBasedStateMachine):
    """A question, and races for it. Each must be what some order of its deeds would give."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.raced = Raced.begun(f"rivers-{next(stage.questions)}", stage.offices)
        self.titles = 0

    @rule(data=st.data(), pauses=PAUSES)
    def race(self, data: st.DataObject, pauses: list[float]) -> None:
        """Do some deeds at one instant."""
        self.stage.schedules += 1
        self._do([self._deed(*wish) for wish in data.draw(self.stage.wishes)], pauses)

    @rule()
    def prepare(self) -> None:
        """Plan a regrade, if there is something to regrade, while nobody does anything else.

        No precondition: what hypothesis draws may not depend on how a race ended.
        """
        if self.raced.there.regraded:
            self._do([Prepare()], [0.0])

    def _deed(self, name: str, *said: Any) -> Deed:
        self.titles += 1
        title, there = f"Title {self.titles}", self.raced.there
        match name, *said:
            case "edit", key, is_fresh:
                return Edit(title, key, there.tag if is_fresh else min(self.raced.tags))
            case "import", key:
                return Import(title, key)
            case "submit", picked, version:
                return Submit(f"learner {self.titles}", picked, version)
            case "apply", place:
                return Apply(place)
        return STEPS_OF[name]()

    def _do(self, deeds: list[Any], pauses: list[float]) -> None:
        before = self.raced.there
        told = self.raced.race(deeds, pauses)
        seen = self.raced.look()
        self.stage.journal.note("raced", deeds=deeds, told=told, seen=seen)
        after = next(explanations(before, deeds, told, seen), None)
        if after is None:
            self.stage.found.append(f"{before}\n{deeds}\n{told}\n{seen}")
            raise UnexplainedError
        self.raced.settle(after)


def unexplained(stage: Stage, schedules: int) -> list[str]:
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
        for run in count():
            if stage.schedules >= schedules:
                break
            # A factory will do, as its documentation says, whatever its type says.
            machine: Any = seed(stage.journal.seed + run)(partial(Race, stage))
            run_state_machine_as_test(machine, settings=how)
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
    assert stage.schedules >= SCHEDULES


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
        found = unexplained(Stage(offices, Journal("lost"), EDITS), AS_PLANTED)
    assert "Edit" in str(found)
