"""The types of question of QTI 1.2: what each asks, as parts of a draft."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product
from typing import Any

from domain.grading import Stated
from domain.grading.cloze import Blank, ChoiceBlank, StatedBlanks, TextBlank
from domain.grading.matching import TARGETS, StatedPairs
from domain.grading.numeric import StatedNumber
from domain.grading.short_text import AcceptedText, StatedText
from domain.questions import AnswerKey, Draft, Option
from formats.qti.declarations import read_float
from formats.qti.interactions import no_answer
from formats.qti.item import Item
from formats.qti.markdown import escape
from formats.qti.probes import MOST_PROBES, entry_probes, pick_sets
from formats.qti.v12.material import read_material
from formats.qti.v12.processing import Given
from formats.qti.xml import Element, child, children, refused, text_of

Probes = Callable[[Draft], Iterator[tuple[Given, Any]]]
TYPES = {
    "cc.multiple_choice.v0p1": "multiple_choice_question",
    "cc.true_false.v0p1": "true_false_question",
    "cc.multiple_response.v0p1": "multiple_answers_question",
    "cc.fib.v0p1": "short_answer_question",
    "cc.pattern_match.v0p1": "short_answer_question",
    "cc.essay.v0p1": "essay_question",
}
_UNGRADED = ("essay_question", "file_upload_question", "text_only_question", "calculated_question")


NO_KEY = AnswerKey()


@dataclass(frozen=True, slots=True)
class Shape:
    """What an item asks. ``labels`` name the options, ``feedback_names`` their feedback."""

    kind: str
    prompt: str
    probes: Probes
    options: tuple[Option, ...] = ()
    key: AnswerKey = NO_KEY
    answer: Stated | None = None
    shuffle: bool = False
    labels: tuple[str, ...] = ()
    feedback_names: frozenset[str] = frozenset()


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
    if kind == "numerical_question" or responses[0].tag == "response_num":
        return _number(item, responses[0])
    if len(responses) > 1 or kind in _BLANKS:
        return (
            _matching(item, responses)
            if kind == "matching_question"
            else _blanks(item, responses, kind)
        )
    if kind == "matching_question":
        return _matching(item, responses)
    return (
        _text(item, responses[0])
        if responses[0].tag == "response_str"
        else _choice(item, responses[0], kind)
    )


_BLANKS = ("fill_in_multiple_blanks_question", "multiple_dropdowns_question")


def _labels(response: Element) -> list[Element]:
    return list(response.iter("response_label"))


def _right(item: Element, name: str) -> list[str]:
    """The values that conditions with points ask for, without those under `not`."""
    found: list[str] = []
    for condition in item.iter("respcondition"):
        sets = [one for one in children(condition) if one.tag == "setvar"]
        if not any(read_float(text_of(one), one) > 0 for one in sets):
            continue
        for one in condition.iter("varequal"):
            is_not = any(True for _ in one.iterancestors("not"))
            if one.get("respident", name) == name and not is_not:
                found.append((one.text or "").strip())
    return list(dict.fromkeys(found))


def _choice(item: Item, response: Element, kind: str) -> Shape:
    name, elements = response.get("ident", ""), _labels(response)
    labels = tuple(one.get("ident", "") for one in elements)
    if not labels or len(set(labels)) < len(labels):
        told = "Options lack identifiers of their own."
        raise refused("bad_identifiers", told, "Add them.", response)
    is_several = response.get("rcardinality", "Single").lower() == "multiple"
    places = _right_places(item.root, response, labels, is_several)
    ours = {"true_false_question": "true_false"}.get(kind, "single_choice")
    return Shape(
        "multiple_response" if is_several or len(places) != 1 else ours,
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


def _right_places(
    item: Element, response: Element, labels: Sequence[str], is_several: bool
) -> frozenset[int]:
    right = _right(item, response.get("ident", ""))
    if not right and not (is_several and any(True for _ in item.iter("respcondition"))):
        raise no_answer(item)
    if not set(right) <= set(labels):
        raise refused("unknown_answer", "The right answer is no option.", "Mend it.", response)
    return frozenset(labels.index(one) + 1 for one in right)


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
    accept = _right(item.root, name)
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
    name = response.get("ident", "")
    bounds = {
        tag: [read_float(text_of(one), one) for one in item.root.iter(tag)]
        for tag in ("varequal", "vargte", "varlte", "vargt")
    }
    lower, upper = bounds["vargte"] or bounds["vargt"], bounds["varlte"]
    if not bounds["varequal"] and not (lower and upper):
        raise no_answer(item.root)
    if len(bounds["varequal"]) > 1:
        raise refused("several_numbers", "Several numbers are right.", "State one.", response)
    value = bounds["varequal"][0] if bounds["varequal"] else (lower[0] + upper[0]) / 2
    margin = max(value - lower[0], upper[0] - value) if lower and upper else None
    answer = StatedNumber(value=value, tolerance=margin if margin and margin > 0 else None)
    return Shape("numeric", read_material(item.body), lambda _: _typed(answer, name), answer=answer)


def _matching(item: Item, responses: Sequence[Element]) -> Shape:
    labels = {
        one.get("ident", ""): read_material(one) for each in responses for one in _labels(each)
    }
    if not labels:
        raise refused("no_targets", "There is nothing to match with.", "Add it.", responses[0])
    texts = list(dict.fromkeys(labels.values()))
    premises, pairs, names = [], [], []
    for one in responses:
        names.append(one.get("ident", ""))
        premises.append(Option(read_material(one)))
        right = next(iter(_right(item.root, names[-1])), None)
        if right is not None and right not in labels:
            raise refused("unknown_answer", "A right pair names no target.", "Mend it.", one)
        pairs.append(None if right is None else texts.index(labels[right]) + 1)
    targets = tuple(Option(text, part=TARGETS) for text in texts)
    by_text = {text: label for label, text in labels.items()}

    def probes(_: Draft) -> Iterator[tuple[Given, Any]]:
        choices: list[list[int | None]] = [
            [place, None, (place or 0) % len(texts) + 1] for place in pairs
        ]
        for picked in islice(product(*choices), MOST_PROBES):
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


def _blanks(item: Item, responses: Sequence[Element], kind: str) -> Shape:
    blanks: dict[str, Blank] = {}
    options: list[Option] = []
    prompt = read_material(item.body)
    ways: list[tuple[str, str, list[tuple[str, dict[str, Any]] | None]]] = []
    for number, one in enumerate(responses, 1):
        ident = one.get("ident", "")
        said = text_of(child(one, "material")) or ident
        name = f"blank_{number}" if not _is_name(said, blanks) else said
        prompt = prompt.replace(escape(f"[{said}]"), f"[[{name}]]", 1)
        right = _right(item.root, ident)
        labels = {label.get("ident", ""): read_material(label) for label in _labels(one)}
        if not right or (labels and not set(right) <= labels.keys()):
            raise no_answer(one)
        if kind == "fill_in_multiple_blanks_question" or not labels:
            texts = [labels.get(label, label) for label in right]
            accept = tuple(AcceptedText(text=text) for text in dict.fromkeys(texts))
            blanks[name] = TextBlank(kind="short_text", accept=accept, whitespace=True)
            typed = [(label, {"text": labels.get(label, label)}) for label in right]
            ways.append((name, ident, [None, *typed, ("?", {"text": "something else"})]))
        else:
            keys = list(labels)
            blanks[name] = ChoiceBlank(kind="inline_choice", key=keys.index(right[0]) + 1)
            options += [Option(text, part=name) for text in labels.values()]
            picks = [(label, {"selected": [str(at)]}) for at, label in enumerate(keys, 1)]
            ways.append((name, ident, [None, *picks]))
    return Shape(
        "cloze", prompt, lambda _: _filled(ways), tuple(options), answer=StatedBlanks(blanks=blanks)
    )


def _is_name(said: str, taken: dict[str, Blank]) -> bool:
    return (
        said not in taken
        and said.isascii()
        and said.islower()
        and said.isidentifier()
        and said[0] != "_"
    )


def _filled(
    ways: Sequence[tuple[str, str, list[tuple[str, dict[str, Any]] | None]]],
) -> Iterator[tuple[Given, Any]]:
    for chosen in islice(product(*(options for _, _, options in ways)), MOST_PROBES):
        pairs = [
            (name, ident, one) for (name, ident, _), one in zip(ways, chosen, strict=True) if one
        ]
        yield (
            {ident: (label,) for _, ident, (label, _) in pairs},
            {"blanks": {name: sent for name, _, (_, sent) in pairs}},
        )
