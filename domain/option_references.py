"""References to options inside of texts: ``{option:2}`` in a file, ``{option:k3fa}`` in the bank.

An author names an option by its place. The bank keeps its id, so that reordering the options
leaves the text right, and a learner reads the number that the option had on the own screen.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape

from domain.problems import Problem

_BY_PLACE = re.compile(r"\{option:([0-9]{1,3})\}")
_BY_ID = re.compile(r"\{option:([a-z2-7]{4,52})\}")


def name_by_id(text: str, ids: Sequence[str]) -> str:
    """The text with places, from 1, replaced by the ids of the options that stand there."""
    return _replace(_BY_PLACE, text, {str(place): id_ for place, id_ in enumerate(ids, 1)}.get)


def name_by_place(text: str, ids: Sequence[str]) -> str:
    """The text with ids replaced by places: what :func:`name_by_id` was given."""
    return _replace(_BY_ID, text, {id_: str(place) for place, id_ in enumerate(ids, 1)}.get)


def label(text: str, shown: Sequence[str]) -> str:
    """Markdown with each reference as the number, from 1, that its option had when shown."""
    return call_options(text, _labels(shown))


def call_options(text: str, names: Mapping[str, str]) -> str:
    """The text with each reference as the name that its option, by id, has where it is shown."""
    return _BY_ID.sub(lambda found: names.get(found[1], found[0]), text)


def label_html(html: str, shown: Sequence[str]) -> str:
    """The same for HTML, where the number carries the id for pages with labels of their own."""
    labels = _labels(shown)

    def numbered(found: re.Match[str]) -> str:
        number = labels.get(found[1])
        if number is None:
            return found[0]
        return f'<span class="option-label" data-option="{escape(found[1])}">{number}</span>'

    return _BY_ID.sub(numbered, html)


def unknown_references(texts: Mapping[str, str], options: int) -> Iterator[Problem]:
    """References to options that are not there; ``texts`` are by the name of their place."""
    for name, text in texts.items():
        for place in sorted(set(_BY_PLACE.findall(text)), key=int):
            if not 1 <= int(place) <= options:
                yield Problem(
                    "unknown_option_reference",
                    f"The {name} names option {place}, which is not there.",
                    f"Name one of the {options} options below the stem by its place.",
                )


def misplaced_references(texts: Mapping[str, str]) -> Iterator[Problem]:
    """References in texts that everybody reads alike, where no label can be put."""
    for name, text in texts.items():
        if _BY_PLACE.search(text):
            yield Problem(
                "misplaced_option_reference",
                f"The {name} names an option by its place, but is the same for every learner.",
                "Say what the option says, or move the sentence into explanation or feedback.",
            )


def _labels(shown: Iterable[str]) -> dict[str, str]:
    return {id_: str(place) for place, id_ in enumerate(shown, 1)}


def _replace(pattern: re.Pattern[str], text: str, find: Callable[[str], str | None]) -> str:
    if "{option:" not in text:
        return text

    def replaced(found: re.Match[str]) -> str:
        name = find(found[1])
        return found[0] if name is None else f"{{option:{name}}}"

    return pattern.sub(replaced, text)


def letter(place: int) -> str:
    """The letter of an option by its place from 0: A to Z, then AA, AB and so on."""
    rest, last = divmod(place, 26)
    return (letter(rest - 1) if rest else "") + chr(ord("A") + last)
