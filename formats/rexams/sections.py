"""The parts of an exercise: what stands below each heading, and the meta-information."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from formats.lines import Line, dedented, joined
from formats.refusals import refuse

QUESTION, SOLUTION, ANSWERS, META = "question", "solution", "answerlist", "meta-information"
_ATX = re.compile(r"#{1,2}[ \t]+([A-Za-z-]+)[ \t]*")
_CHUNK = re.compile(r"[ \t]*(?:`{3,}|~{3,})[ \t]*\{")
_INLINE = re.compile(r"(?<!`)`r[ \t]")
_ITEM = re.compile(r"[*-](?:[ \t]+(.*)|[ \t]*)")
_META = re.compile(r"(ex[a-z]+(?:\[[^\]]*\])?)[ \t]*:[ \t]*(.*)")


@dataclass(slots=True)
class Exercise:
    """The lines of each section: the stem and the solution, and the list in each of them."""

    parts: dict[tuple[str, ...], list[Line]] = field(default_factory=dict)

    def text(self, *path: str) -> str:
        """What stands there, empty where nothing does."""
        return joined(self.parts.get(path, []))

    def items(self, *path: str) -> list[str]:
        """The items of the list there."""
        found: list[list[Line]] = []
        for line in self.parts.get(path, []):
            item = _ITEM.fullmatch(line.structure)
            if item:
                found.append([Line(line.number, item[1] or "")])
            elif found:
                found[-1].append(line)
            elif line.text.strip():
                hint = "Write one item `* ...` for each option."
                refuse("no_item", "This is no item of the list of answers.", hint, line.number)
        return [joined(dedented(lines)) for lines in found]

    def line(self, *path: str) -> int:
        """Where the section begins."""
        lines = self.parts.get(path)
        return lines[0].number if lines else 1


def read_exercise(lines: Sequence[Line]) -> Exercise:
    """The exercise in these lines; :class:`Refused` where R would have to run."""
    exercise, place = Exercise(), 0
    path: tuple[str, ...] = ("",)
    while place < len(lines):
        name, height = _heading(lines, place)
        if name:
            path = _path(path, name, lines[place].number, exercise)
            place += height
            continue
        _refuse_r(lines[place])
        exercise.parts.setdefault(path, []).append(lines[place])
        place += 1
    return exercise


def _heading(lines: Sequence[Line], place: int) -> tuple[str, int]:
    """The name of the section that begins here, and how many lines its heading has."""
    text = lines[place].structure.strip()
    atx = _ATX.fullmatch(text)
    name = (atx[1] if atx else text).lower()
    if name not in (QUESTION, SOLUTION, ANSWERS, META):
        return "", 0
    below = lines[place + 1].structure.strip() if place + 1 < len(lines) else ""
    if atx:
        return name, 1
    is_underlined = below != "" and (below.strip("=") == "" or below.strip("-") == "")
    return (name, 2) if is_underlined else ("", 0)


def _path(path: tuple[str, ...], name: str, line: int, exercise: Exercise) -> tuple[str, ...]:
    new = (path[0], name) if name == ANSWERS else (name,)
    if new in exercise.parts:
        refuse("section_twice", f"There are two sections {name}.", "Delete one.", line)
    exercise.parts[new] = []
    return new


def _refuse_r(line: Line) -> None:
    if _CHUNK.match(line.text) or (not line.is_opaque and _INLINE.search(line.text)):
        column = len(line.text) - len(line.text.lstrip()) + 1
        if found := _INLINE.search(line.text):
            column = found.start() + 1
        hint = "Run it by R/exams, and import what it makes, such as its XML for QTI or Moodle."
        refuse(
            "dynamic",
            "The exercise runs R code; only static ones are read.",
            hint,
            line.number,
            column,
        )


def read_meta(exercise: Exercise) -> dict[str, tuple[str, int]]:
    """The meta-information by name, each with its line."""
    said: dict[str, tuple[str, int]] = {}
    for line in exercise.parts.get((META,), []):
        found = _META.fullmatch(line.text.strip())
        if found is None:
            if line.text.strip():
                hint = "Write `exname: value` on one line."
                refuse("bad_meta", "This is no meta-information.", hint, line.number)
        elif found[1] in said:
            refuse("meta_twice", f"`{found[1]}` stands twice.", "Delete one.", line.number)
        else:
            said[found[1]] = (found[2].strip(), line.number)
    return said
