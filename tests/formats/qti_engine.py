"""A second opinion: response processing run on the files as they are, by floats and without ours.

It knows what our files use, under the names of 3 and of 2, and fails on anything else.
"""

import re
from collections.abc import Callable
from typing import Any

from lxml import etree

Response = dict[str, Any]  # None, a text, a list of texts


def _name(element: Any) -> str:
    local = etree.QName(element).localname.removeprefix("qti-")
    return re.sub("-(.)", lambda found: found[1].upper(), local)


def _said(element: Any, name: str, usual: str = "") -> str:
    kebab = re.sub("([A-Z])", lambda found: "-" + found[1].lower(), name)
    return str(element.get(name, element.get(kebab, usual)))


class Engine:
    """One item, ready to score responses."""

    def __init__(self, data: bytes) -> None:
        root = etree.fromstring(data)
        inside = [one for one in root if isinstance(one.tag, str)]
        self.declared = {
            one.get("identifier"): one for one in inside if _name(one) == "responseDeclaration"
        }
        (self.processing,) = [one for one in inside if _name(one) == "responseProcessing"]
        self.responses: Response = {}
        self.score = 0.0

    def run(self, responses: Response) -> float:
        """The score of a response."""
        self.responses, self.score = responses, 0.0
        template = self.processing.get("template")
        if template is None:
            for step in self._elements(self.processing):
                self._step(step)
        elif "match_correct" in template:
            self.score = float(self._same(responses.get("RESPONSE"), self._correct("RESPONSE")))
        else:
            assert "map_response" in template
            given = responses.get("RESPONSE")
            self.score = 0.0 if given is None else self._mapped("RESPONSE")
        return self.score

    def _elements(self, element: Any) -> list[Any]:
        return [one for one in element if isinstance(one.tag, str)]

    def _step(self, element: Any) -> None:
        if _name(element) == "setOutcomeValue":
            if element.get("identifier") == "SCORE":
                self.score = self._value(self._elements(element)[0])
            return
        assert _name(element) == "responseCondition"
        for branch in self._elements(element):
            test, *then = self._elements(branch)
            if _name(branch) == "responseElse":
                test, then = None, [test, *then]
            if test is None or self._value(test) is True:
                for step in then:
                    self._step(step)
                return

    def _value(self, element: Any) -> Any:
        name, inside = _name(element), self._elements(element)
        identifier = element.get("identifier")
        if name == "baseValue":
            said = _said(element, "baseType")
            return float(element.text) if said == "float" else element.text or ""
        if name == "variable":
            return self.score if identifier == "SCORE" else self._given(identifier)
        if name == "correct":
            return self._correct(identifier)
        if name == "mapResponse":
            return self._mapped(identifier)
        if name == "ordered":
            return [self._value(one) for one in inside]
        values = [self._value(one) for one in inside]
        if name == "equal":
            return self._equal(element, *values)
        if name == "stringMatch":
            one, other = values
            if one is None:
                return None
            exact = _said(element, "caseSensitive") == "true"
            return one == other if exact else one.casefold() == other.casefold()
        operators: dict[str, Callable[[], Any]] = {
            "match": lambda: None if None in values else self._same(*values),
            "isNull": lambda: values[0] is None,
            "sum": lambda: None if None in values else sum(values),
            "gte": lambda: None if None in values else values[0] >= values[1],
            "lte": lambda: None if None in values else values[0] <= values[1],
            "and": lambda: all(one is True for one in values),
            "or": lambda: any(one is True for one in values),
        }
        return operators[name]()

    def _equal(self, element: Any, right: Any, given: Any) -> bool | None:
        if given is None:
            return None
        mode, margin = (
            _said(element, "toleranceMode"),
            float(_said(element, "tolerance", "0").split()[0]),
        )
        margin = abs(right) * margin / 100 if mode == "relative" else margin
        return bool(abs(right - given) <= margin + 1e-9)

    def _given(self, name: str) -> Any:
        value = self.responses.get(name)
        kind = _said(self.declared[name], "baseType")
        return float(value) if kind == "float" and value is not None else value

    def _same(self, one: Any, other: Any) -> bool:
        if isinstance(one, list) and isinstance(other, list) and not self._is_ordered():
            return sorted(one) == sorted(other)
        return bool(one is not None and one == other)

    def _is_ordered(self) -> bool:
        return any(one.get("cardinality") == "ordered" for one in self.declared.values())

    def _correct(self, name: str) -> Any:
        element = self.declared[name]
        values = [
            one.text or ""
            for one in element.iter()
            if isinstance(one.tag, str) and _name(one) == "value"
        ]
        if _said(element, "baseType") == "float":
            return float(values[0])
        several = element.get("cardinality") != "single"
        return (values if several else values[0]) if values else None

    def _mapped(self, name: str) -> float:
        mapping = next(one for one in self.declared[name] if _name(one) == "mapping")
        given = self.responses.get(name)
        several: list[str] = given if isinstance(given, list) else [str(given)]
        total = 0.0 if given is None else sum((self._entry(mapping, one) for one in several), 0.0)
        lower, upper = _said(mapping, "lowerBound"), _said(mapping, "upperBound")
        total = max(total, float(lower)) if lower else total
        return min(total, float(upper)) if upper else total

    def _entry(self, mapping: Any, given: str) -> float:
        """The points of a value; the default is not read, as by one player."""
        for entry in self._elements(mapping):
            key, exact = _said(entry, "mapKey"), _said(entry, "caseSensitive", "true") == "true"
            if key == given or (not exact and key.casefold() == given.casefold()):
                return float(_said(entry, "mappedValue"))
        return 0.0
