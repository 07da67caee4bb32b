"""Write drafts as QTI 1.2 that Canvas and readers of Common Cartridge 1.1 take."""

from collections.abc import Callable, Iterator

from lxml import etree

from domain.grading.cloze import StatedBlanks
from domain.grading.matching import TARGETS, StatedPairs
from domain.grading.numeric import StatedNumber
from domain.grading.short_text import StatedText
from domain.losses import Loss
from domain.questions import SINGLE_KINDS, Draft, content_hash
from formats.format import Rendered, not_expressible
from formats.qti.asking import PLAIN, number_losses, text_losses
from formats.qti.build import make, number
from formats.qti.entries import accepted_texts, margin_of
from formats.qti.feedback import join_explanation
from formats.qti.losing import unread_feedback, unsaid, unshown
from formats.qti.markdown import escape
from formats.qti.reader import SLUG, UNNAMED
from formats.qti.v12.blank_writer import write_blanks
from formats.qti.v12.material import write_material
from formats.qti.v12.package import HEAD, TAIL
from formats.qti.v12.shapes import TYPES
from formats.qti.v12.written import (
    FULL,
    R,
    Written,
    choice_list,
    condition,
    equal,
    partial_losses,
    rule_losses,
)
from formats.qti.xml import Element

PROFILES = {kind: profile for profile, kind in reversed(TYPES.items())}


def render(draft: Draft) -> Rendered:
    """The file of one question."""
    write = _WRITERS.get(draft.kind)
    written = f"A question of the kind {draft.kind}." if write is None else write(draft)
    if isinstance(written, str):
        return not_expressible(written)
    item = etree.tostring(_item(draft, written), encoding="UTF-8")
    losses = (*unsaid(draft), *_unnamed(draft), *unshown(draft), *written.losses)
    return Rendered(HEAD + item + b"\n" + TAIL, losses)


def _unnamed(draft: Draft) -> Iterator[Loss]:
    if draft.external_id is not None:
        yield Loss("/external_id", "external_id", "The name elsewhere.", "It was left out.")
    if draft.language != "en":
        yield Loss("/language", "language", "The language.", "It was left out.")
    if any(option.pinned for option in draft.options):
        yield Loss("/options", "pinned", "Options that keep their place.", "All are shuffled.")
    if any(option.id for option in draft.options):
        yield Loss("/options", "option_ids", "The ids of the options.", "Their places stand there.")


def _item(draft: Draft, written: Written) -> Element:
    identifier = f"{SLUG}{draft.slug}" if draft.slug else f"{UNNAMED}{content_hash(draft)[:12]}"
    conditions = list(written.conditions)
    for label in written.feedback:
        shown = make("displayfeedback", feedbacktype="Response", linkrefid=f"{label}_fb")
        test = make("conditionvar", make("varequal", label, respident=R))
        conditions.insert(0, make("respcondition", test, shown, **{"continue": "Yes"}))
    variable = make("decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
    explanation = join_explanation(draft.explanation)
    said = {f"{label}_fb": text for label, text in written.feedback.items()}
    said |= {"general_fb": explanation} if explanation else {}
    if explanation:
        shown = make("displayfeedback", feedbacktype="Response", linkrefid="general_fb")
        test = make("conditionvar", make("other"))
        conditions.insert(0, make("respcondition", test, shown, **{"continue": "Yes"}))
    return make(
        "item",
        make("itemmetadata", make("qtimetadata", *_metadata(draft, written.kind))),
        make("presentation", write_material(_stem(draft)), *written.responses),
        make("resprocessing", make("outcomes", variable), *conditions),
        *(
            make("itemfeedback", make("flow_mat", write_material(text)), ident=name)
            for name, text in said.items()
        ),
        ident=identifier,
        title=draft.title,
    )


def _stem(draft: Draft) -> str:
    if not isinstance(draft.answer, StatedBlanks):
        return draft.prompt
    stem = draft.prompt
    for name in draft.answer.blanks:
        stem = stem.replace(f"[[{name}]]", escape(f"[{name}]"))
    return stem


def _metadata(draft: Draft, kind: str) -> Iterator[Element]:
    fields = {"question_type": kind, "points_possible": number(draft.scoring.max_points)}
    if kind in PROFILES:
        fields["cc_profile"] = PROFILES[kind]
    for label, entry in fields.items():
        yield make("qtimetadatafield", make("fieldlabel", label), make("fieldentry", entry))


def _choice(draft: Draft) -> Written | str:
    kinds = {"single_choice": "multiple_choice_question", "true_false": "true_false_question"}
    written = Written(kinds.get(draft.kind, "multiple_answers_question"))
    labels = {f"choice_{at}": option.text for at, option in enumerate(draft.options, 1)}
    several = draft.kind not in SINGLE_KINDS
    written.responses = [choice_list(R, labels, several, draft.shuffle)]
    right = [f"choice_{at}" for at in sorted(draft.key.positions)]
    wrong = [label for label in labels if label not in right]
    tests = [equal(label) for label in right]
    if several:
        tests = [
            make("and", *tests, *(make("not", make("varequal", one, respident=R)) for one in wrong))
        ]
    written.conditions = [condition(tests[0])]
    written.losses = rule_losses(draft, PLAIN)
    pairs = enumerate(draft.options, 1)
    written.feedback = {
        f"choice_{at}": one.feedback for at, one in pairs if one.feedback is not None
    }
    return written


def _text(draft: Draft) -> Written | str:
    answer = draft.answer
    assert isinstance(answer, StatedText)
    accepted = [one for one in accepted_texts(answer) if one.score == 1]
    if not accepted:
        return "No text is right by itself."
    written = Written("short_answer_question")
    written.responses = [make("response_str", make("render_fib"), ident=R, rcardinality="Single")]
    tests = [equal(one.text, exact=answer.case) for one in accepted]
    written.conditions = [condition(test) for test in tests]
    written.losses = [*text_losses(answer, "/answer"), *partial_losses(answer, "/answer")]
    written.losses += rule_losses(draft, PLAIN)
    return written


def _numeric(draft: Draft) -> Written | str:
    answer = draft.answer
    assert isinstance(answer, StatedNumber)
    written = Written("numerical_question")
    written.responses = [
        make("response_str", make("render_fib", fibtype="Decimal"), ident=R, rcardinality="Single")
    ]
    margin = margin_of(answer)
    test = make("varequal", number(answer.value), respident=R)
    if margin:
        bounds = make(
            "and",
            make("vargte", number(answer.value - margin), respident=R),
            make("varlte", number(answer.value + margin), respident=R),
        )
        test = make("or", test, bounds)
    written.conditions = [condition(test)]
    written.losses = list(number_losses(answer, "/answer"))
    if answer.relative is not None:
        written.losses.append(
            Loss(
                "/answer/relative",
                "relative",
                "A relative margin.",
                "The same margin stands there as a number.",
            )
        )
    return written


def _matching(draft: Draft) -> Written | str:
    answer = draft.answer
    assert isinstance(answer, StatedPairs)
    if None in answer.pairs:
        return "A premise without a right target."
    written = Written("matching_question")
    targets = [one.text for one in draft.options if one.part == TARGETS]
    labels = {f"target_{at}": text for at, text in enumerate(targets, 1)}
    share = FULL / len(answer.pairs)
    for at, (premise, place) in enumerate(zip(draft.own_options, answer.pairs, strict=True), 1):
        response = choice_list(f"response_{at}", labels)
        response.insert(0, write_material(premise.text))
        written.responses.append(response)
        written.conditions.append(
            condition(equal(f"target_{place}", f"response_{at}"), share, "Add")
        )
    written.losses = [*rule_losses(draft, "each_pair"), *unread_feedback(draft.options)]
    return written


_WRITERS: dict[str, Callable[[Draft], Written | str]] = {
    "single_choice": _choice,
    "true_false": _choice,
    "multiple_response": _choice,
    "short_text": _text,
    "numeric": _numeric,
    "matching": _matching,
    "cloze": write_blanks,
}
