"""A published question as a terminal shows it: with names that people can type for its options."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from domain.errors import QuestionNotFound
from domain.grading import OWN
from domain.grading.matching import TARGETS
from domain.option_references import letter
from models import OptionRow, Question, QuestionVersion
from models.answering import AnswerableVersion, Target, parts_to_grade, revision_of_bank


@dataclass(frozen=True, slots=True)
class Choice:
    """An option, and what is typed for it: a letter, or the number of a target."""

    name: str
    row: OptionRow

    @property
    def id(self) -> str:
        """What the service calls it."""
        return self.row.option_id


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A question, and the options of each part in the order that learners see."""

    target: Target
    parts: Mapping[str, Sequence[Choice]]
    names: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        names = {one.id: one.name for part in self.parts.values() for one in part}
        object.__setattr__(self, "names", MappingProxyType(names))

    @property
    def version(self) -> QuestionVersion:
        """The row of what is shown."""
        return self.target.version.row

    @property
    def options(self) -> Sequence[Choice]:
        """The options below the stem."""
        return self.parts.get(OWN, ())


def find_shown(session: Session, slug: str) -> Shown:
    """What learners get of the question with this slug or id, and its key.

    :class:`QuestionNotFound` where they get nothing.
    """
    version = session.scalar(
        select(QuestionVersion)
        .join(Question, Question.published_id == QuestionVersion.id)
        .where(Question.is_named(slug), Question.is_listed())
        .options(
            *parts_to_grade(),
            joinedload(QuestionVersion.question),
            selectinload(QuestionVersion.options).undefer(OptionRow.feedback),
        )
    )
    if version is None:
        raise QuestionNotFound
    return shown_version(version, revision_of_bank(session))


def shown_version(version: QuestionVersion, revision: int = 0) -> Shown:
    """The version under the names that its options have in a terminal."""
    question, answerable = version.question, AnswerableVersion(version)
    target = Target(revision, question.id, question.slug, version.release, answerable)
    return Shown(target, MappingProxyType(_parts(version)))


def _parts(version: QuestionVersion) -> dict[str, list[Choice]]:
    rows = {row.option_id: row for row in version.options}
    shown: dict[str, list[OptionRow]] = {}
    for id_ in version.shown_order(None):
        shown.setdefault(rows[id_].part, []).append(rows[id_])
    return {
        part: [Choice(name, row) for name, row in zip(_names(part), found, strict=False)]
        for part, found in shown.items()
    }


def _names(part: str) -> Iterator[str]:
    """Numbers of targets; letters of others, which are shorter than any id of an option."""
    return map(str, count(1)) if part == TARGETS else (letter(n).lower() for n in count())
