"""A draft as pages show it: rendered as for learners, and with what is right."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from domain.grading import CHOICE_KINDS, OWN
from domain.grading import KINDS as OTHER_KINDS
from domain.grading.matching import TARGETS
from domain.grading.numbers import spell_number
from domain.option_references import label_html
from domain.ordering import shuffle_options
from domain.questions import SINGLE_KINDS, Draft
from operations.draft_rows import DraftRows, draft_rows

_BLANK = re.compile(r"\[\[([a-z][a-z0-9_]{0,39})\]\]")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class ShownOption:
    """An option with its place in its part, from 1; ``text`` is for where no HTML can be."""

    id: str
    place: int
    html: Markup
    text: str
    feedback: Markup
    is_right: bool
    pinned: bool


@dataclass(frozen=True)
class QuestionView:
    """All that the template of a question asks for. The options of the draft carry their ids."""

    draft: Draft

    @classmethod
    def of(cls, draft: Draft) -> "QuestionView":
        """The view of a draft."""
        return cls(draft)

    @cached_property
    def _ids(self) -> list[str]:
        return [option.id or "" for option in self.draft.options]

    @cached_property
    def _rows(self) -> DraftRows:
        return draft_rows(self.draft, self._ids)

    @property
    def is_picked(self) -> bool:
        """Whether options are picked."""
        return self.draft.kind in CHOICE_KINDS

    @property
    def is_single(self) -> bool:
        """Whether at most one option is picked."""
        return self.draft.kind in SINGLE_KINDS

    @property
    def prompt(self) -> Markup:
        """The stem."""
        return _safe(self._rows.version["prompt_html"])

    @cached_property
    def pieces(self) -> list[tuple[Markup, str]]:
        """The stem cut at its blanks: HTML, and the name of the blank behind it, if any."""
        cut = _BLANK.split(self._rows.version["prompt_html"])
        return [(_safe(html), name) for html, name in zip(cut[::2], [*cut[1::2], ""], strict=True)]

    @cached_property
    def _parts(self) -> Mapping[str, list[ShownOption]]:
        found: dict[str, list[ShownOption]] = {}
        for place, row in enumerate(self._rows.options, 1):
            part = found.setdefault(row["part"], [])
            html = _safe(row["html"])
            part.append(
                ShownOption(
                    id=row["option_id"],
                    place=len(part) + 1,
                    html=html,
                    text=Markup(_TAG.sub(" ", row["html"])).unescape().strip(),  # noqa: S704 - to a text
                    feedback=self._labelled(row["feedback_html"] or ""),
                    is_right=place in self.draft.key.positions,
                    pinned=row["pinned"],
                )
            )
        return found

    @property
    def options(self) -> Sequence[ShownOption]:
        """The options below the stem, in the author's order."""
        return self._parts.get(OWN, [])

    @property
    def targets(self) -> Sequence[ShownOption]:
        """What the options are paired with, in the author's order."""
        return self._parts.get(TARGETS, [])

    def mixed(self, part: str = OWN) -> Sequence[ShownOption]:
        """The options of a part in an order that tells nothing."""
        options = {option.id: option for option in self._parts.get(part, [])}
        return [options[id_] for id_ in shuffle_options(list(options), "preview")]

    @property
    def shown_options(self) -> Sequence[ShownOption]:
        """The options below the stem as learners get them."""
        kind = OTHER_KINDS.get(self.draft.kind)
        return self.mixed() if kind is not None and kind.order_tells else self.options

    @property
    def interaction(self) -> dict[str, Any]:
        """What a learner needs beside the options."""
        return self._rows.version["interaction"] or {}

    @property
    def blanks(self) -> dict[str, dict[str, Any]]:
        """What a learner needs for each blank, by its name."""
        return {one["name"]: one for one in self.interaction.get("blanks", [])}

    @cached_property
    def pairs(self) -> list[tuple[ShownOption, ShownOption | None]]:
        """Each premise with its target."""
        places = getattr(self.draft.answer, "pairs", ())
        return [
            (option, self.targets[place - 1] if place and place <= len(self.targets) else None)
            for option, place in zip(self.options, places, strict=False)
        ]

    def option_of(self, part: str, place: int) -> ShownOption | None:
        """The option at a place of a part."""
        options = self._parts.get(part, [])
        return options[place - 1] if place <= len(options) else None

    @property
    def explanation(self) -> Markup:
        """What is told afterwards; options by their number."""
        row = self._rows.explanation
        return self._labelled(row["html"] if row else "")

    @property
    def hints(self) -> list[Markup]:
        """From vague to plain."""
        return [self._labelled(row["html"]) for row in self._rows.hints]

    @property
    def combinations(self) -> list[tuple[str, Markup]]:
        """The numbers of options that are picked together, and what is told then."""
        scheme = self._rows.mark_scheme or {}
        told = zip(self.draft.combinations, scheme.get("combinations", []), strict=False)
        return [
            (", ".join(map(str, sorted(said.positions))), self._labelled(row["html"]))
            for said, row in told
        ]

    def _labelled(self, html: str) -> Markup:
        return _safe(label_html(html, self._ids))


spell = spell_number


def _safe(html: str) -> Markup:
    """HTML that the renderer of authors' texts made, which lets nothing dangerous through."""
    return Markup(html)  # noqa: S704 - sanitised when it was made
