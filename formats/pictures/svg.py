"""SVG made harmless: what is not on the lists is taken out, what is meant to burst is refused."""

import re
from collections.abc import Callable, Iterator
from math import ceil, isfinite
from typing import NamedTuple

from lxml import etree

from formats.pictures.address import from_data
from formats.pictures.bitmaps import Size
from formats.pictures.faults import BadPicture
from formats.pictures.svg_lists import ATTRIBUTES, ELEMENTS

SVG, XHTML, XLINK, XML = (
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/XML/1998/namespace",
)
MOST_ELEMENTS = 50_000
MOST_ATTRIBUTES = 200  # of one element; to take one out of many takes the longer the more there are
MOST_DRAWN = 500_000  # elements, each counted as often as `<use>` and patterns draw it
LARGEST_SIDE = 20_000.0
LONGEST_NAME = 40  # characters of a name that was taken out, as it is told
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<")
_SUBSET = re.compile(rb"<!(?:DOCTYPE[^>\[]*\[|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_STYLESHEET = re.compile(rb"<\?xml-stylesheet\s")
_ROOT = re.compile(rb"<(?:[\w.-]+:)?svg[\s/>]")
_LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+(?:e[+-]?[0-9]{1,3})?)\s*(?:px|pt|mm|cm|in|pc|)\s*")
_LOCAL = re.compile(r"#[^\s'\"()<>\\]{1,500}")
_LOADS = re.compile(r"@|\\|<|expression|javascript:|(?:image|image-set|src|element)\s*+\(", re.I)
_URL = re.compile(r"url\s*+\(\s*+(['\"]?)([^\s'\"()]*+)\1\s*+\)", re.IGNORECASE)
_HREFS = ("href", f"{{{XLINK}}}href")

Check = Callable[[bytes], tuple[str, Size]]
Element = etree._Element


def is_svg(data: bytes) -> bool:
    """Whether the bytes begin like markup with an SVG in it."""
    return bool(_MARKUP.match(data[:100].replace(b"\0", b""))) and bool(
        _ROOT.search(data[:65536].replace(b"\0", b""))
    )


class Cleaned(NamedTuple):
    """An SVG with nothing but what is on the lists, and what was ``removed`` that could be missed.

    Its size is ``None`` where it takes that of the place that it is shown in.
    """

    content: bytes
    size: Size | None
    removed: tuple[str, ...]


def clean_svg(data: bytes, check_bitmap: Check) -> Cleaned:
    """The picture made harmless; again cleaned it stays as it is."""
    root = _parsed(data)
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise _refused("svg_too_large", f"It has more than {MOST_ELEMENTS:,} elements.")
    if any(len(one.attrib) > MOST_ATTRIBUTES for one in root.iter(etree.Element)):
        raise _refused("svg_too_large", f"An element has over {MOST_ATTRIBUTES} attributes.")
    removed = dict.fromkeys(_clean(root, check_bitmap))
    if _STYLESHEET.search(data.replace(b"\0", b"")):  # which the parser passed over
        removed["`<?xml-stylesheet?>`"] = None
    _check_drawn(root)
    etree.cleanup_namespaces(root)
    content = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    return Cleaned(content, _size(root), tuple(removed))


def _refused(code: str, why: str) -> BadPicture:
    return BadPicture(code, why, "Save it as a plain SVG, or as a PNG.")


def _parsed(data: bytes) -> Element:
    if _SUBSET.search(data.replace(b"\0", b"")):
        raise _refused("svg_entities", "It declares entities or elements of its own.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _refused("broken_picture", "It is no well-formed SVG.") from None
    if root.tag != f"{{{SVG}}}svg":
        raise _refused("unknown_media_type", "Its outermost element is not `<svg>` of SVG.")
    return root


def _clean(root: Element, check_bitmap: Check) -> Iterator[str]:
    """Take out what may not stay, and tell what of it may have been meant to be seen."""
    gone = set[Element]()
    for element in list(root.iter()):
        if element is root or element in gone or _may_stay(element):
            continue
        if _is_missed(element):
            yield f"`<{_plain(element.tag)}>`"
        gone.update(element.iter())  # all that is in it goes with it
        _drop(element)
    for element in root.iter():
        for name, value in list(element.attrib.items()):
            if not _may_say(element, str(name), str(value), check_bitmap):
                del element.attrib[name]
                if _is_missed_there(str(name)):
                    yield f"`{_plain(name)}` of `<{_plain(element.tag)}>`"


def _plain(name: object) -> str:
    return str(name).rpartition("}")[2][:LONGEST_NAME]


def _is_missed(element: Element) -> bool:
    """Whether it is more than a note of the program that drew it."""
    namespace, _, name = str(element.tag).rpartition("}")
    return namespace in (f"{{{SVG}", f"{{{XHTML}", "") and name != "metadata"


def _is_missed_there(attribute: str) -> bool:
    is_note = attribute.startswith(("{", "data-")) and attribute != f"{{{XML}}}base"
    return attribute in _HREFS or not is_note


def _may_stay(element: Element) -> bool:
    if not isinstance(element.tag, str):
        return False
    if element.tag == f"{{{SVG}}}style":
        return not len(element) and _is_harmless(element.text or "")
    namespace, _, name = element.tag.rpartition("}")
    return namespace == f"{{{SVG}" and name in ELEMENTS


def _drop(element: Element) -> None:
    parent = element.getparent()
    if parent is None:  # it went with what was around it
        return
    if element.tail and (before := element.getprevious()) is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    element.tail = None
    parent.remove(element)


def _may_say(element: Element, name: str, value: str, check_bitmap: Check) -> bool:
    if name in _HREFS:
        is_image = element.tag == f"{{{SVG}}}image"
        return _shows(value, check_bitmap) if is_image else bool(_LOCAL.fullmatch(value))
    namespace, _, plain = name.rpartition("}")
    is_ours = namespace == "" or (namespace == f"{{{XML}" and plain in {"space", "lang"})
    return is_ours and plain in ATTRIBUTES and _is_harmless(value)


def _shows(address: str, check_bitmap: Check) -> bool:
    """Whether an image inside is one that may stand by itself."""
    try:
        data = from_data(address)
        if data is None:
            return False
        check_bitmap(data)
    except BadPicture:
        return False
    return True


def _is_harmless(style: str) -> bool:
    """Whether a value loads nothing: it names only what is in the picture itself."""
    if "url" not in (lower := style.lower()) and not _LOADS.search(style):
        return True
    if _LOADS.search(style) or "url" in _URL.sub("", lower):
        return False
    return all(_LOCAL.fullmatch(found[2]) for found in _URL.finditer(style))


def _check_drawn(root: Element) -> None:
    """Refuse references whose drawing takes for ever: in a circle, or doubled again and again."""
    named = {name: one for one in root.iter() if (name := one.get("id")) is not None}
    counts: dict[str, int | None] = {}

    def count(name: str) -> int:
        if counts.setdefault(name, 0) is None:
            raise _refused("svg_bomb", "Something in it shows itself.")
        if not counts[name] and name in named:
            counts[name] = None
            counts[name] = drawn(named[name])
        return counts[name] or 0

    def drawn(top: Element) -> int:
        inside = 0
        for one in top.iter():
            inside += 1 + sum(count(name) for name in _references(one))
            if inside > MOST_DRAWN:
                raise _refused("svg_bomb", f"It draws more than {MOST_DRAWN:,} elements.")
        return inside

    try:
        drawn(root)
    except RecursionError:
        raise _refused("svg_bomb", "Its references lead too deep.") from None


def _references(element: Element) -> Iterator[str]:
    """The ids of all that an element shows beside itself."""
    for name, value in element.attrib.items():
        if name in _HREFS and str(value).startswith("#"):
            yield str(value)[1:]
        elif "url" in str(value).lower():
            yield from (found[2][1:] for found in _URL.finditer(str(value)))


def _size(root: Element) -> Size | None:
    sides = [_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    numbers = [float(side[1]) for side in sides if side]
    if len(numbers) < 2:
        parts = (root.get("viewBox") or "").replace(",", " ").split()
        boxes = [_LENGTH.fullmatch(part) for part in parts[2:4]]
        numbers = [float(box[1]) for box in boxes if box]
    if len(numbers) < 2:
        return None
    if not all(isfinite(side) and 0 < side <= LARGEST_SIDE for side in numbers):
        raise _refused("too_many_pixels", f"Its sides are not 1 to {LARGEST_SIDE:,.0f} pixels.")
    return Size(ceil(numbers[0]), ceil(numbers[1]))
