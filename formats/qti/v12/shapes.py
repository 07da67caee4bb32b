"""The types of question of QTI 1.2: what each asks, as parts of a draft."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from domain.grading.matching import TARGETS, StatedPairs
from domain.grading.numeric import StatedNumber
from domain.grading.short_text import AcceptedText, StatedText
from domain.questions import AnswerKey, Draft, Option
from formats.qti.declarations import read_float
from formats.qti.interactions import no_answer
from formats.qti.item import Item
from formats.qti.probes import entry_probes, near_responses, pick_sets
from formats.qti.v12.blanks import DROPDOWNS, TYPED_BLANKS, are_marked, read_blanks
from formats.qti.v12.material import read_material
from formats.qti.v12.parts import Shape, earned_by, labels_of, only_right, right_of
from formats.qti.v12.processing import Given
from formats.qti.xml import Element, children, refused, text_of

TYPES = {
    "cc.multiple_choice.v0p1": "multiple_choice_question",
    "cc.true_false.v0p1": "true_false_question",
    "cc.multiple_response.v0p1": "multiple_answers_question",
    "cc.fib.v0p1": "short_answer_question",
    "cc.pattern_match.v0p1": "short_answer_question",
    "cc.essay.v0p1": "essay_question",
}
_NUMBERS = ("Decimal", "Integer", "Scientific")
_UNGRADED = ("essay_question", "file_upload_question", "text_only_question", "calculated_question")
_BLANKS = (TYPED_BLANKS, DROPDOWNS)


def read_shape(item: Item, said: dict[str, str]) -> Shape:
    """What the item asks, by the type it says or else by its responses."""
    kind = said.get("question_type") or TYPES.get(said.get("cc_profile", ""), "")
    responses = list(item.body.iter("response_lid", "response_str", "response_num"))
    if kind in _UNGRADED or not responses:
        raise refused(
            "not_gradable",
            f"A question of the type {kind or 'without a response'} "
            "has to be graded by a person or asks nothing.",
            "Ask for what can be picked, matched or typed in a few words.",
            item.root,
        )
    if kind == "numerical_question" or _is_number(responses[0], kind):
        return _number(item, responses[0])
    if kind in _BLANKS or (len(responses) > 1 and are_marked(item, responses)):
        return read_blanks(item, responses, kind)
    if kind == "matching_question" or len(responses) > 1:
        return _matching(item, responses)
    return (
        _text(item, responses[0])
        if responses[0].tag == "response_str"
        else _choice(item, responses[0], kind)
    )


def _is_number(response: Element, kind: str) -> bool:
    """Whether numbers are typed, as the response says where the type of the question does not."""
    if response.tag == "response_num":
        return True
    return not kind and any(one.get("fibtype") in _NUMBERS for one in response.iter("render_fib"))


def _choice(item: Item, response: Element, kind: str) -> Shape:
    name = response.get("ident", "")
    elements = _with_text(item, labels_of(response), right_of(item.root, name))
    labels = tuple(one.get("ident", "") for one in elements)
    if not labels or len(set(labels)) < len(labels):
        told = "Options lack identifiers of their own."
        raise refused("bad_identifiers", told, "Add them.", response)
    is_several = response.get("rcardinality", "Single").lower() == "multiple"
    places = _right_places(item, response, labels, is_several)
    ours = {"true_false_question": "true_false"}.get(kind, "single_choice")
    return Shape(
        "multiple_response" if is_several else ours,
        read_material(item.body),
        lambda _: _picked(name, labels, is_several),
        tuple(
            Option(read_material(one), feedback=_feedback(item.root, name, label))
            for one, label in zip(elements, labels, strict=True)
        ),
        AnswerKey(places),
        shuffle=any(
            one.get("shuffle", "").lower() == "yes" for one in response.iter("render_choice")
        ),
        labels=labels,
        feedback_names=frozenset(_feedback_names(item.root, name)),
    )


def _with_text(item: Item, labels: Sequence[Element], right: Sequence[str]) -> list[Element]:
    """The options without those that were left empty, which nobody could tell from each other."""
    kept = [one for one in labels if one.get("ident") in right or read_material(one)]
    if len(kept) < len(labels):
        item.lose(
            "/options", "empty_option", "Wrong options without a text.", "They were left out."
        )
    return kept


def _right_places(
    item: Item, response: Element, labels: Sequence[str], is_several: bool
) -> frozenset[int]:
    """The right options; where one is picked, the first of those that earn most."""
    earned = earned_by(item.root, response.get("ident", ""))
    if not earned and not (is_several and any(True for _ in item.root.iter("respcondition"))):
        raise no_answer(item.root)
    if not earned.keys() <= set(labels):
        raise refused("unknown_answer", "The right answer is no option.", "Mend it.", response)
    if is_several:
        return frozenset(labels.index(one) + 1 for one in earned)
    best = [at for at, one in enumerate(labels, 1) if earned.get(one) == max(earned.values())]
    if len(best) > 1:
        told = f"That {len(best)} options are right, of which one is picked."
        item.lose("/key", "several_right", told, "The first is; all earn the same.")
    return frozenset(best[:1])


def _picked(name: str, labels: Sequence[str], is_several: bool) -> Iterator[tuple[Given, Any]]:
    count = len(labels)
    for picked in pick_sets(count) if is_several else ((), *((at,) for at in range(count))):
        chosen = tuple(labels[at] for at in picked)
        yield ({name: chosen} if picked else {}), frozenset(str(at + 1) for at in picked)


def _feedback_names(item: Element, name: str) -> dict[str, str]:
    """Names of feedback on one option by itself: its label by each."""
    found: dict[str, str] = {}
    for condition in item.iter("respcondition"):
        tests = [one for part in condition.iterchildren("conditionvar") for one in children(part)]
        if len(tests) == 1 and tests[0].tag == "varequal":
            for one in condition.iterchildren("displayfeedback"):
                ident = one.get("linkrefid", "")
                if ident not in ("correct_fb", "general_fb", "general_incorrect_fb"):
                    found[ident] = (tests[0].text or "").strip()
    return found


def _feedback(item: Element, name: str, label: str) -> str | None:
    names = [ident for ident, one in _feedback_names(item, name).items() if one == label]
    texts = [
        read_material(one) for one in item.iterchildren("itemfeedback") if one.get("ident") in names
    ]
    return "\n\n".join(filter(None, texts)) or None


def _text(item: Item, response: Element) -> Shape:
    name = response.get("ident", "")
    accept = right_of(item.root, name)
    if not accept:
        raise no_answer(item.root)
    exact = any(one.get("case", "No").lower() == "yes" for one in item.root.iter("varequal"))
    answer = StatedText(
        accept=tuple(AcceptedText(text=one) for one in accept), case=exact, whitespace=True
    )
    return Shape(
        "short_text", read_material(item.body), lambda _: _typed(answer, name), answer=answer
    )


def _typed(answer: StatedText | StatedNumber, name: str) -> Iterator[tuple[Given, Any]]:
    for said, sent in entry_probes(answer, name):
        value = said[name]
        if isinstance(value, Fraction):
            yield {name: (str(value),)}, sent
        elif not (isinstance(value, str) and value != value.strip()):
            yield ({} if value is None else {name: (str(value),)}), sent


def _number(item: Item, response: Element) -> Shape:
    name, root = response.get("ident", ""), item.root
    stated = _bounds(root, "varequal")
    lower, upper = _bounds(root, "vargte", "vargt"), _bounds(root, "varlte", "varlt")
    if not stated and not (lower and upper):
        raise no_answer(root)
    value = stated[0] if stated else (lower[0] + upper[0]) / 2
    is_inside = all(one <= value for one in lower) and all(one >= value for one in upper)
    if max(map(len, (stated, lower, upper))) > 1 or not is_inside:
        raise refused("several_numbers", "Several numbers are right.", "State one.", response)
    margin = max(value - lower[0], upper[0] - value) if lower and upper else None
    answer = StatedNumber(value=value, tolerance=margin if margin and margin > 0 else None)
    return Shape("numeric", read_material(item.body), lambda _: _typed(answer, name), answer=answer)


def _bounds(item: Element, *tags: str) -> list[Fraction]:
    """The different numbers that answers are compared with in these ways."""
    return list(dict.fromkeys(read_float(text_of(one), one) for one in item.iter(*tags)))


def _matching(item: Item, responses: Sequence[Element]) -> Shape:
    responses = _with_premise(item, responses)
    rights = [right_of(item.root, one.get("ident", "")) for one in responses]
    elements = [one for each in responses for one in labels_of(each)]
    stated = [label for right in rights for label in right]
    labels = {
        one.get("ident", ""): read_material(one) for one in _with_text(item, elements, stated)
    }
    if not labels:
        raise refused("no_targets", "There is nothing to match with.", "Add it.", item.body)
    texts = list(dict.fromkeys(labels.values()))
    premises, pairs, names = [], [], []
    for one, all_right in zip(responses, rights, strict=True):
        names.append(one.get("ident", ""))
        premises.append(Option(read_material(one)))
        right = only_right(all_right, one)
        if right is not None and right not in labels:
            raise refused("unknown_answer", "A right pair names no target.", "Mend it.", one)
        pairs.append(None if right is None else texts.index(labels[right]) + 1)
    targets = tuple(Option(text, part=TARGETS) for text in texts)
    by_text = {text: label for label, text in labels.items()}

    def probes(_: Draft) -> Iterator[tuple[Given, Any]]:
        choices = [[place, None, (place or 0) % len(texts) + 1] for place in pairs]
        for picked in near_responses(choices, pairs):
            made = [(at, place) for at, place in enumerate(picked) if place is not None]
            yield (
                {names[at]: (by_text[texts[place - 1]],) for at, place in made},
                {"pairs": {str(at + 1): str(place) for at, place in made}},
            )

    return Shape(
        "matching",
        read_material(item.body),
        probes,
        (*premises, *targets),
        answer=StatedPairs(pairs=tuple(pairs)),
    )


def _with_premise(item: Item, responses: Sequence[Element]) -> list[Element]:
    """The responses without those that ask nothing: no text, and nothing right."""
    kept = [
        one for one in responses if read_material(one) or right_of(item.root, one.get("ident", ""))
    ]
    if len(kept) < len(responses):
        item.lose("/options", "empty_option", "Premises without a text.", "They were left out.")
    return kept
