"""Texts of QTI 1.2: HTML as a text inside of XML, or plain."""

from lxml import etree, html

from formats.qti.build import make
from formats.qti.markdown import escape, to_markdown
from formats.qti.text import keep_source, kept_in, shown
from formats.qti.xml import Element, children


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
    texts = [one for one in children(material) if one.tag == "mattext"]
    kept = next(kept_in(material), None)
    if kept and len(texts) == 1 and kept.is_of(texts[0].text or ""):
        return kept.markdown
    said = "\n\n".join(filter(None, map(_read_text, texts)))
    return kept.markdown if kept and to_markdown(shown(kept.markdown)) == said else said


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
