"""What translators send and get: texts, under the ids of the source, and nothing else."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field

from api.schemas.base import Incoming, Moment, Outgoing
from api.schemas.drafts import OptionId
from domain.questions import LONGEST_TITLE
from domain.translations import Texts, changes
from models import Translation
from operations.write_translation import read_texts

TranslationStatus = Literal["draft", "published"]


class TranslationIn(Incoming):
    """A text for each text of the source. There is no field for key, scoring or ids.

    ``source_version`` is the version that is translated: the newest one if nothing is said.
    """

    source_version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    title: Annotated[str, Field(max_length=LONGEST_TITLE)]
    prompt: str
    options: dict[OptionId, str] = Field(
        default={}, max_length=200, description="By option id; those of parts, too."
    )
    explanation: str = ""
    feedback: dict[OptionId, str] = Field(default={}, max_length=200, description="By option id.")
    hints: list[str] = Field(default=[], max_length=100)
    combinations: list[str] = Field(
        default=[], max_length=200, description="In the order of the source."
    )

    @property
    def texts(self) -> Texts:
        """The same without blanks around."""
        return Texts(
            title=self.title.strip(),
            prompt=self.prompt.strip(),
            options={id_: text.strip() for id_, text in self.options.items()},
            explanation=self.explanation.strip(),
            feedback={id_: text.strip() for id_, text in self.feedback.items() if text.strip()},
            hints=tuple(text.strip() for text in self.hints),
            combinations=tuple(text.strip() for text in self.combinations),
        )


class TextChangeOut(Outgoing):
    """A text of the source that differs from what was translated; null where there is none."""

    pointer: str = Field(examples=["/options/m3kq"])
    old: str | None
    new: str | None


class TranslationStateOut(Outgoing):
    """How far a translation has come, and whether its source has changed since.

    ``current_version`` is the one it is compared with: what learners get, or the newest where none
    is published or where it translates that. ``stale``: it was made from other texts than that
    version has, so it is not shown with it. ``shown_in_versions`` are those in which learners get
    something in this language.
    """

    language: str = Field(examples=["de"])
    number: int
    status: TranslationStatus
    stale: bool
    changed: list[str] = Field(description="Pointers to the texts of the source that changed.")
    source_version: int
    current_version: int
    shown_in_versions: list[int]
    written_at: Moment
    written_by: str
    published_at: Moment | None
    published_by: str | None

    @classmethod
    def of(
        cls, row: Translation, current: Texts, current_version: int, shown: Sequence[int]
    ) -> Self:
        """The state of a translation beside what its source says at present."""
        changed = changes(Texts.read(row.secret.source), current)
        return cls(
            language=row.language,
            number=row.number,
            status="draft" if row.published_at is None else "published",
            stale=row.source_hash != current.hash,
            changed=[one.pointer for one in changed],
            source_version=row.source_version,
            current_version=current_version,
            shown_in_versions=list(shown),
            written_at=row.created_at,
            written_by=row.writers[-1],
            published_at=row.published_at,
            published_by=row.published_by,
        )


class TranslationListOut(Outgoing):
    """The newest translation into each language."""

    items: list[TranslationStateOut]


class TranslationOut(TranslationStateOut):
    """A translation with all it says, and what changed in its source since."""

    title: str
    prompt: str
    options: dict[str, str]
    explanation: str
    feedback: dict[str, str]
    hints: list[str]
    combinations: list[str]
    changes: list[TextChangeOut]

    @classmethod
    def of(
        cls, row: Translation, current: Texts, current_version: int, shown: Sequence[int]
    ) -> Self:
        """A translation beside what its source says at present."""
        state = TranslationStateOut.of(row, current, current_version, shown)
        found = changes(Texts.read(row.secret.source), current)
        return cls(
            **dict(state),
            **read_texts(row).document,
            changes=[TextChangeOut(pointer=one.pointer, old=one.old, new=one.new) for one in found],
        )
