"""What there is to score by, told so that an author can choose and a learner can understand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from inspect import signature
from operator import attrgetter
from types import MappingProxyType

from domain.grading.choice import CHOICE_KINDS
from domain.grading.kinds import KINDS
from domain.grading.option_values import OPTION_RULES, OptionRule
from domain.grading.parameters import spell_value
from domain.grading.rules import RULES, Property, Rule

SHOWN_SIZES = (4, 5)  # numbers of options for which the catalogue shows what can be gamed


@dataclass(frozen=True, slots=True)
class Earned:
    """What the same response to any question earns where ``key`` of the options are right."""

    options: int
    key: int
    score: Fraction


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One rule in words and numbers.

    ``formula`` includes the floor, ``parameters`` holds exact fractions or ``None`` for no limit.
    The tables are empty for a rule to which picking everything or nothing means nothing.
    """

    name: str
    version: int
    kinds: tuple[str, ...]
    formula: str
    example: str
    used_by: str
    source: str
    policy: str
    properties: tuple[Property, ...]
    parameters: Mapping[str, str | None]
    ticking_everything: tuple[Earned, ...]
    ticking_nothing: tuple[Earned, ...]


def catalogue() -> tuple[CatalogueEntry, ...]:
    """Every rule that a question can be scored by, in the order of their names."""
    entries = (
        *map(_by_counts, RULES.values()),
        *map(_by_option, OPTION_RULES.values()),
        *_of_other_kinds(),
    )
    return tuple(sorted(entries, key=attrgetter("name", "kinds")))


def _by_counts(rule: Rule) -> CatalogueEntry:
    sizes = [(options, keyed) for options in SHOWN_SIZES for keyed in range(1, options + 1)]
    about = rule.about
    return CatalogueEntry(
        name=rule.name,
        version=rule.version,
        kinds=CHOICE_KINDS,
        formula=about.formula if rule.floor is None else f"max({rule.floor}, {about.formula})",
        example=about.worked_example,
        used_by=about.used_by,
        source=about.source,
        policy=about.policy,
        properties=tuple(sorted(about.properties)),
        parameters=MappingProxyType(dict(rule.parameters)),
        ticking_everything=tuple(Earned(*size, rule.ticking_everything(*size)) for size in sizes),
        ticking_nothing=tuple(Earned(*size, rule.ticking_nothing(*size)) for size in sizes),
    )


def _by_option(rule: OptionRule) -> CatalogueEntry:
    return CatalogueEntry(
        name=rule.name,
        version=rule.version,
        kinds=CHOICE_KINDS,
        formula=rule.formula,
        example=rule.example,
        used_by=rule.used_by,
        source=rule.source,
        policy=rule.policy,
        properties=(),
        parameters=_defaults(rule),
        ticking_everything=(),
        ticking_nothing=(),
    )


def _of_other_kinds() -> Iterator[CatalogueEntry]:
    """The rules of kinds where nothing is picked, each once for all kinds that share it."""
    sharing: dict[str, list[str]] = {}
    for kind in KINDS.values():
        for name in kind.rules:
            sharing.setdefault(name, []).append(kind.name)
    for name, kinds in sharing.items():
        rule = KINDS[kinds[0]].rules[name]
        yield CatalogueEntry(
            name=name,
            version=rule.version,
            kinds=tuple(sorted(kinds)),
            formula=rule.formula,
            example=rule.example,
            used_by=rule.used_by,
            source=rule.source,
            policy=rule.policy,
            properties=(),
            parameters=MappingProxyType({}),
            ticking_everything=(),
            ticking_nothing=(),
        )


def _defaults(rule: OptionRule) -> Mapping[str, str | None]:
    """What limits the sum unless a question says otherwise; its values have no default."""
    stated = signature(rule.make).parameters.values()
    return MappingProxyType(
        {one.name: spell_value(one.default) for one in stated if one.default is not one.empty}
    )
