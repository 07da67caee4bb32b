"""From a draft to an exercise, proved by reading it back."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO

from domain.grading import CHOICE_KINDS
from domain.grading.numbers import spell_number
from domain.losses import Loss
from domain.questions import SINGLE_KINDS, Draft, Explanation, Option, Scoring, document
from formats.format import Rendered, not_expressible
from formats.left_out import fields_left_out, marks_left_out, usual_values
from formats.rexams.reader import CHOICES, OTHERS, parse

NOT_CARRIED = (
    "external_id",
    "date",
    "tags",
    "difficulty",
    "language",
    "release",
    "hints",
    "combinations",
    "tests",
    "oracle_budget",
    "extra",
)
TYPES = {kind: name for name, kind in (CHOICES | OTHERS).items()}


def render(draft: Draft) -> Rendered:
    """The exercise of a draft, as far as R/exams goes."""
    carried = _carried(draft)
    if carried.kind not in TYPES:
        return not_expressible(f"R/exams has no static type for {draft.kind}.")
    try:
        content = _write(carried).encode()
    except (UnicodeEncodeError, LookupError):
        return not_expressible("Its answer has parts that R/exams does not know.")
    (parsed,) = parse(BytesIO(content))
    if parsed.draft != carried or parsed.losses:
        told = " ".join(map(str, parsed.problems)) or "A text would be read differently."
        return not_expressible(told)
    return Rendered(content, tuple(_losses(draft)))


def _carried(draft: Draft) -> Draft:
    return replace(
        draft,
        **usual_values(NOT_CARRIED),
        kind=_kind(draft),
        options=tuple(Option(one.text, None, one.feedback, part=one.part) for one in draft.options),
        explanation=Explanation(draft.explanation.text),
        scoring=Scoring(max_points=draft.scoring.max_points),
    )


def _kind(draft: Draft) -> str:
    return "single_choice" if draft.kind in SINGLE_KINDS else draft.kind


def _losses(draft: Draft) -> Iterator[Loss]:
    if draft.kind != _kind(draft):
        instead = f"It will be read as {_kind(draft)}."
        yield Loss("/kind", "kind_not_carried", f"The kind is {draft.kind}.", instead)
    yield from fields_left_out(draft, NOT_CARRIED)
    if draft.scoring != Scoring(max_points=draft.scoring.max_points):
        what = f"The rule is {draft.scoring.rule}."
        yield Loss("/scoring/rule", "rule_not_carried", what, f"It is {Scoring().rule}.")
    yield from marks_left_out(draft)


def _write(draft: Draft) -> str:
    feedback = [option.feedback or "" for option in draft.options]
    return "\n".join(
        [
            *("Question", "========", draft.prompt, ""),
            *_answers([option.text for option in draft.options]),
            *("Solution", "========", draft.explanation.text, ""),
            *(_answers(feedback) if any(feedback) else ()),
            *("Meta-information", "================"),
            *(f"{name}: {value}" for name, value in _meta(draft)),
            "",
        ]
    )


def _answers(texts: Sequence[str]) -> list[str]:
    return ["Answerlist", "----------", *map(_item, texts), ""] if texts else []


def _item(text: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join([f"* {first}".rstrip(" "), *(f"  {line}" if line else "" for line in rest)])


def _meta(draft: Draft) -> Iterator[tuple[str, str]]:
    if draft.slug:
        yield "exname", draft.slug
    yield "extitle", draft.title
    yield "extype", TYPES[draft.kind]
    yield from _solution(draft)
    if draft.shuffle:
        yield "exshuffle", "TRUE"
    if draft.scoring.max_points != 1:
        yield "expoints", spell_number(draft.scoring.max_points)


def _solution(draft: Draft) -> Iterator[tuple[str, str]]:
    """The key or the answer; ``LookupError`` for an answer with more to it."""
    if draft.kind in CHOICE_KINDS:
        places = range(1, len(draft.options) + 1)
        yield "exsolution", "".join("01"[place in draft.key.positions] for place in places)
        return
    said = document(draft.answer) if draft.answer else {}
    if draft.kind == OTHERS["num"]:
        yield "exsolution", said.pop("value")
        if said.get("tolerance") is not None:
            yield "extol", said.pop("tolerance")
    else:
        (accepted,) = said.pop("accept") if len(said.get("accept", ())) == 1 else (None,)
        if not isinstance(accepted, str):
            raise LookupError
        yield "exsolution", accepted
    if said:
        raise LookupError
