"""From a draft to GIFT, every text marked as markdown and every mark in it escaped."""

import re
from collections.abc import Callable, Iterator

from domain.questions import Draft
from formats.gift.escapes import escape
from formats.moodle import Answer, Question, from_draft
from formats.moodle.fractions import spell_percent

_FORMAT = re.compile(r"\[(?:html|moodle|plain|markdown)\]")


def write(draft: Draft) -> str | None:
    """The draft as a block of GIFT; ``None`` for a kind that GIFT does not have."""
    question = from_draft(draft)
    lines = _ANSWERS.get(question.type) if question else None
    if question is None or lines is None:
        return None
    feedback = [f"####{_text(question.feedback)}"] if question.feedback else []
    head = f"::{escape(question.name)}::[markdown]{escape(question.text)}{{"
    opening = head + ("#" if question.type == "numerical" else "")
    inside = ["\t" + line for line in (*lines(question), *feedback)]
    return "\n".join([*_comment(question), opening, *inside, "}", ""])


def _comment(question: Question) -> Iterator[str]:
    said = [f"[slug:{question.slug}]"] if question.slug else []
    if question.external_id:
        external = re.sub(r"[\\\]]", r"\\\g<0>", question.external_id)
        said.append(f"[id:{external}]")
    said += [f"[tag:{tag}]" for tag in question.tags]
    if said:
        yield " ".join(["//", *" ".join(said).split()])


def _text(text: str) -> str:
    return ("[markdown]" if _FORMAT.match(text) else "") + escape(text)


def _feedback(answer: Answer) -> str:
    return f"#{_text(answer.feedback)}" if answer.feedback else ""


def _choices(question: Question) -> Iterator[str]:
    for answer in question.answers:
        if question.single and answer.fraction == 1:
            mark = "="
        elif answer.fraction or answer.text.startswith("%") or not question.single:
            mark = f"~%{spell_percent(answer.fraction)}%"
        else:
            mark = "~"
        yield mark + _text(answer.text) + _feedback(answer)


def _truth(question: Question) -> Iterator[str]:
    yes, no = question.answers
    is_true = yes.fraction == 1
    wrong, right = (no, yes) if is_true else (yes, no)
    words = [_text(wrong.feedback), _text(right.feedback)]
    told = "#" + "#".join(words) if right.feedback else _feedback(wrong)
    yield ("TRUE" if is_true else "FALSE") + told


def _words(question: Question) -> Iterator[str]:
    for answer in question.answers:
        yield f"=%{spell_percent(answer.fraction)}%{_text(answer.text)}"


def _numbers(question: Question) -> Iterator[str]:
    for answer in question.answers:
        yield f"=%100%{answer.text}:{answer.tolerance}"


def _pairs(question: Question) -> Iterator[str]:
    for pair in question.pairs:
        yield f"={_text(pair.premise)} -> {_text(pair.target)}"


_ANSWERS: dict[str, Callable[[Question], Iterator[str]]] = {
    "multichoice": _choices,
    "truefalse": _truth,
    "shortanswer": _words,
    "numerical": _numbers,
    "match": _pairs,
}
