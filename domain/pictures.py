"""Pictures in texts: markdown names each by the hash of its bytes, as ``media/<sha256>.<ending>``.

The name is the same on every machine and tells nothing of what is shown, so that equal questions
have equal hashes and a picture cannot be guessed by who has not read the text that shows it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from domain.questions import Combination, Draft

FOLDER = "media/"
ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
}
TYPES = {ending: type_ for type_, ending in ENDINGS.items()}
NAME = re.compile(r"(?P<sha256>[0-9a-f]{64})\.(?P<ending>png|jpg|gif|webp|svg)")
REFERENCE = re.compile(rf"(?:/v1/)?{FOLDER}({NAME.pattern})")
MOST_IN_DRAFT = 100

# Code and comments show no picture; they are passed over as a whole.
_OPAQUE = (
    r"^[ \t>]*(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)?(?P<fence>`{3,}|~{3,})"
    r"(?:(?!(?P=fence)).)*(?:(?P=fence)|\Z)"
    r"|(?P<ticks>`+)(?!`)(?:(?!\n\n)[^`]|(?!(?P=ticks)(?!`))`+)*+(?P=ticks)(?!`)|`+|<!--.*?(?:-->|\Z)|\\."
)
_PATH = r"(?:[^\s()<>\\]|\\.|\([^\s()<>]*\))+"
_SHOWN = (
    rf"!\[(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*\]\(\s*(?:<(?P<angled>[^<>\n]*)>|(?P<plain>{_PATH}))(?=\s*+(?:\)|(?<=\s)[\"'(]))"
    r"|<img\b[^<>]*?\ssrc\s*=\s*(?:\"(?P<double>[^\"<>]*)\"|'(?P<single>[^'<>]*)'|(?P<bare>[^\s\"'<>]+))"
    rf"|^[ ]{{0,3}}\[[^\[\]\n]+\]:[ \t]*(?P<defined>{_PATH}\.(?:png|jpe?g|gif|webp|svg))(?=\s|\Z)"
)
_ADDRESS = re.compile(f"{_OPAQUE}|{_SHOWN}", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_GROUPS = ("angled", "plain", "double", "single", "bare", "defined")


def hash_of(name: str) -> str:
    """The hash that a picture's name begins with."""
    return name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was found sound, as it is stored.

    ``name`` is its hash and ending; ``file`` what the file was called that it came in, without
    folders. Sizes are in pixels and ``None`` where the picture has none of its own. ``removed``
    tells what was taken out of it since it does more than draw.
    """

    name: str
    content: bytes
    width: int | None
    height: int | None
    file: str = ""
    removed: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """The hash of its bytes, in hex."""
        return hash_of(self.name)

    @property
    def type(self) -> str:
        """Its media type."""
        return TYPES[self.name.partition(".")[2]]


def may_show(text: str) -> bool:
    """Whether it is worth to look for pictures; most texts have none."""
    return "![" in text or "<img" in text or "<IMG" in text


def map_addresses(text: str, new: Callable[[str], str | None]) -> str:
    """The text with the addresses of its pictures exchanged; ``None`` leaves one as it is."""
    if not may_show(text):
        return text

    def exchanged(found: re.Match[str]) -> str:
        group = next((name for name in _GROUPS if found[name] is not None), None)
        address = None if group is None else new(found[group])
        if group is None or address is None:
            return found[0]
        start, end = (place - found.start() for place in found.span(group))
        if group == "angled":  # no address of ours has blanks
            start, end = start - 1, end + 1
        return found[0][:start] + address + found[0][end:]

    return _ADDRESS.sub(exchanged, text)


def map_pictures(draft: Draft, new: Callable[[str, str], str | None]) -> Draft:
    """The draft with other addresses of pictures, of which ``new`` is told the place, too.

    Places are as in a :class:`~domain.losses.Loss`, such as ``/options/2/text``.
    """
    if not any(may_show(text) for _, text in texts(draft)):
        return draft

    def told(place: str, text: str) -> str:
        return map_addresses(text, lambda address: new(place, address))

    return replace(
        draft,
        prompt=told("/prompt", draft.prompt),
        options=tuple(
            replace(
                option,
                text=told(f"/options/{place}/text", option.text),
                feedback=option.feedback and told(f"/options/{place}/feedback", option.feedback),
            )
            for place, option in enumerate(draft.options, 1)
        ),
        explanation=replace(draft.explanation, text=told("/explanation", draft.explanation.text)),
        hints=tuple(told(f"/hints/{level}", hint) for level, hint in enumerate(draft.hints, 1)),
        combinations=tuple(
            Combination(one.positions, told(f"/combinations/{place}", one.text))
            for place, one in enumerate(draft.combinations, 1)
        ),
    )


def texts(draft: Draft) -> Iterator[tuple[str, str]]:
    """All texts of a draft that may show pictures, by their place."""
    yield "/prompt", draft.prompt
    for place, option in enumerate(draft.options, 1):
        yield f"/options/{place}/text", option.text
        yield f"/options/{place}/feedback", option.feedback or ""
    yield "/explanation", draft.explanation.text
    for level, hint in enumerate(draft.hints, 1):
        yield f"/hints/{level}", hint
    for place, one in enumerate(draft.combinations, 1):
        yield f"/combinations/{place}", one.text


def addresses_in(text: str) -> tuple[str, ...]:
    """The addresses of all pictures that a text shows."""
    found: list[str] = []
    map_addresses(text, found.append)
    return tuple(found)


def names_in(text: str) -> Iterator[str]:
    """The names of the stored pictures that a text shows."""
    references = map(REFERENCE.fullmatch, addresses_in(text))
    yield from (reference[1] for reference in references if reference)


def pictures_of(draft: Draft) -> dict[str, str]:
    """The names of the stored pictures that a draft shows, each with the first place of it."""
    names: dict[str, str] = {}
    for place, text in texts(draft):
        for name in names_in(text):
            names.setdefault(name, place)
    return names
