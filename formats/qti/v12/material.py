"""Texts of QTI 1.2: HTML as a text inside of XML, or plain."""

from collections.abc import Iterator

from lxml import etree, html

from formats.qti.build import make
from formats.qti.markdown import escape, picture, to_markdown
from formats.qti.text import keep_source, kept_in, shown
from formats.qti.xml import Element, children

TEXTS = ("mattext", "matemtext")


def read_material(element: Element | None) -> str:
    """The markdown of the first material right inside of an element."""
    if element is None:
        return ""
    parts: list[str] = []
    for one in children(element):
        if one.tag == "material":
            parts.append(_read(one))
        elif one.tag in ("flow", "flow_mat"):
            parts.append(read_material(one))
    return "\n\n".join(part for part in parts if part)


def _read(material: Element) -> str:
    parts = list(children(material))
    kept = next(kept_in(material), None)
    if kept and [one.tag for one in parts] == ["mattext"] and kept.is_of(parts[0].text or ""):
        return kept.markdown
    said = "\n\n".join(filter(None, map(_read_part, parts)))
    return kept.markdown if kept and to_markdown(shown(kept.markdown)) == said else said


def _read_part(element: Element) -> str:
    if element.tag == "matimage":
        address = address_of(element)
        return picture(element.get("label") or "", address) if address else ""
    return _read_text(element) if element.tag in TEXTS else ""


def address_of(image: Element) -> str:
    """Where the picture of a ``matimage`` is: in a file of the package, or in itself."""
    content = "".join((image.text or "").split())
    if image.get("embedded") != "base64" or not content:
        return (image.get("uri") or "").strip()
    return f"data:{image.get('imagtype') or 'image/jpeg'};base64,{content}"


def html_in(item: Element) -> Iterator[Element]:
    """The elements of HTML that stand in the texts of an item, as text or as they are."""
    for one in item.iter(*TEXTS):
        yield from one.iterdescendants(etree.Element)
        if one.get("texttype") == "text/html" and one.text:
            yield from fragment(one.text).iter(etree.Element)


def _read_text(element: Element) -> str:
    text = element.text or ""
    if element.get("texttype", "text/plain") != "text/html" and not len(element):
        return escape(text.strip())
    return to_markdown(fragment(text)) if text.strip() else to_markdown(element)


def fragment(text: str) -> Element:
    """HTML as elements; what cannot be read as its plain text."""
    try:
        return html.fragment_fromstring(text, create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return make("div", text)


def write_material(markdown: str) -> Element:
    """A material that :func:`read_material` reads as the same markdown."""
    content = shown(markdown)
    text = etree.tostring(content, encoding="unicode", method="html")
    inside = text.removeprefix("<div>").removesuffix("</div>")
    material = make("material", make("mattext", inside, texttype="text/html"))
    if to_markdown(fragment(inside)) != markdown:
        material.append(keep_source(markdown, inside))
    return material
