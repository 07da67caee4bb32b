"""Markdown to the XHTML that players show, and what they hold back to markdown.

Where the way back would not give the same markdown, a processing instruction beside the text
keeps it. It is only believed if it still says what is shown, so an edited file is read as edited.
"""

import json
import re
from collections.abc import Iterator

from lxml import etree, html

from formats.qti.markdown import to_markdown
from formats.qti.xml import Element, instructions
from formats.rendering import to_html

SOURCE = "markdown"  # the name of the instruction
_TAGS = (
    "a abbr b big blockquote br caption cite code dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img"
    " kbd li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr var"
)
_ALLOWED = frozenset(_TAGS.split())
_BLOCKS = frozenset({"figure", "figcaption", "details", "summary"})
_DROPPED = frozenset({"start", "align", "open", "rel"})
_REFERENCE = re.compile(r"\{option:([0-9]{1,3})\}")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BRACES = re.compile(r"\{(?=\{)")


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
    if element.tag not in _ALLOWED:
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
    source = None if to_markdown(shown(markdown)) == markdown else _source(markdown)
    if inline and len(content) == 1 and content[0].tag == "p" and not content.text:
        content = content[0]
    parent.text = content.text
    parent.extend(list(content))
    if source is not None:
        parent.append(source)
    _break_braces(parent)
    return parent


def _source(markdown: str) -> etree._ProcessingInstruction:
    said = json.dumps(markdown).replace("?>", "?\\u003e").replace("{", "\\u007b")
    return etree.ProcessingInstruction(SOURCE, said)


def _break_braces(root: Element) -> None:
    """Part two braces by a comment: one player takes them for its own templates."""
    for element in list(root.iter(etree.Element)):
        if element.text and "{{" in element.text:
            first, *others = _BRACES.split(element.text)
            element.text = first + "{"
            for place, part in enumerate(others):
                comment = etree.Comment(" ")
                comment.tail = part if place == len(others) - 1 else part + "{"
                element.insert(place, comment)
        if element is not root and element.tail and "{{" in element.tail:
            _break_tail(element)


def _break_tail(element: Element) -> None:
    parts = _BRACES.split(element.tail or "")
    element.tail = parts[0] + "{"
    for place, part in enumerate(parts[1:], 1):
        comment = etree.Comment(" ")
        element.addnext(comment)
        comment.tail = part if place == len(parts) - 1 else part + "{"
        element = comment


def read_text(element: Element) -> str:
    """The markdown of what an element holds."""
    for source in sources(element):
        try:
            said = json.loads(str(source.text))
        except ValueError:
            continue
        if isinstance(said, str) and to_markdown(shown(said)) == to_markdown(element):
            return said
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
        if not source.startswith(("http:", "https:")):
            yield "picture", f"The picture {source[:80]!r}"
