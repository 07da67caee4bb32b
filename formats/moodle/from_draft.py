"""From a draft to the question that Moodle would ask; what it cannot say is left out here."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from domain.grading.cloze import StatedBlanks
from domain.grading.matching import TARGETS, StatedPairs
from domain.grading.numbers import spell_number
from domain.grading.numeric import StatedNumber
from domain.grading.short_text import StatedText
from domain.questions import TRUTHS, Draft, Explanation
from formats.moodle.fractions import shares_of
from formats.moodle.question import Answer, Pair, Question
from formats.moodle.to_draft import ORDERING_RULES
from formats.moodle.wildcards import answer_of, escape
from formats.quarto.references import write_references

ONE = Fraction(1)


def from_draft(draft: Draft) -> Question | None:
    """The question of Moodle that says most of a draft; ``None`` where none says what is asked."""
    return _BY_KIND[draft.kind](draft)


def _question(draft: Draft, type_: str, **said: Any) -> Question:
    return Question(
        type=type_,
        name=draft.title,
        text=draft.prompt,
        feedback=_feedback(draft.explanation),
        shuffle=draft.shuffle,
        points=draft.scoring.max_points,
        external_id=draft.external_id,
        slug=draft.slug,
        tags=draft.tags,
        hints=draft.hints,
        **said,
    )


def _feedback(explanation: Explanation) -> str:
    parts = [explanation.text] if explanation.text else []
    if explanation.references:
        parts.append(write_references(explanation.references))
    return "\n\n".join(parts)


def _choice(draft: Draft) -> Question:
    options = zip(draft.own_options, shares_of(draft), strict=True)
    answers = tuple(Answer(one.text, share, one.feedback or "") for one, share in options)
    single = draft.kind != "multiple_response"
    return _question(draft, "multichoice", answers=answers, single=single)


def _true_false(draft: Draft) -> Question:
    if tuple(option.text for option in draft.own_options) != TRUTHS:
        return _choice(draft)
    places = enumerate(draft.own_options, 1)
    answers = tuple(
        Answer(one.text, Fraction(place in draft.key.positions), one.feedback or "")
        for place, one in places
    )
    return _question(draft, "truefalse", answers=answers)


def _numeric(draft: Draft) -> Question:
    stated = draft.answer
    assert isinstance(stated, StatedNumber)
    share = stated.relative * abs(stated.value) if stated.relative is not None else None
    margin = stated.tolerance or share or Fraction(0)
    answer = Answer(decimal(stated.value), ONE, tolerance=decimal(margin))
    return _question(draft, "numerical", answers=(answer,))


def decimal(number: Fraction) -> str:
    """The number as a decimal, since Moodle knows no ratios."""
    spelled = spell_number(number)
    return spelled if "/" not in spelled else f"{float(number):.15g}"


def _short_text(draft: Draft) -> Question:
    stated = draft.answer
    assert isinstance(stated, StatedText)
    answers = [Answer(escape(one.text), one.score) for one in stated.accept]
    said = (answer_of(pattern) for pattern in stated.patterns)
    answers += [Answer(one, ONE) for one in said if one is not None]
    return _question(draft, "shortanswer", answers=tuple(answers), case=stated.case)


def _matching(draft: Draft) -> Question | None:
    stated = draft.answer
    assert isinstance(stated, StatedPairs)
    targets = [option.text for option in draft.options if option.part == TARGETS]
    if None in stated.pairs:
        return None  # every premise of Moodle has a target
    places = [place for place in stated.pairs if place is not None]
    paired = zip(draft.own_options, places, strict=True)
    pairs = [Pair(premise.text, targets[place - 1]) for premise, place in paired]
    unused = (text for place, text in enumerate(targets, 1) if place not in places)
    return _question(draft, "match", pairs=(*pairs, *(Pair("", text) for text in unused)))


def _ordering(draft: Draft) -> Question:
    gradings = {rule: grading for grading, rule in ORDERING_RULES.items()}
    grading = gradings.get(draft.scoring.rule, "ALL_OR_NOTHING")
    answers = tuple(Answer(option.text) for option in draft.own_options)
    return _question(draft, "ordering", answers=answers, grading=grading)


def _gaps(draft: Draft) -> Question:
    stated = draft.answer
    assert isinstance(stated, StatedBlanks)
    choices = {
        name: tuple(option.text for option in draft.options if option.part == name)
        for name in stated.blanks
    }
    return _question(draft, "cloze", blanks=stated, choices=choices)


_BY_KIND: dict[str, Callable[[Draft], Question | None]] = {
    "single_choice": _choice,
    "multiple_response": _choice,
    "true_false": _true_false,
    "numeric": _numeric,
    "short_text": _short_text,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _gaps,
}
