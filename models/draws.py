"""Which questions fulfil which conditions, kept in memory as sets of their numbers.

A draw needs to know how many questions there are and which is the k-th: no index of a database
tells that at once. A set of numbers is a compressed bitmap of at most a bit for each question.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from threading import Lock

from pyroaring import BitMap
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, load_only, selectinload

from domain.ordering import draw
from models.bank import Bank
from models.conditions import Condition
from models.question import Question, QuestionVersion

MOST_SETS = 512  # the ones used last: 64 MB at most where the bank has a million questions
MOST_CHANGES = 1000  # of more questions than that it is cheaper to read the sets anew

ANY = Condition()


class QuestionSets:
    """Sets of question numbers, one for each condition, valid for one revision of the bank.

    A set is read when it is first asked for. When the revision has risen, only the questions
    that changed since are read and sorted into the sets again. Sessions must see one state.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._revision = 0
        self._sets: OrderedDict[Condition, BitMap] = OrderedDict()

    def numbers(self, session: Session, conditions: Iterable[Condition]) -> BitMap:
        """The numbers of the listed questions that fulfil all, as this session sees the bank."""
        wanted = [*conditions] or [ANY]
        bank = session.get_one(Bank, 1)  # the session's state begins here
        with self._lock:
            if bank.revision > self._revision:
                self._catch_up(session, bank)
            if bank.revision == self._revision:
                return BitMap.intersection(*(self._kept(session, each) for each in wanted))
        # Another session has seen a later state already.
        return BitMap.intersection(*(_read(session, each) for each in wanted))

    def size_in_bytes(self) -> int:
        """What the sets hold in memory, nearly."""
        with self._lock:
            return sum(_bytes(one) for one in self._sets.values())

    def _catch_up(self, session: Session, bank: Bank) -> None:
        if bank.unnamed_in > self._revision:
            self._sets.clear()
        if self._sets:
            changed = session.scalars(_changed_since(self._revision)).all()
            if len(changed) > MOST_CHANGES:
                self._sets.clear()
            for question in changed:
                self._sort_in(question)
        self._revision = bank.revision

    def _sort_in(self, question: Question) -> None:
        version = question.published if question.retired_at is None else None
        assert question.number is not None
        for condition, numbers in self._sets.items():
            if version is not None and condition.holds(version):
                numbers.add(question.number)
            else:
                numbers.discard(question.number)

    def _kept(self, session: Session, condition: Condition) -> BitMap:
        if condition not in self._sets:
            self._sets[condition] = _read(session, condition)
        self._sets.move_to_end(condition)
        found = self._sets[condition]
        while len(self._sets) > MOST_SETS:
            self._sets.popitem(last=False)
        return found


def draw_numbers(numbers: BitMap, count: int, seed: str) -> list[int]:
    """Up to ``count`` different numbers, every such list equally likely.

    The same seed and the same set give the same list, in every process and on every engine.
    """
    return [numbers[place] for place in draw(range(len(numbers)), count, seed)]


def numbers_of(session: Session, names: Sequence[str]) -> BitMap:
    """The numbers of the questions with these slugs or ids, as far as there are such."""
    if not names:
        return BitMap()
    named = select(Question.number).where(Question.are_named(names))
    return BitMap(number for number in session.scalars(named) if number is not None)


def _read(session: Session, condition: Condition) -> BitMap:
    listed = select(Question.number).where(Question.is_listed())
    if condition != ANY:
        versions = condition.versions().subquery()
        listed = listed.join(versions, versions.c[0] == Question.published_id)
    # In parts, so that a large set never stands in memory as a list of Python numbers.
    parts = session.scalars(listed.execution_options(yield_per=10_000)).partitions()
    numbers = BitMap()
    for part in parts:
        numbers.update(number for number in part if number is not None)
    return numbers


def _changed_since(revision: int) -> Select[Question]:
    """The questions that changed, with what conditions look at; one more than are sorted in."""
    return (
        select(Question)
        .where(Question.changed_in > revision)
        .options(
            load_only(Question.number, Question.retired_at, Question.is_translated),
            joinedload(Question.published).options(
                load_only(
                    QuestionVersion.kind, QuestionVersion.language, QuestionVersion.difficulty
                ),
                selectinload(QuestionVersion.tags),
            ),
        )
        .limit(MOST_CHANGES + 1)
    )


def _bytes(numbers: BitMap) -> int:
    said = numbers.get_statistics()
    return (
        said["n_bytes_array_containers"]
        + said["n_bytes_run_containers"]
        + said["n_bytes_bitset_containers"]
    )
