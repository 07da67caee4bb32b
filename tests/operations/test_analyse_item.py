"""What stored answers say about a question, beside figures made one by one in the test."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import QuestionNotFound
from domain.questions import AnswerKey, Scoring
from domain.statistics import Answered, Interval, ItemStatistics, Tally
from formats import quarto
from models import Database, ItemTally, QuestionVersion, Regrade, now
from operations import analyse_item as analysing
from operations.analyse_item import ItemAnalysis, analyse_item
from operations.apply_regrade import apply_regrade
from operations.grade_answer import Answer
from operations.keep_tally import keep_tally
from operations.run_regrade import finish_now
from operations.submit_answer import submit_answer
from operations.undo_regrade import undo_regrade
from tests.factories import CALLER, SEED_FILE, Bank

# Twenty answers to the first question: the statements that were picked, and the seconds it took.
TWENTY = ["BC"] * 7 + ["ABC"] * 4 + ["B"] * 3 + ["ABCD"] * 2 + ["C", "D", "AD", ""]
SECONDS = [31, 12, 55, 40, 8, 22, 19, 61, 47, 35, 28, 90, 15, 33, 26, 70, 52, 44, 3, 120]
LONG_AGO = now() - timedelta(days=1)


def analysed(database: Database, question: str = "rivers", **said: Any) -> ItemAnalysis:
    with database.read() as session:
        return analyse_item(session, question=question, **{"at": now(), **said})


def figures(database: Database, **said: Any) -> ItemStatistics:
    return analysed(database, **said).statistics


def send(bank: Bank, version: QuestionVersion, picked: Sequence[str], at: datetime) -> None:
    """Answers to a version, each a text of the letters picked, a millisecond after each other."""

    def work(session: Session) -> None:
        for place, letters in enumerate(picked):
            selected = tuple(version.option_ids["ABCD".index(letter)] for letter in letters)
            answer = Answer(selected, version=version.number)
            moment = at + timedelta(milliseconds=place)
            submit_answer(
                session, question="rivers", answer=answer, caller=CALLER, at=moment,
                versions=bank.versions,
            )  # fmt: skip

    bank.database.write(work)


def do(database: Database, ask: Callable[..., bool], run: Regrade, **said: Any) -> None:
    """Apply or undo a regrade, to the end."""

    def work(session: Session) -> None:
        found = session.get_one(Regrade, run.id)
        assert ask(session, regrade=found, by=CALLER, at=now(), **said)
        finish_now(session, run=found)

    database.write(work)


def interval_by_trial(share: float, count: int) -> Interval:
    """The shares from which this one lies 1.96 standard deviations: found by halving."""

    def bound(inside: float, outside: float) -> float:
        for _ in range(60):
            middle = (inside + outside) / 2
            is_near = abs(share - middle) <= 1.959964 * (middle * (1 - middle) / count) ** 0.5
            inside, outside = (middle, outside) if is_near else (inside, middle)
        return inside

    return Interval(bound(share, 0), bound(share, 1))


@pytest.fixture
def twenty(bank: Bank) -> Bank:
    """The first question with the twenty answers."""
    (read,) = quarto.parse(SEED_FILE.read_bytes())
    assert read.draft is not None
    version = bank.publish(read.draft, slug="vanishing-gradients")
    for place, (letters, seconds) in enumerate(zip(TWENTY, SECONDS, strict=True)):
        picked = (version.option_ids["ABCD".index(letter)] for letter in letters)
        learner = f"learner {place % 18}"
        bank.submit(
            *picked, question="vanishing-gradients", duration_ms=seconds * 1000, learner=learner
        )
    return bank


def test_twenty_answers_to_the_first_question(twenty: Bank) -> None:
    found = analysed(twenty.database, "vanishing-gradients")
    told, expected = found.statistics, interval_by_trial(0.35, 20)
    assert (told.submissions, told.correct_count, found.learners) == (20, 7, 18)
    for estimate in (told.facility, told.correct):
        assert estimate is not None
        assert estimate.mean == Fraction(7, 20)
        assert estimate.interval is not None
        assert estimate.interval.low == pytest.approx(expected.low, abs=1e-6)
        assert estimate.interval.high == pytest.approx(expected.high, abs=1e-6)
    assert told.guessing is not None
    assert told.guessing.score == told.guessing.correct == Fraction(1, 16)
    assert found.versions == {1: 20}


def test_the_patterns_of_the_twenty(twenty: Bank) -> None:
    told = figures(twenty.database, question="vanishing-gradients")
    letters = {one.id: one.letter for one in told.options}
    patterns = {
        "".join(letters[id_] for id_ in one.selected or ()): (one.count, int(one.mean_score))
        for one in told.patterns
    }
    assert patterns == {picked: (TWENTY.count(picked), int(picked == "BC")) for picked in TWENTY}
    assert (told.possible_patterns, told.others, told.missed) == (16, 0, 0)


def test_the_options_of_the_twenty(twenty: Bank) -> None:
    told = figures(twenty.database, question="vanishing-gradients")
    options = [(one.letter, one.right, one.picked, one.mean_of_pickers) for one in told.options]
    assert options == [
        ("A", False, 7, 0),
        ("B", True, 16, Fraction(7, 16)),
        ("C", True, 14, Fraction(1, 2)),
        ("D", False, 4, 0),
    ]


def test_the_times_of_the_twenty(twenty: Bank) -> None:
    told = figures(twenty.database, question="vanishing-gradients").time
    assert told is not None
    assert told.count == 20
    ranks = {told.p25: 5, told.p50: 10, told.p75: 15, told.p90: 18}
    for time, rank in ranks.items():
        assert time == sorted(SECONDS)[rank - 1] * 1000
    assert sum(bar.count for bar in told.bars) == 20


def test_parts_of_a_point_count_for_facility_only(database: Database, bank: Bank) -> None:
    version = bank.publish(scoring=Scoring("net_right"))  # right are A and C
    send(bank, version, ["AC", "A", "AB", ""], LONG_AGO)
    told = figures(database)
    assert told.facility is not None
    assert told.correct is not None
    assert (told.facility.mean, told.correct.mean) == (Fraction(3, 8), Fraction(1, 4))
    assert told.guessing is not None
    assert (told.guessing.score, told.guessing.correct) == (Fraction(3, 16), Fraction(1, 16))


def test_each_version_has_figures_of_its_own(database: Database, bank: Bank) -> None:
    send(bank, bank.publish(), ["AC", "AC"], LONG_AGO)
    send(bank, bank.publish(title="Rivers again"), ["B"], LONG_AGO)
    bank.revise(title="A draft")
    new, old = analysed(database), analysed(database, version=1)
    assert new.versions == old.versions == {1: 2, 2: 1}
    assert (new.version.number, new.statistics.submissions) == (2, 1)
    assert (old.version.number, old.statistics.correct_count) == (1, 2)
    assert figures(database, version=3).submissions == 0
    with pytest.raises(QuestionNotFound, match="no version 4"):
        analysed(database, version=4)


def test_the_grade_that_counts_now_counts(database: Database, bank: Bank) -> None:
    send(bank, bank.publish(key=AnswerKey(frozenset({1}))), ["A", "AC"], LONG_AGO)
    bank.publish()
    run = bank.regrade(mode="current_key", versions=(1,))
    do(database, apply_regrade, run, four_eyes=False)
    told = figures(database, version=1)
    rows = [(one.count, one.correct) for one in told.patterns]
    assert (told.correct_count, sorted(rows)) == (1, [(1, False), (1, True)])
    assert told.facility is not None
    assert told.facility.mean == Fraction(1, 2)


@pytest.fixture
def few_are_worth_keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three answers are worth keeping, and two are read at once."""
    monkeypatch.setattr(analysing, "WORTH_KEEPING", 3)
    monkeypatch.setattr(analysing, "ROWS_AT_ONCE", 2)


def kept(database: Database, **said: Any) -> ItemAnalysis:
    """Analyse, and keep what is worth it, as the doors do."""
    found = analysed(database, **said)
    if (tally := found.worth_keeping) is not None:
        database.write(lambda session: keep_tally(session, tally=tally))
    return found


@pytest.mark.usefixtures("few_are_worth_keeping")
def test_what_was_kept_is_not_counted_again(
    database: Database, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = bank.publish()
    send(bank, version, ["AC", "A", "B", "AC"], LONG_AGO)
    assert kept(database, at=LONG_AGO + timedelta(minutes=9)).worth_keeping is not None
    send(bank, version, ["D", "AC"], LONG_AGO + timedelta(hours=1))
    counted: list[int] = []
    add = Tally.add

    def counting(tally: Tally, answers: Iterable[Answered]) -> None:
        before = tally.count
        add(tally, answers)
        counted.append(tally.count - before)

    monkeypatch.setattr(Tally, "add", counting)
    told = kept(database)
    assert counted == [2, 0]
    assert (told.statistics.submissions, told.statistics.correct_count) == (6, 3)
    assert told.worth_keeping is None, "two more are not worth it"


@pytest.mark.usefixtures("few_are_worth_keeping")
def test_answers_of_the_last_minute_count_and_are_not_kept(database: Database, bank: Bank) -> None:
    version = bank.publish()
    send(bank, version, ["AC", "A", "B"], LONG_AGO)
    send(bank, version, ["AC"], now())
    found = kept(database)
    assert found.statistics.submissions == 4
    assert found.worth_keeping is not None
    assert found.worth_keeping.answers == 3
    assert figures(database).submissions == 4


@pytest.mark.usefixtures("few_are_worth_keeping")
def test_an_answer_that_comes_late_makes_all_be_counted_again(
    database: Database, bank: Bank
) -> None:
    version = bank.publish()
    send(bank, version, ["AC", "A", "B"], LONG_AGO)
    kept(database)
    send(bank, version, ["AC"], LONG_AGO - timedelta(hours=1))
    found = kept(database)
    assert (found.statistics.submissions, found.statistics.correct_count) == (4, 2)
    assert kept(database).worth_keeping is None, "now it is kept with the late one"


@pytest.mark.usefixtures("few_are_worth_keeping")
def test_a_regrade_makes_all_be_counted_again(database: Database, bank: Bank) -> None:
    send(bank, bank.publish(), ["AC", "A", "B"], LONG_AGO)
    before = kept(database).statistics
    run = bank.regrade()
    do(database, apply_regrade, run, four_eyes=False)
    after = kept(database).statistics
    assert (before.correct_count, after.correct_count) == (1, 3)
    do(database, undo_regrade, run)
    assert figures(database) == before


@pytest.mark.usefixtures("few_are_worth_keeping")
def test_of_two_who_keep_at_once_either_may_be_last(database: Database, bank: Bank) -> None:
    send(bank, bank.publish(), ["AC", "A", "B"], LONG_AGO)
    tally = analysed(database).worth_keeping
    assert tally is not None
    for _ in range(2):
        database.write(lambda session: keep_tally(session, tally=tally))
    with database.read() as session:
        assert session.scalars(select(ItemTally.answers)).one() == 3
