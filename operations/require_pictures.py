"""Refuse texts that show pictures which the bank does not have."""

import re
from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from domain.errors import Fault, InvalidDraft, InvalidTranslation
from domain.pictures import hash_of, names_in, pictures_of
from domain.questions import Draft
from models import Media
from operations.draft_rows import media_rows
from operations.show_pictures import show_pictures

_PLACE = re.compile(r"(?<=/)[0-9]+")


def lost_names(session: Session, names: Iterable[str]) -> set[str]:
    """Those of the names that no picture of the bank has."""
    wanted = set(names)
    return wanted - Media.known(session, map(hash_of, wanted))


def require_pictures(session: Session, *, draft: Draft) -> None:
    """Raise :class:`InvalidDraft` for each place of the draft that shows an unknown picture."""
    shown = pictures_of(draft)
    lost = lost_names(session, shown)
    faults = tuple(_fault(_pointer(place), name) for name, place in shown.items() if name in lost)
    if faults:
        raise InvalidDraft(faults=faults)


def show_in_translation(session: Session, *, texts: Mapping[str, str], version_id: UUID) -> None:
    """Note that a version shows the pictures of a translation of it, by the pointers to its texts.

    Raises :class:`InvalidTranslation` for those that the bank does not have.
    """
    shown = dict(_by_name(texts))
    lost = lost_names(session, shown)
    if lost:
        raise InvalidTranslation(faults=tuple(_fault(shown[name], name) for name in sorted(lost)))
    show_pictures(session, media={version_id: media_rows(shown)})


def _by_name(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for pointer, text in texts.items():
        for name in names_in(text):
            yield name, pointer


def _pointer(place: str) -> str:
    """The pointer to a text of a draft's document, where places count from 0."""
    pointer = _PLACE.sub(lambda found: str(int(found[0]) - 1), place)
    return f"{pointer}/text" if pointer.startswith("/combinations") else pointer


def _fault(pointer: str, name: str) -> Fault:
    return Fault(pointer, "unknown_media", f"There is no picture {name}; upload it first.")
