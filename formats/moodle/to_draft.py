"""From a question of Moodle to a draft, with all that the draft does not say."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from domain.grading import KINDS, Stated
from domain.grading.matching import TARGETS
from domain.grading.numbers import read_number, spell_number
from domain.losses import Loss
from domain.questions import TRUTHS, AnswerKey, Draft, Explanation, Option, Scoring
from formats.format import Parsed
from formats.markdown_text import first_words
from formats.moodle.fractions import scoring_of
from formats.moodle.question import Answer, Question, Refused
from formats.moodle.wildcards import has_wildcard, literal, pattern_of
from formats.quarto.blocks import read_blocks
from formats.quarto.references import split_references

ORDERING_RULES = {
    "ALL_OR_NOTHING": "all_or_nothing",
    "RELATIVE_NEXT_EXCLUDE_LAST": "adjacent_pairs",
    "LONGEST_ORDERED_SUBSET": "longest_run",
    "RELATIVE_TO_CORRECT": "position_error",
}
LONGEST_READINGS = 20_000


def to_parsed(question: Question) -> Parsed:
    """The draft of a question and its losses, or the problem why there is none."""
    try:
        draft, losses = TYPES[question.type](question)
    except Refused as refused:
        problem = refused.problem
        placed = replace(problem, line=problem.line or question.line)
        return Parsed(None, (placed,), question.losses)
    return Parsed(draft, (), (*question.losses, *losses))


def _draft(question: Question, **said: Any) -> Draft:
    prompt = question.text
    return Draft(
        title=question.name.strip() or first_words(prompt),
        prompt=prompt,
        explanation=_explanation(question.feedback),
        slug=question.slug,
        external_id=question.external_id,
        tags=tuple(dict.fromkeys(question.tags)),
        shuffle=question.shuffle,
        hints=question.hints,
        **said,
    )


def _explanation(text: str) -> Explanation:
    # Only a short text with a list can end with readings, and only there is looking worth while.
    if "\n* " not in text or len(text) > LONGEST_READINGS:
        return Explanation(text)
    lines = text.split("\n")
    start, references = split_references(read_blocks(lines), lines)
    if start is None:
        return Explanation(text)
    return Explanation("\n".join(lines[:start]).strip("\n"), references)


def _choice(question: Question) -> tuple[Draft, list[Loss]]:
    shares = [answer.fraction for answer in question.answers]
    if not any(share > 0 for share in shares):
        told = "No answer earns points."
        raise Refused("no_right_answer", told, "Give the right answers a fraction above 0.")
    right = {place for place, share in enumerate(shares, 1) if share > 0}
    losses = []
    if question.single:
        best = {place for place, share in enumerate(shares, 1) if share == max(shares)}
        right = {min(best)}
        if len(best) > 1:
            what = f"That {len(best)} answers are right, of which one is picked."
            losses.append(Loss("/key", "several_right", what, "The first is; all earn the same."))
    draft = _draft(
        question,
        options=tuple(Option(one.text, None, one.feedback or None) for one in question.answers),
        key=AnswerKey(frozenset(right)),
        kind="single_choice" if question.single else "multiple_response",
        scoring=scoring_of(shares, question.single, question.points),
    )
    return draft, losses


def _all_or_nothing(question: Question) -> tuple[Draft, list[Loss]]:
    draft, losses = _choice(replace(question, single=False))
    return replace(draft, scoring=Scoring(max_points=question.points)), losses


def _true_false(question: Question) -> tuple[Draft, list[Loss]]:
    """``answers`` are those for true and for false, in this order."""
    truths = zip(TRUTHS, question.answers, strict=True)
    draft = _draft(
        question,
        options=tuple(Option(text, None, one.feedback or None) for text, one in truths),
        key=AnswerKey(frozenset({1 if question.answers[0].fraction > 0 else 2})),
        kind="true_false",
        scoring=Scoring(max_points=question.points),
    )
    return draft, []


def _short_text(question: Question) -> tuple[Draft, list[Loss]]:
    accept: list[Any] = []
    patterns: list[str] = []
    losses = list(_dropped_feedback(question.answers))
    for place, one in enumerate(question.answers, 1):
        if one.fraction <= 0:
            losses.append(_dropped(place, "wrong_answer", f"The answer `{one.text}` for nothing."))
        elif not has_wildcard(one.text):
            accept.append(_accepted(literal(one.text), min(one.fraction, Fraction(1))))
        elif one.fraction < 1:
            losses.append(_dropped(place, "partial_wildcard", f"The answer `{one.text}`, partly."))
        else:
            patterns.append(pattern_of(one.text))
    stated: dict[str, Any] = {"accept": accept}
    stated |= {"patterns": patterns} if patterns else {}
    stated |= {"case": True} if question.case else {}
    is_partial = any(isinstance(one, dict) for one in accept)
    rule = "best_answer" if is_partial else "all_or_nothing"
    return _kind(question, "short_text", stated, rule), losses


def _accepted(text: str, share: Fraction) -> str | dict[str, str]:
    return text if share == 1 else {"text": text, "score": spell_number(share)}


def _numeric(question: Question) -> tuple[Draft, list[Loss]]:
    losses = list(_dropped_feedback(question.answers))
    right = next((one for one in question.answers if one.fraction == 1), None)
    if right is None or right.text.strip() == "*":
        told = "No number earns all points."
        raise Refused("no_right_answer", told, "Give the right number a fraction of 100.")
    for place, one in enumerate(question.answers, 1):
        if one is not right and (one.text.strip() != "*" or one.fraction > 0):
            losses.append(_dropped(place, "other_number", f"The answer `{one.text}` as well."))
    try:
        stated = {"value": spell_number(read_number(right.text))}
        tolerance = read_number(right.tolerance.strip() or "0")
    except ValueError as error:
        raise Refused("bad_number", f"`{right.text[:40]}` {error}.", "Write a number.") from None
    if tolerance:
        stated["tolerance"] = spell_number(tolerance)
    return _kind(question, "numeric", stated), losses


def _matching(question: Question) -> tuple[Draft, list[Loss]]:
    targets = list(dict.fromkeys(pair.target for pair in question.pairs))
    premises = [pair for pair in question.pairs if pair.premise]
    places = [targets.index(pair.target) + 1 for pair in premises]
    options = [Option(pair.premise) for pair in premises]
    options += [Option(target, part=TARGETS) for target in targets]
    return _kind(question, "matching", {"pairs": places}, "each_pair", options), []


def _ordering(question: Question) -> tuple[Draft, list[Loss]]:
    rule, losses = ORDERING_RULES.get(question.grading), list(_dropped_feedback(question.answers))
    if rule is None:
        what = f"That it is scored by {question.grading}."
        losses.append(Loss("/scoring/rule", "scoring", what, "It is all or nothing."))
    options = [Option(one.text) for one in question.answers]
    return _kind(question, "ordering", {}, rule or "all_or_nothing", options), losses


def _gaps(question: Question) -> tuple[Draft, list[Loss]]:
    options = tuple(
        Option(text, part=name) for name, texts in question.choices.items() for text in texts
    )
    scoring = Scoring("each_blank", question.points)
    draft = _draft(question, options=options, kind="cloze", answer=question.blanks, scoring=scoring)
    return draft, []


def _kind(
    question: Question,
    kind: str,
    stated: dict[str, Any],
    rule: str = "all_or_nothing",
    options: Sequence[Option] = (),
) -> Draft:
    scoring = Scoring(rule, question.points)
    answer = read_stated(KINDS[kind].stated, stated)
    return _draft(question, options=tuple(options), kind=kind, answer=answer, scoring=scoring)


def read_stated(stated: type[Stated], document: dict[str, Any]) -> Any:
    """The answer that a document says; :class:`Refused` with the reason where it says none."""
    try:
        return stated.read(document)
    except ValidationError as error:
        told = error.errors()[0]["msg"].removeprefix("Value error, ")
        hint = "Mend the answers; docs/kinds.md says what this kind takes."
        raise Refused("bad_answers", f"The answers make no question: {told}.", hint) from None


def _dropped_feedback(answers: Sequence[Answer]) -> Iterator[Loss]:
    for place, one in enumerate(answers, 1):
        if one.feedback:
            yield _dropped(place, "feedback", f"The feedback `{one.feedback[:60]}`.")


def _dropped(place: int, code: str, what: str) -> Loss:
    return Loss(f"/answers/{place}", code, what, "It was left out.")


TYPES: dict[str, Callable[[Question], tuple[Draft, list[Loss]]]] = {
    "multichoice": _choice,
    "multichoiceset": _all_or_nothing,
    "truefalse": _true_false,
    "shortanswer": _short_text,
    "numerical": _numeric,
    "match": _matching,
    "ordering": _ordering,
    "cloze": _gaps,
}
