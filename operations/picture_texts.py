"""Put stored names in the place of the addresses by which a file shows its pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.pictures import FOLDER, MOST_IN_DRAFT, REFERENCE, Picture, map_pictures
from domain.problems import Problem
from domain.questions import Draft
from formats.pictures import BadPicture, is_relative
from formats.pictures.address import is_data
from formats.pictures.lines import Lines
from formats.pictures.shelf import Shelf, nothing

LONGEST_QUOTE = 80


class Place(NamedTuple):
    """In which folder a file lies, where its pictures are, and where it names them."""

    folder: str = ""
    shelf: Shelf = Shelf(nothing)
    lines: Lines = Lines()


@dataclass(slots=True)
class Illustrated:
    """A draft whose pictures have stored names, the pictures, and what is wrong with others.

    ``wanted`` are names of pictures that did not come along: the bank has them, or it fails.
    """

    draft: Draft
    pictures: dict[str, Picture] = field(default_factory=dict)
    wanted: dict[str, None] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)


def illustrate(draft: Draft, at: Place, inside: Mapping[str, bytes]) -> Illustrated:
    """Find all pictures of a draft from a file in this folder, and name them by their hashes.

    Pictures on servers are left where they are: nothing is fetched.
    """
    made = Illustrated(draft)

    def named(_: str, address: str) -> str | None:
        stored = REFERENCE.fullmatch(address)
        if not (stored or address in inside or is_relative(address) or is_data(address)):
            return None
        try:
            found = at.shelf.find(at.folder, address, inside)
            if found is None and stored is None:
                found = _missing(address)
            if len(made.pictures) >= MOST_IN_DRAFT and found and found.name not in made.pictures:
                _too_many()
        except BadPicture as error:
            made.problems.setdefault(address, _problem(address, error, at.lines))
            return None
        if found is None:
            assert stored is not None
            made.wanted[stored[1]] = None
            return FOLDER + stored[1]
        made.pictures.setdefault(found.name, found)
        return FOLDER + found.name

    made.draft = map_pictures(draft, named)
    return made


def _missing(address: str) -> Picture:
    raise BadPicture(
        "missing_media",
        "There is no such file.",
        "Put it beside the file, in a zip with it, or mend its path.",
    )


def _too_many() -> None:
    raise BadPicture(
        "too_many_pictures", f"A question shows up to {MOST_IN_DRAFT} pictures.", "Show fewer."
    )


def _problem(address: str, error: BadPicture, lines: Lines) -> Problem:
    shown = address if len(address) <= LONGEST_QUOTE else f"{address[:LONGEST_QUOTE]}..."
    message = f"The picture {shown!r} is not taken: {error.message}"
    line = lines.of(address)
    return Problem(error.code, message, error.hint, line, line and 1)
