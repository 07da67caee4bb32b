"""The difference of two versions of a question, part by part."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from api.schemas.base import Outgoing
from domain.revisions import Change, OptionChange, Revision, Span


class SpanOut(Outgoing):
    """Words that both versions have, or only the old one, or only the new one."""

    change: Change
    text: str


class TextDiffOut(Outgoing):
    """A text that differs; the spans of each of its paragraphs, in reading order."""

    name: str = Field(examples=["prompt"])
    paragraphs: list[list[SpanOut]]


class OptionDiffOut(Outgoing):
    """An option that differs, matched by its id. Places count from 1; null: it is not there."""

    id: str = Field(examples=["m3kq"])
    change: OptionChange
    moved: bool
    old_place: int | None
    new_place: int | None
    text: list[SpanOut]
    feedback: list[SpanOut]
    pinned: bool | None = Field(description="What it became, where it differs.")


class KeyDiffOut(Outgoing):
    """The ids of the options that became right, and of those that are right no longer."""

    became_right: list[str]
    became_wrong: list[str]


class FieldDiffOut(Outgoing):
    """Any other part that differs, as text; null where a version does not have it."""

    name: str = Field(examples=["scoring"])
    old: str | None
    new: str | None


class DiffOut(Outgoing):
    """All that differs between two versions; what is equal is left out."""

    from_version: int
    to_version: int
    texts: list[TextDiffOut]
    options: list[OptionDiffOut]
    key: KeyDiffOut
    fields: list[FieldDiffOut]

    @classmethod
    def of(cls, revision: Revision, from_version: int, to_version: int) -> Self:
        """The wire shape of a difference."""
        return cls(
            from_version=from_version,
            to_version=to_version,
            texts=[
                TextDiffOut(name=text.name, paragraphs=[_spans(each) for each in text.paragraphs])
                for text in revision.texts
            ],
            options=[
                OptionDiffOut(
                    id=one.id,
                    change=one.change,
                    moved=one.moved,
                    old_place=one.old_place,
                    new_place=one.new_place,
                    text=_spans(one.text),
                    feedback=_spans(one.feedback),
                    pinned=one.pinned[1] if one.pinned else None,
                )
                for one in revision.options
            ],
            key=KeyDiffOut(
                became_right=list(revision.became_right), became_wrong=list(revision.became_wrong)
            ),
            fields=[
                FieldDiffOut(name=field.name, old=field.old, new=field.new)
                for field in revision.fields
            ],
        )


def _spans(spans: Sequence[Span]) -> list[SpanOut]:
    return [SpanOut(change=span.change, text=span.text) for span in spans]
