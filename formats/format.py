"""The shape every question file format has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.problems import Problem
from domain.questions import Draft


@dataclass(frozen=True, slots=True)
class Parsed:
    """One question of a file: the draft, or the reasons why there is none.

    ``draft`` is ``None`` exactly when one of the ``problems`` is an error.
    """

    draft: Draft | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """A named format: ``suffixes`` with the dot, ``parse`` from bytes, ``render`` to bytes."""

    name: str
    suffixes: tuple[str, ...]
    parse: Callable[[bytes], Sequence[Parsed]]
    render: Callable[[Sequence[Draft]], bytes]
