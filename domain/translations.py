"""What a question says in words, and the same in another language.

A translation has words and nothing else: no key, no rule, no id of its own. It belongs to the words
it was made from, by their hash, so it fits every version that says the same.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.errors import Fault
from domain.grading.cloze import blanks_in
from domain.option_references import misplaced_references, name_by_id, unknown_references
from domain.questions import Draft

_JSON = json.JSONEncoder(sort_keys=True)
_SHOWN_TO_ALL = ("title", "prompt")


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts of a question, those of options by id. Options are named by id in them.

    ``options`` holds all options, also those of parts; ``feedback`` those that have any.
    """

    title: str
    prompt: str
    options: Mapping[str, str]
    explanation: str = ""
    feedback: Mapping[str, str] | None = None
    hints: tuple[str, ...] = ()
    combinations: tuple[str, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "title": self.title,
            "prompt": self.prompt,
            "options": dict(self.options),
            "explanation": self.explanation,
            "feedback": dict(self.feedback or {}),
            "hints": list(self.hints),
            "combinations": list(self.combinations),
        }

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Texts":
        """The texts of such a document."""
        lists = {name: tuple(document[name]) for name in ("hints", "combinations")}
        return cls(**{**document, **lists})

    @property
    def hash(self) -> str:
        """SHA-256 in hex, equal for equal texts whatever the order of the options."""
        return hashlib.sha256(_JSON.encode(self.document).encode()).hexdigest()

    @property
    def by_pointer(self) -> dict[str, str]:
        """Each text by the JSON pointer to it, in reading order; empty ones left out."""
        told = {"/title": self.title, "/prompt": self.prompt}
        told |= {f"/options/{id_}": text for id_, text in self.options.items()}
        told |= {"/explanation": self.explanation}
        told |= {f"/feedback/{id_}": text for id_, text in (self.feedback or {}).items()}
        for name, texts in (("hints", self.hints), ("combinations", self.combinations)):
            told |= {f"/{name}/{place}": text for place, text in enumerate(texts)}
        return {pointer: text for pointer, text in told.items() if text}


@dataclass(frozen=True, slots=True)
class TextChange:
    """A text that differs; ``None`` where there is none."""

    pointer: str
    old: str | None
    new: str | None


def texts_of(draft: Draft) -> Texts:
    """The texts of a draft whose options carry their ids."""
    ids = [option.id or "" for option in draft.options]
    return Texts(
        title=draft.title,
        prompt=draft.prompt,
        options={option.id or "": option.text for option in draft.options},
        explanation=name_by_id(draft.explanation.text, ids),
        feedback={
            option.id or "": name_by_id(option.feedback, ids)
            for option in draft.options
            if option.feedback
        },
        hints=tuple(name_by_id(hint, ids) for hint in draft.hints),
        combinations=tuple(name_by_id(one.text, ids) for one in draft.combinations),
    )


def changes(old: Texts, new: Texts) -> tuple[TextChange, ...]:
    """What a translator has to look at again."""
    was, is_ = old.by_pointer, new.by_pointer
    return tuple(
        TextChange(pointer, was.get(pointer), is_.get(pointer))
        for pointer in dict.fromkeys([*was, *is_])
        if was.get(pointer) != is_.get(pointer)
    )


def misfits(source: Texts, translation: Texts) -> Iterator[Fault]:
    """What keeps a text from being a translation of the source: a text for each, no other."""
    yield from _unmatched(source, translation)
    if sorted(blanks_in(translation.prompt)) != sorted(blanks_in(source.prompt)):
        names = " ".join(f"[[{name}]]" for name in blanks_in(source.prompt)) or "no blanks"
        yield Fault("/prompt", "other_blanks", f"The source has {names}; keep each of them once.")
    yield from _wrong_references(source, translation)


def _unmatched(source: Texts, translation: Texts) -> Iterator[Fault]:
    wanted, given = source.by_pointer, translation.by_pointer
    for pointer in wanted:
        if not given.get(pointer, "").strip():
            yield Fault(pointer, "missing_text", "The source has a text here; translate it.")
    for pointer in given:
        if pointer in wanted:
            continue
        if pointer.startswith(("/options/", "/feedback/")):
            yield _unknown_option(pointer, source)
        else:
            yield Fault(
                pointer, "text_without_source", "The source has no text here; leave it out."
            )


def _unknown_option(pointer: str, source: Texts) -> Fault:
    _, name, id_ = pointer.split("/", 2)
    if id_ in source.options:
        return Fault(pointer, "text_without_source", f"The source has no {name} on this option.")
    known = ", ".join(source.options) or "none"
    return Fault(pointer, "unknown_option", f"The source has no such option; it has {known}.")


def _wrong_references(source: Texts, translation: Texts) -> Iterator[Fault]:
    given = translation.by_pointer
    everybodys = {
        pointer: text
        for pointer, text in given.items()
        if pointer.startswith("/options/") or pointer[1:] in _SHOWN_TO_ALL
    }
    for pointer, text in given.items():
        alone = {pointer: text}
        found = misplaced_references(alone) if pointer in everybodys else None
        for problem in found or unknown_references(alone, len(source.options)):
            yield Fault(pointer, problem.code, f"{problem.message} {problem.hint}")
