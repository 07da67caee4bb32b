"""Put stored names in the place of the addresses by which a file shows its pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.pictures import FOLDER, MOST_IN_DRAFT, REFERENCE, Picture, map_pictures
from domain.problems import Problem, Severity
from domain.questions import Draft
from formats.pictures import BadPicture, is_relative
from formats.pictures.address import is_data
from formats.pictures.lines import Lines
from formats.pictures.shelf import Shelf, nothing

LONGEST_QUOTE = 80
MOST_TOLD = 5  # things that were taken out of a picture
# The address leads to nothing: a published question may show such a picture, and its export is
# to be taken back as it was. What is there, but no picture for learners, fails its question.
UNREACHED = frozenset({"missing_media", "unsafe_path"})
MISSING = (
    "missing_media",
    "There is no such file.",
    "Put it beside the file, in a zip with it, or mend its path.",
)
TOO_MANY = ("too_many_pictures", f"A question shows up to {MOST_IN_DRAFT} pictures.", "Show fewer.")


class Place(NamedTuple):
    """In which folder a file lies, where its pictures are, and where it names them."""

    folder: str = ""
    shelf: Shelf = Shelf(nothing)
    lines: Lines = Lines()


@dataclass(slots=True)
class Illustrated:
    """A draft whose pictures have stored names, the pictures, and what is wrong with others.

    ``wanted`` are the names of pictures that did not come along, each with what is told if the
    bank does not have it either.
    """

    draft: Draft
    pictures: dict[str, Picture] = field(default_factory=dict)
    wanted: dict[str, Problem] = field(default_factory=dict)
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
            if found and found.name not in made.pictures and len(made.pictures) >= MOST_IN_DRAFT:
                raise BadPicture(*TOO_MANY)
        except BadPicture as error:
            made.problems.setdefault(address, _problem(address, error, at.lines))
            return None
        if found is None:
            missing = _problem(address, BadPicture(*MISSING), at.lines)
            if stored is None:
                made.problems.setdefault(address, missing)
                return None
            made.wanted.setdefault(stored[1], missing)
            return FOLDER + stored[1]
        if found.removed and address not in made.problems:
            made.problems[address] = _cleaned(address, found, at.lines)
        made.pictures.setdefault(found.name, found)
        return FOLDER + found.name

    made.draft = map_pictures(draft, named)
    return made


def _problem(address: str, error: BadPicture, lines: Lines) -> Problem:
    """What is told of a picture that is not taken: the question fails, if it is there at all."""
    severity: Severity = "warning" if error.code in UNREACHED else "error"
    told = f"The picture {_quoted(address)} is not taken: {error.message}"
    line = lines.of(address)
    return Problem(error.code, told, error.hint, line, line and 1, severity)


def _cleaned(address: str, picture: Picture, lines: Lines) -> Problem:
    shown, more = picture.removed[:MOST_TOLD], len(picture.removed) - MOST_TOLD
    things = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    line = lines.of(address)
    return Problem(
        "svg_cleaned",
        f"Out of the picture {_quoted(address)} was taken what does more than draw: {things}.",
        "Look whether it still shows what it should; save it as a plain SVG, or as a PNG.",
        line,
        line and 1,
        "warning",
    )


def _quoted(address: str) -> str:
    return repr(address if len(address) <= LONGEST_QUOTE else f"{address[:LONGEST_QUOTE]}...")
