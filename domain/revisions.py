"""What an edit did to a question, part by part, with the words that changed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Literal

from domain.differences import single_parts
from domain.option_references import name_by_id
from domain.questions import Draft, Option

# Beyond this many words a text is told as replaced: the cost grows with the square of the length.
MOST_COMPARED = 4000
# Of texts that share less than this, every word that they happen to share would only confuse.
SAME_TEXT = 0.4
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_PARAGRAPHS = re.compile(r"\n\s*\n")

Change = Literal["same", "added", "removed"]
OptionChange = Literal["same", "reworded", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Span:
    """Words that both texts have, or only the new one, or only the old one."""

    change: Change
    text: str


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class TextRevision:
    """A text whose paragraphs differ: the spans of each paragraph, in reading order."""

    name: str
    paragraphs: tuple[Spans, ...]


@dataclass(frozen=True, slots=True)
class OptionRevision:
    """One option, matched by its id. Places count from 1; ``None`` where it is not there.

    ``moved`` when its place among the options that stayed is another.
    """

    id: str
    change: OptionChange
    moved: bool
    old_place: int | None
    new_place: int | None
    text: Spans
    feedback: Spans
    pinned: tuple[bool, bool] | None


@dataclass(frozen=True, slots=True)
class FieldRevision:
    """Any other part of a question, before and after; ``None`` where it is not there."""

    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Revision:
    """All that differs between two versions; every part is empty where nothing does.

    ``became_right`` and ``became_wrong`` are ids of options that both versions have or one has.
    """

    texts: tuple[TextRevision, ...]
    options: tuple[OptionRevision, ...]
    became_right: tuple[str, ...]
    became_wrong: tuple[str, ...]
    fields: tuple[FieldRevision, ...]


def compare(old: Draft, new: Draft) -> Revision:
    """What became of the old version in the new one. The options of both carry their ids."""
    old, new = _naming_by_id(old), _naming_by_id(new)
    was, is_ = _right_ids(old), _right_ids(new)
    return Revision(
        texts=tuple(_texts(old, new)),
        options=tuple(_options(old.options, new.options)),
        became_right=tuple(id_ for id_ in is_ if id_ not in was),
        became_wrong=tuple(id_ for id_ in was if id_ not in is_),
        fields=tuple(_fields(single_parts(old), single_parts(new))),
    )


def word_difference(old: str, new: str) -> Spans:
    """The spans that make up both texts: without the removed ones the new text, and so on."""
    if old == new:
        return (Span("same", old),) if old else ()
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if max(len(before), len(after)) > MOST_COMPARED:
        return tuple(_replaced(old, new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < SAME_TEXT:
        return tuple(_replaced(old, new))
    return tuple(
        span
        for tag, i, j, k, n in matcher.get_opcodes()
        for span in _spans(tag, "".join(before[i:j]), "".join(after[k:n]))
    )


def _spans(tag: str, old: str, new: str) -> Iterator[Span]:
    return iter((Span("same", old),)) if tag == "equal" else _replaced(old, new)


def _replaced(old: str, new: str) -> Iterator[Span]:
    if old:
        yield Span("removed", old)
    if new:
        yield Span("added", new)


def _naming_by_id(draft: Draft) -> Draft:
    """The draft with options named in its texts by id: their places may be others now."""
    ids = [option.id or "" for option in draft.options]
    return replace(
        draft,
        options=tuple(
            replace(option, feedback=name_by_id(option.feedback or "", ids) or None)
            for option in draft.options
        ),
        explanation=replace(draft.explanation, text=name_by_id(draft.explanation.text, ids)),
        hints=tuple(name_by_id(hint, ids) for hint in draft.hints),
        combinations=tuple(
            replace(one, text=name_by_id(one.text, ids)) for one in draft.combinations
        ),
    )


def _right_ids(draft: Draft) -> tuple[str, ...]:
    return tuple(draft.options[place - 1].id or "" for place in sorted(draft.key.positions))


def _texts(old: Draft, new: Draft) -> Iterator[TextRevision]:
    pairs = {
        "prompt": (old.prompt, new.prompt),
        "explanation": (old.explanation.text, new.explanation.text),
    }
    for name, (before, after) in pairs.items():
        if before != after:
            yield TextRevision(name, tuple(_paragraphs(before, after)))


def _paragraphs(old: str, new: str) -> Iterator[Spans]:
    """The spans of each paragraph; those between equal ones are compared in their order."""
    before, after = _split(old), _split(new)
    for _, i, j, k, n in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for was, is_ in zip_longest(before[i:j], after[k:n], fillvalue=""):
            yield word_difference(was, is_)


def _split(text: str) -> list[str]:
    return _PARAGRAPHS.split(text) if text else []


def _options(old: Sequence[Option], new: Sequence[Option]) -> Iterator[OptionRevision]:
    """The options that differ: those of the new version in its order, then those that went."""
    before = {option.id or "": (place, option) for place, option in enumerate(old, 1)}
    after = {option.id or "": (place, option) for place, option in enumerate(new, 1)}
    order, now = [id_ for id_ in before if id_ in after], [id_ for id_ in after if id_ in before]
    matcher = SequenceMatcher(None, order, now, autojunk=False)
    kept = {id_ for at, _, size in matcher.get_matching_blocks() for id_ in order[at : at + size]}
    moved = before.keys() & after.keys() - kept
    for id_ in (*after, *(id_ for id_ in before if id_ not in after)):
        found = _option(id_, before.get(id_), after.get(id_), id_ in moved)
        if found.moved or found.change != "same" or found.pinned or _differs(found.feedback):
            yield found


def _option(
    id_: str, old: tuple[int, Option] | None, new: tuple[int, Option] | None, moved: bool
) -> OptionRevision:
    (old_place, was), (new_place, is_) = old or (None, None), new or (None, None)
    change: OptionChange = "added" if was is None else "removed" if is_ is None else "same"
    if was and is_ and was.text != is_.text:
        change = "reworded"
    pinned = (was.pinned, is_.pinned) if was and is_ and was.pinned != is_.pinned else None
    return OptionRevision(
        id=id_,
        change=change,
        moved=moved,
        old_place=old_place,
        new_place=new_place,
        text=word_difference(was.text if was else "", is_.text if is_ else ""),
        feedback=word_difference(_feedback(was), _feedback(is_)),
        pinned=pinned,
    )


def _feedback(option: Option | None) -> str:
    return (option.feedback or "") if option else ""


def _differs(spans: Spans) -> bool:
    return any(span.change != "same" for span in spans)


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[FieldRevision]:
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name) or None, new.get(name) or None
        if before != after:
            yield FieldRevision(name, before, after)
