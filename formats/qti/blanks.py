"""Several text entries, inline choices or gaps of one item as the blanks of a cloze."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from domain.grading.cloze import (
    MOST_BLANKS,
    NAME,
    Blank,
    ChoiceBlank,
    NumericBlank,
    TextBlank,
)
from domain.grading.numeric import StatedNumber
from domain.grading.stated import Stated
from domain.questions import Draft, Option, document
from formats.qti.declarations import container
from formats.qti.interactions import no_answer, right_pairs
from formats.qti.item import Item
from formats.qti.probes import Probe, blank_probes
from formats.qti.text import read_text
from formats.qti.typed import read_entry
from formats.qti.xml import Element, children, refused

BLANK = "cloze"  # the class of an entry that is a blank of a text, even if the only one
_NAME = re.compile(NAME)


@dataclass(slots=True)
class Blanks:
    """The blanks of an item: their names by element, answers, options and variables."""

    names: dict[Element, str] = field(default_factory=dict)
    answers: dict[str, Blank] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    identifiers: dict[str, Sequence[str]] = field(default_factory=dict)
    gaps: dict[str, str] = field(default_factory=dict)  # the identifier of each gap by its blank

    def asking(self, draft: Draft) -> Iterator[Probe]:
        """Responses to ask about; those to gaps share one variable."""
        if not self.gaps:
            return blank_probes(draft, self.variables, self.identifiers)
        probes = blank_probes(draft, {name: name for name in self.gaps}, self.identifiers)
        return map(partial(_paired, self.gaps, next(iter(self.variables.values()))), probes)

    def add(self, element: Element, answer: Stated, kind: str) -> str:
        """Name a blank, and give it its answer."""
        said = element.get("responseIdentifier") or element.get("identifier") or ""
        name = said.lower() if _NAME.fullmatch(said.lower()) else f"blank_{len(self.names) + 1}"
        while name in self.answers:
            name = f"{name[:36]}_{len(self.names) + 1}"
        self.names[element] = name
        self.answers[name] = _blank(answer, kind)
        return name


def _paired(gaps: Mapping[str, str], variable: str, probe: Probe) -> Probe:
    said, sent = probe
    pairs = [(str(value), gaps[name]) for name, value in said.items()]
    return {variable: container(list(pairs), "multiple")}, sent


def _blank(answer: Stated, kind: str) -> Blank:
    said = {**document(answer), "kind": kind}
    if isinstance(answer, ChoiceBlank):
        return answer
    return NumericBlank.read(said) if isinstance(answer, StatedNumber) else TextBlank.read(said)


def read_blanks(item: Item) -> Blanks:
    """All blanks in the order of the text."""
    blanks = Blanks()
    if any(one.tag == "gapMatchInteraction" for one in item.interactions):
        if len(item.interactions) > 1:
            raise refused(
                "several_interactions",
                "The item asks several things at once.",
                "Make an item of each.",
                item.interactions[1],
            )
        _read_gaps(item, item.interactions[0], blanks)
    elif len(item.interactions) > MOST_BLANKS:
        raise refused(
            "too_many_blanks",
            f"There are over {MOST_BLANKS} blanks.",
            "Make several items.",
            item.interactions[MOST_BLANKS],
        )
    else:
        for one in item.interactions:
            _read_one(item, one, blanks)
    return blanks


def _read_one(item: Item, one: Element, blanks: Blanks) -> None:
    declared = item.declared(one)
    if one.tag == "textEntryInteraction":
        kind, answer = read_entry(item, one)
        blanks.variables[blanks.add(one, answer, kind)] = declared.name
        return
    choices = [each for each in children(one) if each.tag == "inlineChoice"]
    names = [each.get("identifier", "") for each in choices]
    right = next(iter(declared.values), None)
    if right is None and declared.mapped is not None and names:
        right = max(names, key=declared.mapped.of)
    if right not in names:
        raise no_answer(one)
    name = blanks.add(one, _choice(names.index(str(right)) + 1), "inline_choice")
    blanks.variables[name], blanks.identifiers[name] = declared.name, names
    blanks.options += tuple(Option(read_text(each), part=name) for each in choices)
    if one.get("shuffle") == "true":
        item.lose(
            f"/answer/blanks/{name}",
            "shuffle",
            "The choices are shuffled.",
            "The question as a whole says whether options are.",
        )


def _choice(place: int) -> ChoiceBlank:
    return ChoiceBlank(kind="inline_choice", key=place)


def _read_gaps(item: Item, one: Element, blanks: Blanks) -> None:
    """Each gap is a choice among all words."""
    declared = item.declared(one)
    words = [each for each in children(one) if each.tag == "gapText"]
    names = [each.get("identifier", "") for each in words]
    right = {gap: word for word, gap in right_pairs(declared)}
    for gap in one.iter("gap"):
        word = right.get(gap.get("identifier", ""))
        if word not in names:
            raise no_answer(gap)
        name = blanks.add(gap, _choice(names.index(word) + 1), "inline_choice")
        blanks.gaps[name] = gap.get("identifier", "")
        blanks.variables[name], blanks.identifiers[name] = declared.name, names
        blanks.options += tuple(Option(read_text(each), part=name) for each in words)
    if not blanks.gaps or any(each.tag == "gapImg" for each in one):
        raise refused("no_gaps", "There are no gaps for words.", "Mark the gaps.", one)
    if any(each.get("matchMax", "1") != "0" for each in words):
        item.lose(
            "/options",
            "word_limit",
            "A word goes into a limited number of gaps.",
            "It may go into each.",
        )
