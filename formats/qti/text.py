"""Markdown to the XHTML that players show, and what they hold back to markdown.

Where the way back would not give the same markdown, a processing instruction beside the text
keeps it. It is only believed if it still says what is shown, so an edited file is read as edited:
a digest tells that nothing has changed, and where it does not agree, both are compared.
"""

import json
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import NamedTuple

from lxml import etree, html

from formats.qti.markdown import to_markdown
from formats.qti.xml import Element, instructions
from formats.rendering import to_html

CARRIED = ("media/", "/v1/media/", "$IMS-CC-FILEBASE$/media/")  # told of by who packs them
SOURCE = "markdown"  # the name of the instruction
_NAMES = (
    "a abbr b big blockquote br caption cite code dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img"
    " kbd li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr ul var"
)
TAGS = frozenset(_NAMES.split())  # of HTML, that stay as they are in every version
_BLOCKS = frozenset({"figure", "figcaption", "details", "summary"})
_DROPPED = frozenset({"start", "align", "open", "rel"})
_REFERENCE = re.compile(r"\{option:([0-9]{1,3})\}")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BRACES = re.compile(r"(?<=\{)()(?=\{)")


def legal(text: str) -> str:
    """The text with a mark for each character that XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)


def shown(markdown: str) -> Element:
    """A ``div`` with the XHTML of a text, of elements that QTI 2.1 knows already."""
    numbered = _REFERENCE.sub(r"\1", markdown)
    root = html.fragment_fromstring(legal(to_html(numbered)) or "<p></p>", create_parent="div")
    for element in root.iter(etree.Element):
        _simplify(element)
    _trim(root)
    return root


def _simplify(element: Element) -> None:
    if element.tag not in TAGS:
        element.tag = "div" if element.tag in _BLOCKS else "span"
    for name, value in element.items():
        if name in _DROPPED:
            del element.attrib[name]
        elif "{{" in str(value):
            element.set(name, str(value).replace("{{", "{\u200b{"))
    if element.tag == "span" and (element.get("class") or "").startswith("math"):
        element.text = rf"\({element.text or ''}\)"
    elif element.tag == "div" and (element.get("class") or "").startswith("math"):
        element.text = rf"\[{element.text or ''}\]"


def _trim(root: Element) -> None:
    """Drop the line breaks between blocks."""
    if not (root.text or "").strip():
        root.text = None
    for block in root:
        if not (block.tail or "").strip():
            block.tail = None


def fill(parent: Element, markdown: str, inline: bool = False) -> Element:
    """Put the text into an element; ``inline`` where no blocks may stand if there is one only."""
    content = shown(markdown)
    is_kept = to_markdown(content) != markdown
    if inline and len(content) == 1 and content[0].tag == "p" and not content.text:
        content = content[0]
    parent.text = content.text
    parent.extend(list(content))
    if is_kept:
        parent.append(keep_source(markdown, _outline(parent)))
    # One player takes two braces for its own templates, unless a comment parts them.
    insert(parent, _BRACES, _comment)
    return parent


class Kept(NamedTuple):
    """The markdown that an instruction keeps, and the digest of what was shown of it."""

    digest: str
    markdown: str

    def is_of(self, shown: str) -> bool:
        """Whether just this was shown."""
        return self.digest == _digest(shown)


def keep_source(markdown: str, shown: str) -> etree._ProcessingInstruction:
    """The instruction that keeps a text beside what is shown of it."""
    said = json.dumps(Kept(_digest(shown), markdown))
    return etree.ProcessingInstruction(
        SOURCE, said.replace("?>", "?\\u003e").replace("{", "\\u007b")
    )


def kept_in(element: Element) -> Iterator[Kept]:
    """What the instructions right inside of an element keep."""
    for source in sources(element):
        try:
            said = json.loads(str(source.text))
        except (ValueError, RecursionError):
            continue
        if isinstance(said, list) and len(said) == 2 and all(isinstance(one, str) for one in said):
            yield Kept(*said)


def _digest(shown: str) -> str:
    return sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _outline(element: Element) -> str:
    """All that is in an element as one text, whatever its namespaces and comments are."""
    return "".join(_pieces(element))


def _pieces(element: Element) -> Iterator[str]:
    yield element.text or ""
    for one in element:
        if isinstance(one.tag, str):
            yield f"<{one.tag}{sorted(one.items())}>"
            yield from _pieces(one)
            yield "</>"
        yield one.tail or ""


def insert(root: Element, pattern: re.Pattern[str], element: Callable[[str], Element]) -> None:
    """Put elements in the place of what a pattern finds in the texts inside of ``root``.

    A group in the pattern is what ``element`` is given.
    """
    for one in list(root.iter(etree.Element)):
        parts = pattern.split(one.text or "")
        if len(parts) > 1:
            one.text = parts[0]
            for place, (found, tail) in enumerate(zip(parts[1::2], parts[2::2], strict=True)):
                made = element(found)
                made.tail = tail
                one.insert(place, made)
    for one in [each for each in root.iter() if each is not root]:
        parts = pattern.split(one.tail or "")
        if len(parts) > 1:
            one.tail = None
            for found, tail in reversed(list(zip(parts[1::2], parts[2::2], strict=True))):
                made = element(found)
                made.tail = tail
                one.addnext(made)
            one.tail = parts[0]


def _comment(_: str) -> Element:
    return etree.Comment(" ")


def read_text(element: Element) -> str:
    """The markdown of what an element holds."""
    for kept in kept_in(element):
        if kept.is_of(_outline(element)):
            return kept.markdown
        if to_markdown(shown(kept.markdown)) == to_markdown(element):
            return kept.markdown
    return to_markdown(element)


def sources(element: Element) -> Iterator[etree._ProcessingInstruction]:
    """The instructions in an element that keep its markdown."""
    return instructions(element, SOURCE)


def simplifications(markdown: str) -> Iterator[tuple[str, str]]:
    """What players do not show as it was written: a code and words for each."""
    rendered = to_html(markdown)
    if 'class="math' in rendered:
        yield "math_as_tex", "Formulas"
    if _REFERENCE.search(markdown):
        yield "option_reference", "Numbers of options in texts"
    if re.search(r"<(?:del|ins|s|u|mark|details|figure|wbr)\b|<ol start|<t[dh] align", rendered):
        yield "markup", "Struck text, list numbers, alignments and the like"
    for source in re.findall(r'<img[^>]* src="([^"]*)"', rendered):
        if not source.startswith(("http:", "https:", *CARRIED)):
            yield "picture", f"The picture {source[:80]!r}"
