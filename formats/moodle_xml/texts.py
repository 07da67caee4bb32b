"""Texts of a question in XML as markdown, and the pictures that come with them."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import chain, count
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from lxml import etree

from domain.losses import Loss
from formats.html_text import html_to_markdown
from formats.markdown_text import escape_markdown, trim
from formats.moodle_xml.elements import Element

_NAMED = re.compile(r"@@PLUGINFILE@@/([^\"'<>?)]+)(?:\?[^\"'\s)>]*)?")


def _moodle_format(text: str) -> str:
    return html_to_markdown(text.replace("\n\n", "<p>").replace("\n", "<br>"))


_CONVERT: dict[str, Callable[[str], str]] = {
    "html": html_to_markdown,
    "moodle_auto_format": _moodle_format,
    "plain_text": escape_markdown,
    "markdown": lambda text: text,
}


@dataclass(slots=True)
class Texts:
    """Reads the texts of one question and gathers the pictures in them, and what is lost.

    ``form`` is the format of a text that does not say its own: that of the stem.
    """

    form: str = "html"
    media: dict[str, bytes] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)

    def read(self, element: Element | None) -> str:
        """The markdown of an element with a ``<text>`` and files; nothing for no element."""
        return self.convert(*self.raw(element))

    def raw(self, element: Element | None) -> tuple[str, str]:
        """The text as it is written, pictures named by their new paths, and its format."""
        if element is None:
            return "", self.form
        text = inner_text(element)
        shown = {_shown(found) for found in _NAMED.finditer(text)}
        named: dict[str, str] = {}
        for name, content in self._files(element):
            if name in shown:
                named[name] = self._free(name, content)
                self.media[named[name]] = content
            else:
                self.lose("unused_file", f"The file {name!r}, which no text shows.")

        def relative(found: re.Match[str]) -> str:
            name = _shown(found)
            return named.get(name, quote(name))

        return _NAMED.sub(relative, text), self.form_of(element)

    def form_of(self, element: Element) -> str:
        """The format that an element names; HTML for one that is not known."""
        form = element.get("format") or self.form
        return form if form in _CONVERT else "html"

    def convert(self, text: str, form: str) -> str:
        """A text of this format as markdown."""
        return trim(_CONVERT[form](trim(text)))

    def lose(self, code: str, what: str, path: str = "") -> None:
        """Note what the draft will not say."""
        self.losses.append(Loss(path, code, what, "It was left out."))

    def _files(self, element: Element) -> Iterator[tuple[str, bytes]]:
        for file in element.iterchildren("file"):
            name = _safe(f"{file.get('path') or '/'}{file.get('name') or 'file'}")
            try:
                content = b64decode("".join((file.text or "").split()), validate=True)
            except (Error, ValueError):
                self.lose("bad_file", f"The file {name!r}, which is not in base64.")
            else:
                yield name, content

    def _free(self, name: str, content: bytes) -> str:
        """The name as an address; where another text has another picture by it, a number more."""
        folder, _, file = name.rpartition("/")
        names = (f"{folder}/{n}-{file}" if folder else f"{n}-{file}" for n in count(2))
        addresses = map(quote, chain((name,), names))
        return next(one for one in addresses if self.media.get(one, content) == content)


def inner_text(element: Element) -> str:
    """What ``<text>`` holds, or the element itself; tags that stand there plainly are HTML."""
    text = element.find("text")
    if text is None:
        return element.text or ""
    if not len(text):
        return text.text or ""
    inside = (etree.tostring(child, encoding="unicode") for child in text)
    return (text.text or "") + "".join(inside)


def words(element: Element | None) -> str:
    """The words of a text that is no markup, on one line."""
    return "" if element is None else " ".join(inner_text(element).split())


def _shown(found: re.Match[str]) -> str:
    """The name of the file that a text shows there."""
    return _safe(unquote(unescape(found[1])).strip())


def _safe(path: str) -> str:
    """The path without steps that lead out of the folder."""
    steps = PurePosixPath(path.replace("\\", "/")).parts
    return "/".join(step for step in steps if step not in {"/", "..", "."}) or "file"
