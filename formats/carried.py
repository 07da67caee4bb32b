"""What a written question says less than its draft: found by reading it back.

A format that is written by :func:`render_checked` drops nothing in silence, whatever its writer
forgets, since every difference between the draft and what is read from the file is told.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from domain.grading import Stated, StatedValues
from domain.grading.numbers import spell_number
from domain.losses import Loss
from domain.questions import Draft, document
from formats.format import Parsed, Rendered, not_expressible

LONGEST_QUOTE = 80
_PLACES = re.compile(r"/[0-9]+")


def render_checked(
    draft: Draft,
    write: Callable[[Draft], str | None],
    read: Callable[[bytes], Sequence[Parsed]],
) -> Rendered:
    """The question as ``write`` says it, with a loss for all that ``read`` does not find in it.

    ``write`` gives ``None`` for a question that the format cannot say.
    """
    text = write(draft)
    if text is None:
        return not_expressible(f"A question of the kind {draft.kind}.")
    content = text.encode(errors="replace")
    back = read(content)
    if len(back) != 1 or back[0].draft is None:
        reasons = [one.message for parsed in back for one in parsed.problems]
        return not_expressible(" ".join(["The question would not be read as it is.", *reasons]))
    return Rendered(content, tuple(losses_between(draft, back[0].draft)))


def losses_between(said: Draft, read: Draft) -> Iterator[Loss]:
    """Each value of a draft that another one has differently or not at all, by its path."""
    ours, theirs = dict(_leaves("", said)), dict(_leaves("", read))
    for path in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(path), theirs.get(path)
        if mine != other and not (_is_unsaid(mine) and _is_unsaid(other)):
            yield _loss(path, mine, other)
    if any(option.id for option in said.options) and not any(one.id for one in read.options):
        yield Loss("/options", "option_ids", "The ids of the options.", "They were left out.")


def _loss(path: str, mine: Any, other: Any) -> Loss:
    code = _PLACES.sub("", path).strip("/").replace("/", "_")
    name = code.replace("_", " ")
    what = f"The {name} {_quote(mine)}." if not _is_unsaid(mine) else f"That there is no {name}."
    instead = "It was left out." if _is_unsaid(other) else f"It reads {_quote(other)} there."
    return Loss(path, code, what, instead)


def _is_unsaid(value: Any) -> bool:
    return value is None or value is False or value == ""


def _quote(value: Any) -> str:
    text = " ".join(str(value).split())
    return f"`{text}`" if len(text) <= LONGEST_QUOTE else f"`{text[: LONGEST_QUOTE - 3]}...`"


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every plain value below a value, by its path; ids of options are told apart."""
    if is_dataclass(value):
        for part in fields(value):
            if part.name != "id":
                yield from _leaves(f"{path}/{part.name}", getattr(value, part.name))
    elif isinstance(value, StatedValues):  # there, what is unsaid differs from what is none
        yield from _leaves(path, document(value))
    elif isinstance(value, Stated):
        yield from _leaves(path, value.model_dump(mode="json"))
    elif isinstance(value, Mapping):
        for name, inside in value.items():
            yield from _leaves(f"{path}/{name}", inside)
    elif isinstance(value, list | tuple):
        for place, inside in enumerate(value, 1):
            yield from _leaves(f"{path}/{place}", inside)
    else:
        yield path, _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return ", ".join(map(str, sorted(value)))
    return spell_number(value) if isinstance(value, Fraction) else value
