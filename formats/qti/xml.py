"""XML that a stranger sent: parsed without entities, network, DTD or huge trees, and renamed.

The element names of QTI 3 (``qti-choice-interaction``) and 2.x (``choiceInteraction``) become the
same ones, those of 2.x, so that one reader serves all versions.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html.entities import html5

from lxml import etree
from pydantic import ValidationError

from domain.problems import Problem

LARGEST_FILE = 16 * 1024 * 1024  # bytes
# A DOCTYPE with declarations of its own, where one may stand: in a text it would be no harm.
_SUBSET = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?"
    rb"(?:\s++|(?><\?.*?\?>)|(?><!--.*?-->))*+<!DOCTYPE[^>\[]*\[",
    re.DOTALL,
)
_LONGEST_PROLOG = 64 * 1024
_HYPHEN = re.compile("-([a-z0-9])")
Element = etree._Element


class Refused(Exception):
    """A file or a question that cannot be read, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def refused(code: str, message: str, hint: str, at: Element | None = None) -> Refused:
    """A refusal with the place of the element that it is about."""
    line = None if at is None else at.sourceline
    return Refused(Problem(code, message, hint, line, None if line is None else 1))


def senseless(error: ValidationError, at: Element) -> Refused:
    """The refusal of an answer that says nothing which could be graded."""
    told = error.errors()[0]["msg"].removeprefix("Value error, ")[:200]
    return refused("bad_answer", f"The right answer: {told}.", "Shorten or mend it.", at)


def read_xml(data: bytes) -> Element:
    """The root of a document, or :class:`Refused`."""
    if len(data) > LARGEST_FILE:
        raise refused("too_large", f"The file has over {LARGEST_FILE:,} bytes.", "Divide it.")
    if _SUBSET.match(data[:_LONGEST_PROLOG].replace(b"\0", b"")):  # UTF-16 has NUL between
        raise _doctype()
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        line, column = error.position
        text = re.sub(r", line \d+, column \d+.*", "", str(error.msg))[:200]
        raise Refused(
            Problem(
                "bad_xml",
                f"The XML is broken: {text}.",
                "Mend or export it anew.",
                max(line, 1),
                max(column, 1),
            )
        ) from None
    except ValueError as error:
        raise refused("bad_xml", f"The XML cannot be read: {error}.", "Export it anew.") from None
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and (next(iter(dtd.entities()), None) or next(iter(dtd.elements()), None)):
        raise _doctype()
    return root


def _doctype() -> Refused:
    return refused(
        "doctype", "The file declares its own entities or elements.", "Delete the DOCTYPE."
    )


def _parser() -> etree.XMLParser:
    # A parser of its own for each file: one that is shared remembers the last file's mistakes.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        strip_cdata=True,
    )


def rename(root: Element) -> None:
    """Give all elements and attributes the names of QTI 2.x, without namespaces."""
    for element in root.iter(etree.Element):
        element.tag = _plain_tag(str(element.tag))
        for name in element.keys():  # noqa: SIM118 -- an element is no mapping
            plain = _plain_attribute(str(name))
            if plain != name:
                value = element.get(name, "")
                del element.attrib[name]
                element.set(plain, value)


@lru_cache(maxsize=4096)
def _plain_tag(tag: str) -> str:
    local = tag.rpartition("}")[2]
    # Behind the prefix may stand what is no name of an element by itself.
    return _camel(local[4:]) if local.startswith("qti-") and local[4:5].isalpha() else local


@lru_cache(maxsize=4096)
def _plain_attribute(name: str) -> str:
    local = name.rpartition("}")[2]
    return local if local.startswith(("data-", "aria-")) else _camel(local)


def _camel(name: str) -> str:
    return _HYPHEN.sub(lambda found: found[1].upper(), name)


def children(element: Element | None) -> Iterator[Element]:
    """The elements inside, without comments, instructions and entities."""
    if element is not None:
        yield from element.iterchildren(etree.Element)


def child(element: Element | None, name: str) -> Element | None:
    """The first element of that name inside."""
    return None if element is None else element.find(name)


def text_of(element: Element | None) -> str:
    """All text inside, without white space around it."""
    if element is None:
        return ""
    return "".join(str(text) for text in element.itertext(etree.Element, etree.Entity)).strip()


def entity_text(element: Element) -> str:
    """The character that an entity of HTML names; as written where there is none."""
    name = str(element.text).strip("&;")
    return html5.get(f"{name};", f"&{name};")


def local_name(element: Element) -> str:
    """The name of an element without its namespace; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def instructions(element: Element, target: str) -> Iterator[etree._ProcessingInstruction]:
    """The processing instructions of that name right inside of an element."""
    for one in element:
        if isinstance(one, etree._ProcessingInstruction) and one.target == target:
            yield one
