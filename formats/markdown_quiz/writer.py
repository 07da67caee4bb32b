"""From a draft to a heading, a stem and a task list, proved by reading them back."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

from domain.losses import Loss
from domain.questions import Draft, Explanation, Option
from formats.format import Rendered, not_expressible
from formats.left_out import fields_left_out, marks_left_out, usual_values
from formats.markdown_quiz.reader import parse
from formats.markdown_quiz.sections import STEM

NOT_CARRIED = (
    "slug",
    "external_id",
    "date",
    "tags",
    "difficulty",
    "language",
    "scoring",
    "release",
    "shuffle",
    "hints",
    "combinations",
    "tests",
    "oracle_budget",
    "extra",
)


def render(draft: Draft) -> Rendered:
    """The section of a draft, as far as markdown goes."""
    if draft.answer is not None or not draft.key.positions:
        what = "A task list has one or more right options."
        return not_expressible(what)
    carried = _carried(draft)
    for stem in (_stem(carried), f"{STEM}\n\n{carried.prompt}"):
        content = _write(carried, stem)
        if content is not None and _is_read(content, carried):
            return Rendered(content, tuple(_losses(draft)))
    what = "Its texts hold what would be read as headings, options or the end of them."
    return not_expressible(what)


def _is_read(content: bytes, carried: Draft) -> bool:
    read = list(parse(BytesIO(content)))
    return len(read) == 1 and read[0].draft == carried


def _carried(draft: Draft) -> Draft:
    return replace(
        draft,
        **usual_values(NOT_CARRIED),
        kind=_kind(draft),
        options=tuple(Option(one.text, None, one.feedback) for one in draft.options),
        explanation=Explanation(draft.explanation.text),
    )


def _kind(draft: Draft) -> str:
    return "single_choice" if len(draft.key.positions) == 1 else "multiple_response"


def _losses(draft: Draft) -> Iterator[Loss]:
    if draft.kind != _kind(draft):
        instead = f"It will be read as {_kind(draft)}."
        yield Loss("/kind", "kind_not_carried", f"The kind is {draft.kind}.", instead)
    yield from fields_left_out(draft, NOT_CARRIED)
    yield from marks_left_out(draft)


def _stem(draft: Draft) -> str:
    """What goes below the heading where the heading begins the stem."""
    return draft.prompt.removeprefix(draft.title).lstrip("\n")


def _write(draft: Draft, stem: str) -> bytes | None:
    options = "\n".join(
        _option(option, place in draft.key.positions)
        for place, option in enumerate(draft.options, 1)
    )
    parts = [f"## {draft.title}", stem, options, draft.explanation.text]
    text = "\n\n".join(part for part in parts if part) + "\n"
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None


def _option(option: Option, is_right: bool) -> str:
    first, *rest = option.text.split("\n")
    quoted = [f"> {line}" for line in option.feedback.split("\n")] if option.feedback else []
    lines = [*rest, *([""] if quoted and rest else []), *quoted]
    indented = [f"  {line}" if line else "" for line in lines]
    return "\n".join([f"- [{'x' if is_right else ' '}] {first}", *indented])
