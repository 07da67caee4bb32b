"""Any question's key and way to score, whatever its kind."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.errors import Fault, InvalidResponse
from domain.grading.choice import Grade, grade
from domain.grading.keys import ChoiceKey
from domain.grading.kinds import KindKey, KindRule
from domain.grading.option_values import OPTION_RULES, OptionValues, StatedValues, values_of
from domain.grading.rules import Rule, find_rule
from domain.grading.stated import Sent
from domain.responses import ChoiceResponse, check_choice

Key = ChoiceKey | KindKey
AnyRule = Rule | OptionValues | KindRule[Any, Any]


def find_marking(key: Key, rule: str, values: StatedValues | None = None) -> AnyRule:
    """How to score responses to a key under the rule of that name.

    :class:`~domain.errors.UnknownRule` where the kind of question has no such rule, a
    ``ValueError`` where the values of options do not fit.
    """
    if isinstance(key, KindKey):
        return key.kind.find_rule(rule)
    if rule in OPTION_RULES:
        return values_of(rule, values or StatedValues(options=()), key.options)
    return find_rule(rule)


def read_response(
    key: Key, most: int, selected: Sequence[str] | None, document: Mapping[str, Any] | None
) -> ChoiceResponse | Sent:
    """What a learner means by the picked options or, for other kinds, by a document.

    :class:`~domain.errors.InvalidResponse` says every fault.
    """
    if isinstance(key, KindKey):
        _expect("response", document, "selected", selected)
        return key.read(document or {})
    _expect("selected", selected, "response", document)
    picked = selected or ()
    if faults := check_choice(picked, key.options, most):
        raise InvalidResponse(faults=faults)
    return ChoiceResponse(frozenset(picked))


def _expect(name: str, said: object, other: str, unread: object) -> None:
    if said is None:
        detail = f"This kind of question is answered by `{name}`."
        raise InvalidResponse(faults=(Fault(f"/{name}", "missing", detail),))
    if unread is not None:
        detail = f"This kind of question is answered by `{name}`; leave `{other}` out."
        raise InvalidResponse(faults=(Fault(f"/{other}", "unknown_field", detail),))


def grade_response(key: Key, response: ChoiceResponse | Sent, rule: AnyRule) -> Grade:
    """The score of a response under a rule, both of the key's own kind, and why."""
    if isinstance(key, KindKey):
        assert isinstance(response, Sent)
        assert isinstance(rule, KindRule)
        return key.grade(response, rule)
    assert isinstance(response, ChoiceResponse)
    assert not isinstance(rule, KindRule)
    return grade(key, response, rule)
