"""One question as it is when one does something to it after the other: what races must look like.

Everything here is pure: each deed gives what comes of it, and what is there afterwards.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Any, TypeAlias

KEYS: Mapping[str, frozenset[int]] = {
    "rhine": frozenset({1}),
    "both": frozenset({1, 3}),
    "elbe": frozenset({3}),
}


@dataclass(frozen=True)
class Version:
    """What a version says, and whether learners ever got it."""

    title: str
    key: str
    is_out: bool = False


@dataclass(frozen=True)
class Answered:
    """An answer: which version it was to, what was picked, and all its grades, oldest first."""

    version: int
    picked: str
    grades: tuple[bool, ...]


@dataclass(frozen=True)
class Plan:
    """A planned regrade: the grades that it would append, by learner, after so many others."""

    grades: Mapping[str, tuple[bool, int]]
    is_applied: bool = False


@dataclass(frozen=True)
class There:
    """All that is there. ``tag`` counts what authors can see; ``shown`` is a version's number."""

    versions: tuple[Version, ...]
    shown: int | None
    is_retired: bool = False
    tag: int = 0
    answers: Mapping[str, Answered] = field(default_factory=dict)
    plans: tuple[Plan, ...] = ()

    @property
    def newest(self) -> Version:
        return self.versions[-1]

    def changed(self, **changes: Any) -> "There":
        """The same after a change that authors can see."""
        return replace(self, tag=self.tag + 1, **changes)

    def with_newest(self, version: Version) -> "There":
        """The same with another version in place of the newest."""
        return self.changed(versions=(*self.versions[:-1], version))

    def published(self) -> "There":
        """The same when learners get the newest version."""
        shown = len(self.versions)
        return replace(self.with_newest(replace(self.newest, is_out=True)), shown=shown)

    @property
    def regraded(self) -> Mapping[str, bool]:
        """The grades that the key of the shown version would change."""
        key = self.versions[self.shown - 1].key if self.shown else None
        return {
            learner: one.picked == key
            for learner, one in self.answers.items()
            if key is not None and one.grades[-1] != (one.picked == key)
        }

    def seen(self) -> Any:
        """What a look into the database must find."""
        return self.versions, self.shown, self.is_retired, dict(self.answers)


After: TypeAlias = tuple[There, Any]


@dataclass(frozen=True)
class Edit:
    """An author writes over the state with a tag."""

    title: str
    key: str
    tag: int

    def after(self, there: There) -> After:
        if self.tag != there.tag:
            return there, "stale"
        draft = Version(self.title, self.key)
        if there.newest.is_out:
            return there.changed(versions=(*there.versions, draft)), "done"
        return there.with_newest(draft), "done"


@dataclass(frozen=True)
class Publish:
    """A reviewer gives learners what was written last."""

    def after(self, there: There) -> After:
        if there.is_retired:
            return there, "wrong_state"
        return (there if there.newest.is_out else there.published()), "done"


@dataclass(frozen=True)
class Retire:
    """A reviewer takes the question away from learners."""

    def after(self, there: There) -> After:
        if there.is_retired:
            return there, "done"
        if there.shown is None:
            return there, "wrong_state"
        return there.changed(is_retired=True), "done"


@dataclass(frozen=True)
class Reopen:
    """An author takes it back to draft."""

    def after(self, there: There) -> After:
        if there.is_retired:
            again = () if not there.newest.is_out else (replace(there.newest, is_out=False),)
            versions = (*there.versions, *again)
            return there.changed(versions=versions, is_retired=False, shown=None), "done"
        return there, "wrong_state" if there.newest.is_out else "done"


@dataclass(frozen=True)
class Import:
    """Somebody imports a folder with the question in it."""

    title: str
    key: str

    def after(self, there: There) -> After:
        said = Version(self.title, self.key, is_out=True)
        if there.newest == said:
            return there, "unchanged"
        if there.newest == replace(said, is_out=False):
            return there.published(), "updated"
        return replace(there, versions=(*there.versions, said)).published(), "updated"


@dataclass(frozen=True)
class Submit:
    """A learner picks options of what is shown, or of the version of a number."""

    learner: str
    picked: str
    version: int | None

    def after(self, there: There) -> After:
        if there.is_retired or there.shown is None:
            return there, "question_not_found"
        number = self.version or there.shown
        if number > len(there.versions) or not there.versions[number - 1].is_out:
            return there, "version_conflict"
        is_right = there.versions[number - 1].key == self.picked
        answer = Answered(number, self.picked, (is_right,))
        return replace(there, answers={**there.answers, self.learner: answer}), (number, is_right)


@dataclass(frozen=True)
class Prepare:
    """Somebody plans to regrade all answers by the key that is shown."""

    def after(self, there: There) -> After:
        if there.shown is None:
            return there, "nothing_published"
        grades = {
            learner: (is_right, len(there.answers[learner].grades))
            for learner, is_right in there.regraded.items()
        }
        return replace(there, plans=(*there.plans, Plan(grades))), len(grades)


@dataclass(frozen=True)
class Apply:
    """Somebody applies a plan, by its place."""

    place: int

    def after(self, there: There) -> After:
        if self.place >= len(there.plans):
            return there, "no_plan"
        plan, answers = there.plans[self.place], dict(there.answers)
        if plan.is_applied:
            return there, "done"
        for learner, (grade, seen) in plan.grades.items():
            if len(answers[learner].grades) == seen:
                grades = (*answers[learner].grades, grade)
                answers[learner] = replace(answers[learner], grades=grades)
        plans = list(there.plans)
        plans[self.place] = replace(plan, is_applied=True)
        return replace(there, answers=answers, plans=tuple(plans)), "done"


Deed: TypeAlias = Edit | Publish | Retire | Reopen | Import | Submit | Prepare | Apply


def explanations(
    there: There, deeds: Sequence[Deed], told: Sequence[Any], seen: Any
) -> Iterator[There]:
    """What may be there after the deeds: by every order that gives what was told and is seen.

    Who is told that the service is busy has done nothing.
    """
    done = [(deed, said) for deed, said in zip(deeds, told, strict=True) if said != "busy"]
    for order in permutations(done):
        after = _after(there, order)
        if after is not None and after.seen() == seen:
            yield after


def _after(there: There, order: Sequence[tuple[Deed, Any]]) -> There | None:
    for deed, told in order:
        there, expected = deed.after(there)
        if expected != told:
            return None
    return there
