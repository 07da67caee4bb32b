"""The kinds of question as interactions: body, declarations and scoring of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

from domain.grading.matching import TARGETS, StatedPairs
from domain.grading.numeric import StatedNumber
from domain.grading.short_text import StatedText
from domain.losses import Loss
from domain.questions import SINGLE_KINDS, Draft, Option
from formats.qti.build import base, condition, make, number, setting, variable
from formats.qti.choice_scoring import RESPONSE, all_or_nothing, choice_way
from formats.qti.interactions import OURS
from formats.qti.text import fill
from formats.qti.xml import Element

MOST_PAIRS = 400  # pairs that a mapping lists, right and wrong
PLAIN = "all_or_nothing"


@dataclass(slots=True)
class Asked:
    """What of an item differs by kind. ``rules`` are used where no ``template`` may be."""

    interaction: Element | None = None
    declarations: list[Element] = field(default_factory=list)
    template: str | None = None
    rules: list[Element] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    rule: str | None = None  # the rule that is written, where it is not the draft's
    names: tuple[str, ...] = ()  # the identifiers of the options below the stem
    fill_body: Callable[[Element], bool] = lambda _: True


def option_names(options: Sequence[Option]) -> tuple[str, ...]:
    """An identifier for each option: the bank's ids, else places in each part."""
    ids = [option.id for option in options]
    if None not in ids and len(set(ids)) == len(ids):
        return tuple(f"{OURS}{id_}" for id_ in ids)
    return tuple(f"{option.part or 'choice'}_{at}" for at, option in enumerate(options, 1))


def declaration(
    name: str, cardinality: str, kind: str, values: Sequence[str], mapping: Element | None = None
) -> Element:
    """A response variable with its right answer and its mapping."""
    inside = [make("value", value) for value in values]
    right = [make("correctResponse", *inside)] if inside else []
    mapped = [] if mapping is None else [mapping]
    return make(
        "responseDeclaration",
        *right,
        *mapped,
        identifier=name,
        cardinality=cardinality,
        baseType=kind,
    )


def mapping(
    values: dict[str, Fraction],
    lower: Fraction | None = None,
    upper: Fraction | None = None,
    **attributes: str,
) -> Element:
    """A mapping that lists every value, since not every player reads the default."""
    bounds = {"lowerBound": lower, "upperBound": upper}
    said = {name: number(value) for name, value in bounds.items() if value is not None}
    entries = [
        make("mapEntry", mapKey=key, mappedValue=number(value), **attributes)
        for key, value in values.items()
    ]
    return make("mapping", *entries, defaultValue="0", **said)


def ask_choice(draft: Draft) -> Asked:
    """Options to pick."""
    asked = Asked(names=option_names(draft.options))
    way = choice_way(draft)
    if way is None:
        way, asked.rule = all_or_nothing(draft), PLAIN
        asked.losses.append(rule_loss(draft))
    values = None if way.values is None else dict(zip(asked.names, way.values, strict=True))
    mapped = None if values is None else mapping(values, way.lower, way.upper)
    is_single = draft.kind in SINGLE_KINDS
    right = [asked.names[place - 1] for place in sorted(draft.key.positions)]
    cardinality = "single" if is_single else "multiple"
    asked.declarations = [declaration(RESPONSE, cardinality, "identifier", right, mapped)]
    asked.template, asked.rules = way.template, list(way.rules)
    choices = choice_elements(draft.options, asked.names)
    asked.interaction = make(
        "choiceInteraction",
        *choices,
        responseIdentifier=RESPONSE,
        shuffle=truth(draft.shuffle),
        maxChoices="1" if is_single else "0",
        **{"class": draft.kind.replace("_", "-")},
    )
    return asked


def rule_loss(draft: Draft) -> Loss:
    """The rule cannot be said, so only a right answer pays."""
    return Loss(
        "/scoring/rule",
        "rule",
        f"The rule {draft.scoring.rule}.",
        "Only a wholly right answer earns points.",
    )


def truth(value: bool) -> str:
    """How XML spells it."""
    return "true" if value else "false"


def choice_elements(
    options: Sequence[Option], names: Sequence[str], tag: str = "simpleChoice", **more: str
) -> list[Element]:
    """Options with their texts."""
    return [
        fill(make(tag, identifier=name, **_fixed(option), **more), option.text, inline=True)
        for option, name in zip(options, names, strict=True)
    ]


def _fixed(option: Option) -> dict[str, str]:
    return {"fixed": "true"} if option.pinned else {}


def ask_match(draft: Draft) -> Asked:
    """Premises and their targets."""
    answer = draft.answer
    assert isinstance(answer, StatedPairs)
    names = option_names(draft.options)
    premises, targets = names[: len(draft.own_options)], names[len(draft.own_options) :]
    right = {premises[at]: targets[place - 1] for at, place in enumerate(answer.pairs) if place}
    asked = Asked(names=premises)
    full, mapped = draft.scoring.max_points, None
    if right and draft.scoring.rule == "each_pair":
        mapped = mapping(_pair_values(premises, targets, right, full), lower=Fraction(0))
    asked.template, asked.rules = _match_rules(full, bool(right), mapped is not None)
    values_right = [f"{premise} {target}" for premise, target in right.items()]
    asked.declarations = [declaration(RESPONSE, "multiple", "directedPair", values_right, mapped)]
    sides = [
        make("simpleMatchSet", *choice_elements(draft.own_options, premises, _SIDE, matchMax="1")),
        make("simpleMatchSet", *choice_elements(_targets(draft), targets, _SIDE, matchMax="0")),
    ]
    asked.interaction = make(
        "matchInteraction",
        *sides,
        responseIdentifier=RESPONSE,
        shuffle=truth(draft.shuffle),
        maxAssociations="0",
        **{"class": "matching"},
    )
    return asked


def _match_rules(
    full: Fraction, has_pairs: bool, is_mapped: bool
) -> tuple[str | None, list[Element]]:
    """The template that scores pairs, if there is one, and the rules that do the same."""
    is_empty = make("isNull", variable(RESPONSE))
    if not has_pairs:
        return None, [condition((is_empty, setting(base(full))))]
    if is_mapped:
        total = make("mapResponse", identifier=RESPONSE)
        none = setting(base(Fraction(0)))
        return "map_response", [condition((is_empty, none), (None, setting(total)))]
    match = make("match", variable(RESPONSE), make("correct", identifier=RESPONSE))
    return "match_correct" if full == 1 else None, [condition((match, setting(base(full))))]


_SIDE = "simpleAssociableChoice"


def _targets(draft: Draft) -> tuple[Option, ...]:
    return tuple(option for option in draft.options if option.part == TARGETS)


def _pair_values(
    premises: Sequence[str], targets: Sequence[str], right: dict[str, str], full: Fraction
) -> dict[str, Fraction]:
    """What each pair is worth; those worth nothing are listed if there are not too many."""
    share = full / len(right)
    values: dict[str, Fraction] = {}
    for premise, target in product(premises, targets):
        lost = Fraction(0) if premise in right else -share
        values[f"{premise} {target}"] = share if right.get(premise) == target else lost
    if len(values) <= MOST_PAIRS:
        return values
    return {pair: value for pair, value in values.items() if value}


def text_losses(answer: StatedText, path: str) -> Iterator[Loss]:
    """What of accepted texts a comparison of strings cannot say."""
    told = {
        "patterns": (bool(answer.patterns), "Patterns that are right.", "They were left out."),
        "accents": (not answer.accents, "Accents do not matter.", "They do."),
        "whitespace": (not answer.whitespace, "White space does not matter.", "It does."),
        "punctuation": (not answer.punctuation, "A final mark does not matter.", "It does."),
        "form": (answer.form != "NFC", "Letters in compatible forms.", "They are compared as is."),
    }
    for name, (is_lost, what, instead) in told.items():
        if is_lost:
            yield Loss(f"{path}/{name}", name, what, instead)


def number_losses(answer: StatedNumber, path: str) -> Iterator[Loss]:
    """What of a number no comparison says."""
    if answer.units:
        yield Loss(f"{path}/units", "units", "The units.", "The number alone is asked for.")
    if answer.significant_figures is not None:
        yield Loss(
            f"{path}/significant_figures",
            "significant_figures",
            "Rounding to significant figures.",
            "The value alone is right.",
        )
