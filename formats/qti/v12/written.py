"""What the types of question of QTI 1.2 share when they are written."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType

from domain.grading.short_text import StatedText
from domain.losses import Loss
from domain.questions import Draft
from formats.qti.asking import PLAIN, rule_loss
from formats.qti.build import make, number
from formats.qti.v12.material import write_material
from formats.qti.xml import Element

FULL = Fraction(100)
R = "response1"


class Written:
    """The parts of an item that differ by type."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.responses: list[Element] = []
        self.conditions: list[Element] = []
        self.losses: list[Loss] = []
        self.feedback: dict[str, str] = {}


def condition(test: Element, points: Fraction = FULL, action: str = "Set") -> Element:
    """What a response earns that passes the test, of 100."""
    value = make("setvar", number(points), action=action, varname="SCORE")
    goes_on = "Yes" if action == "Add" else "No"
    return make("respcondition", make("conditionvar", test), value, **{"continue": goes_on})


def equal(text: str, name: str = R, exact: bool = True) -> Element:
    """Whether a response is this text or option."""
    # One reader of cartridges takes only conditions that are told to heed the case.
    return make("varequal", text, respident=name, case="Yes" if exact else "No")


def choice_list(
    name: str,
    labels: dict[str, str],
    several: bool = False,
    shuffle: bool = False,
    marks: Mapping[str, str] = MappingProxyType({}),
) -> Element:
    """A response with its options; the ``marks`` are attributes of each of them."""
    options = (
        make("response_label", write_material(text), ident=label, **marks)
        for label, text in labels.items()
    )
    render_choice = make("render_choice", *options, shuffle="Yes" if shuffle else "No")
    return make(
        "response_lid", render_choice, ident=name, rcardinality="Multiple" if several else "Single"
    )


def rule_losses(draft: Draft, rule: str) -> list[Loss]:
    """That the points are given by ``rule`` instead of the draft's."""
    if draft.scoring.rule == rule:
        return []
    if rule == PLAIN:
        return [rule_loss(draft)]
    return [
        Loss(
            "/scoring/rule",
            "rule",
            f"The rule {draft.scoring.rule}.",
            "Each part earns the same share.",
        )
    ]


def partial_losses(answer: StatedText, path: str) -> Iterator[Loss]:
    """That texts are left out which are partly right."""
    if any(one.score < 1 for one in answer.accept):
        yield Loss(
            f"{path}/accept", "partial_texts", "Texts that are partly right.", "They were left out."
        )
