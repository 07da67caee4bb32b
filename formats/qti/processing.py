"""Response processing, understood by running it: what an item says any response is worth.

Nothing is guessed. An element that is not known here raises :class:`NotUnderstood`, and what the
known ones mean together is found by asking for the score of responses.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

from formats.qti.declarations import ZERO, Declared, Value, container, read_single, value_text
from formats.qti.operators import NotUnderstood, read_operator
from formats.qti.xml import Element, children, local_name

Responses = Mapping[str, Value]
Variables = dict[str, Value]
Expression = Callable[[Variables], Value]
Step = Callable[[Variables], None]
Score = Callable[[Responses], Fraction]
TEMPLATES = {
    "match_correct": "match_correct",
    "map_response": "map_response",
    "CC2_match": "match_correct",
    "CC2_match_basic": "match_correct",
    "CC2_map_response": "map_response",
}
MAXIMUM = "MAXSCORE"
SCORE = "SCORE"


class _Exit(Exception):
    """The processing says that it is at its end."""


class Processing:
    """The processing of one item, ready to be run."""

    def __init__(self, responses: Mapping[str, Declared], outcomes: Mapping[str, Declared]) -> None:
        self.responses = responses
        self.outcomes = outcomes

    def score(self, element: Element) -> Score:
        """How many points a response earns, or :class:`NotUnderstood`."""
        name = template(element)
        if name is not None:
            return self.by_template(name)
        steps = [self._step(one) for one in children(element)]
        first = {name: self._first(one) for name, one in self.outcomes.items()}

        def score(responses: Responses) -> Fraction:
            variables = dict.fromkeys(self.responses) | first | dict(responses)
            try:
                for step in steps:
                    step(variables)
            except _Exit:
                pass
            found = variables.get(SCORE)
            return found if isinstance(found, Fraction) else ZERO

        return score

    def _first(self, outcome: Declared) -> Value:
        """What an outcome is before anything sets it: numbers begin at 0."""
        is_number = outcome.base in ("float", "integer")
        return ZERO if outcome.value is None and is_number else outcome.value

    def by_template(self, name: str) -> Score:
        """The score of a named template, for the variable RESPONSE or the only one there is."""
        kind = TEMPLATES.get(name)
        variable = self.responses.get("RESPONSE") or next(iter(self.responses.values()), None)
        if (
            kind is None
            or variable is None
            or ("RESPONSE" not in self.responses and len(self.responses) > 1)
        ):
            raise NotUnderstood(f"the template {name[:60]!r}")
        if kind == "map_response":
            return self._by_mapping(variable)
        full = self.outcomes.get(MAXIMUM) if name.startswith("CC2") else None
        points = full.value if full and isinstance(full.value, Fraction) else Fraction(1)
        return lambda said: (
            points
            if variable.value is not None and said.get(variable.name) == variable.value
            else ZERO
        )

    def _by_mapping(self, variable: Declared) -> Score:
        mapped = variable.mapped
        if mapped is None:
            raise NotUnderstood("map_response without a mapping")

        def score(said: Responses) -> Fraction:
            value = said.get(variable.name)
            return ZERO if value is None else mapped.total(value, variable.is_several)

        return score

    def _step(self, element: Element) -> Step:
        match element.tag:
            case "responseCondition":
                return self._condition(element)
            case "setOutcomeValue":
                return self._setting(element)
            case "responseProcessingFragment":
                return _sequence([self._step(one) for one in children(element)])
            case "exitResponse":
                return _leave
        raise NotUnderstood(f"`{local_name(element)}`")

    def _setting(self, element: Element) -> Step:
        name = element.get("identifier", "")
        inside = list(children(element))
        if len(inside) != 1:
            raise NotUnderstood("`setOutcomeValue` without one expression")
        if (name not in self.outcomes and name != SCORE) or self._is_word(name):
            return _nothing  # feedback: it earns no points
        value = self._expression(inside[0])

        def set_value(variables: Variables) -> None:
            variables[name] = value(variables)

        return set_value

    def _is_word(self, name: str) -> bool:
        return name in self.outcomes and self.outcomes[name].base not in ("float", "integer")

    def _condition(self, element: Element) -> Step:
        branches: list[tuple[Expression, Step]] = []
        for one in children(element):
            inside = list(children(one))
            if one.tag == "responseElse":
                branches.append((lambda _: True, _sequence([self._step(each) for each in inside])))
            elif one.tag in ("responseIf", "responseElseIf") and inside:
                then = _sequence([self._step(each) for each in inside[1:]])
                branches.append((self._expression(inside[0]), then))
            else:
                raise NotUnderstood(f"`{local_name(one)}`")

        def run(variables: Variables) -> None:
            for test, then in branches:
                if test(variables) is True:
                    return then(variables)

        return run

    def _expression(self, element: Element) -> Expression:
        name = str(element.tag)
        if name == "baseValue":
            kind = element.get("baseType", "")
            constant = read_single(value_text(element, kind), kind, element)
            return lambda _: constant
        if name == "null":
            return lambda _: None
        if name in ("variable", "correct", "mapResponse", "default"):
            return self._named(name, element.get("identifier", ""))
        parts = [self._expression(one) for one in children(element)]
        if name in ("ordered", "multiple"):
            return _container(name, parts)
        operator = read_operator(element, len(parts))
        return lambda variables: operator([part(variables) for part in parts])

    def _named(self, kind: str, name: str) -> Expression:
        variable = self.responses.get(name) or self.outcomes.get(name)
        if variable is None and name != SCORE:
            raise NotUnderstood(f"the variable {name[:60]!r}, which is not declared")
        if kind == "variable":
            return lambda variables: variables.get(name)
        if variable is None or kind == "default" or name not in self.responses:
            raise NotUnderstood(f"`{kind}` of {name[:60]!r}")
        if kind == "correct":
            return lambda _: variable.value
        mapped = variable.mapped
        if mapped is None:
            raise NotUnderstood("`mapResponse` without a mapping")
        return lambda variables: mapped.total(variables.get(name), variable.is_several)


def template(element: Element) -> str | None:
    """The name of the template that processing asks for, without its folder and suffix."""
    address = element.get("template") or element.get("templateLocation")
    if not address or len(element):
        return None
    return address.rsplit("/", 1)[-1].removesuffix(".xml")


def _leave(_: Variables) -> None:
    raise _Exit


def _nothing(_: Variables) -> None:
    """Do nothing: what is set earns no points."""


def _sequence(steps: list[Step]) -> Step:
    def run(variables: Variables) -> None:
        for step in steps:
            step(variables)

    return run


def _container(cardinality: str, parts: list[Expression]) -> Expression:
    def make(variables: Variables) -> Value:
        values = [part(variables) for part in parts]
        return container([one for one in values if one is not None], cardinality)  # type: ignore[misc]

    return make


def sets_score(element: Element) -> bool:
    """Whether processing can set the score at all."""
    if template(element) is not None:
        return True
    return any(one.get("identifier") == SCORE for one in element.iter("setOutcomeValue"))


__all__ = ["NotUnderstood", "Processing", "Score", "sets_score", "template"]
