"""One item of QTI 2.x or 3 as its parts, with its names already made alike."""

from dataclasses import dataclass, field
from fractions import Fraction

from domain.grading import Stated
from domain.losses import Loss
from domain.problems import Problem
from domain.questions import Option
from formats.qti.declarations import Declared, read_declarations
from formats.qti.processing import MAXIMUM, NotUnderstood, Processing, Score, sets_score
from formats.qti.xml import Element, child, refused

UNGRADED = {
    "extendedTextInteraction": "a free text",
    "uploadInteraction": "a file",
    "drawingInteraction": "a drawing",
    "mediaInteraction": "a recording",
}
BUTTON = "endAttemptInteraction"  # asks nothing: it hands in what is there
TAKEN = frozenset(
    {
        "choiceInteraction",
        "textEntryInteraction",
        "inlineChoiceInteraction",
        "orderInteraction",
        "matchInteraction",
        "gapMatchInteraction",
    }
)


@dataclass(frozen=True, slots=True)
class Item:
    """What an item holds, and the notes that reading it leaves."""

    root: Element
    body: Element
    responses: dict[str, Declared]
    outcomes: dict[str, Declared]
    interactions: tuple[Element, ...]
    losses: list[Loss] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def lose(self, path: str, code: str, what: str, instead: str) -> None:
        """Note what the draft does not carry, once."""
        loss = Loss(path, code, what, instead)
        if loss not in self.losses:
            self.losses.append(loss)

    def declared(self, interaction: Element) -> Declared:
        """The variable that an interaction fills, or a refusal."""
        name = interaction.get("responseIdentifier", "")
        if name not in self.responses:
            raise refused(
                "undeclared_response",
                f"The response {name[:60]!r} is not declared.",
                "Declare it with its right answer.",
                interaction,
            )
        return self.responses[name]

    @property
    def stated_maximum(self) -> Fraction | None:
        """The points that a full answer earns, where the item says so."""
        declared = self.outcomes.get(MAXIMUM)
        if declared is not None and isinstance(declared.value, Fraction) and declared.value > 0:
            return declared.value
        return None


@dataclass(frozen=True, slots=True)
class Content:
    """What an interaction asks, as parts of a draft.

    ``identifiers`` are those of the options below the stem, ``targets`` of those of other parts.
    """

    kind: str
    prompt: str
    options: tuple[Option, ...] = ()
    positions: frozenset[int] = frozenset()
    answer: Stated | None = None
    shuffle: bool = False
    identifiers: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


def open_item(root: Element) -> Item:
    """The parts of an item, or a refusal if nobody could grade it."""
    body = child(root, "itemBody")
    if body is None:
        raise refused("no_body", "The item has no body.", "Write what is asked.", root)
    asked = [one for one in body.iter("*") if str(one.tag).endswith("Interaction")]
    found = tuple(one for one in asked if one.tag != BUTTON)
    for one in found:
        _check_interaction(one)
    if not found:
        raise refused("no_interaction", "The item asks nothing.", "Add an interaction.", body)
    item = Item(
        root,
        body,
        read_declarations(root, "responseDeclaration", "correctResponse"),
        read_declarations(root, "outcomeDeclaration", "defaultValue"),
        found,
    )
    if len(found) < len(asked):
        what = "A button that ends an attempt, such as for a hint."
        item.lose("/prompt", "button", what, "It was left out, and is never pressed.")
    return item


def _check_interaction(one: Element) -> None:
    name = str(one.tag)
    if name in UNGRADED:
        raise refused(
            "not_gradable",
            f"It asks for {UNGRADED[name]}, which a person has to grade.",
            "Ask for what can be picked, ordered, matched or typed in a few words.",
            one,
        )
    if name not in TAKEN:
        raise refused(
            "unsupported_interaction",
            f"`{name}` is not read here.",
            f"Use one of {', '.join(sorted(TAKEN))}.",
            one,
        )


def stated_score(item: Item) -> Score:
    """How many points a response earns by what the item says; with a loss where it says nothing."""
    processing = Processing(item.responses, item.outcomes)
    element = child(item.root, "responseProcessing")
    if element is not None and sets_score(element):
        try:
            return processing.score(element)
        except NotUnderstood as error:
            code, what = "processing_not_understood", f"The scoring holds {error}."
    else:
        code, what = "no_processing", "The item does not say how it is scored."
    score, instead = _by_declarations(item, processing)
    item.lose("/scoring", code, what, instead)
    return score


def _by_declarations(item: Item, processing: Processing) -> tuple[Score, str]:
    declared = list(item.responses.values())
    used = "It is scored by its right answer."
    if any(one.mapped is not None for one in declared):
        used = "It is scored by its mapping."
    scores = [_by_declaration(processing, item, one) for one in declared]
    return lambda said: sum((score(said) for score in scores), Fraction(0)), used


def _by_declaration(processing: Processing, item: Item, one: Declared) -> Score:
    alone = Processing({one.name: one}, item.outcomes)
    return alone.by_template("map_response" if one.mapped is not None else "match_correct")
