"""HTML of other systems as markdown that is rendered alike.

TeX between ``\\(`` and ``\\)``, ``\\[`` and ``\\]`` or double dollars stays as it is, in the
dollars that our markdown reads. Elements without a markdown of their own keep their tags.
"""

import re
from collections.abc import Callable

from lxml import etree, html

from formats.markdown_text import escape_markdown, trim

DEEPEST = 100  # elements inside of each other
BREAK = "\0"  # stands for the backslash of a line break, which no text of HTML can hold
_MATHS = re.compile(  # no bracket stands in itself, so each is passed once
    r"\\\((?P<inline>(?:[^\\]|\\\\|\\(?![()\\]))*+)\\\)"
    r"|\\\[(?P<display>(?:[^\\]|\\\\|\\(?![\[\]\\]))*+)\\\]"
    r"|\$\$(?P<dollars>[^$]++)\$\$"
)
_MARKUP = re.compile(r"[<&]")
_BLANKS = re.compile(r"[ \t\r\n]+")
_EDGES = f" \n\u00a0{BREAK}"
_GAPS = re.compile(r"\n{3,}")
_LOOSE = re.compile(r"[ \t]+\n")
_AROUND = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~", "s": "~~"}
_KEPT = {"sub", "sup", "u", "small", "mark", "kbd"}
_BLOCKS = {"p", "div", "section", "article", "figure", "center", "dl", "dt", "dd", "form"}
_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_GONE = {"script", "style", "head", "title", "object", "iframe", "noscript", "template"}
_PARSER = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)


def html_to_markdown(source: str) -> str:
    """The markdown of a piece of HTML; a text without markup keeps its words."""
    if not _MARKUP.search(source):
        return trim(_words(_BLANKS.sub(" ", source)))
    try:
        root = html.document_fromstring(f"<div>{source}</div>", parser=_PARSER)
    except (etree.LxmlError, ValueError):
        return trim(escape_markdown(source))
    body = root.find("body")
    text = _inside(root if body is None else body, 0)
    return trim(_settled(_GAPS.sub("\n\n", _LOOSE.sub("\n", text))))


def _settled(text: str) -> str:
    """The text without breaks that end or begin a block: HTML shows none, markdown a backslash."""
    blocks = []
    for block in text.split("\n\n"):
        has_breaks = BREAK in block
        blocks.append(block.lstrip(f"{BREAK}\n").rstrip(f" \n{BREAK}") if has_breaks else block)
    return "\n\n".join(filter(None, blocks)).replace(BREAK, "\\")


def _words(text: str) -> str:
    """Words with their TeX between dollars and all else escaped."""
    parts, end = [], 0
    for found in _MATHS.finditer(text):
        parts += [_escape(text[end : found.start()]), _maths(found)]
        end = found.end()
    return "".join([*parts, _escape(text[end:])])


def _escape(text: str) -> str:
    """Escaped words; blanks at the ends count inside of a line."""
    stripped = text.strip(" ")
    if not stripped:
        return text[:1]
    before, after = text[:1] == " ", text[-1:] == " "
    return " " * before + escape_markdown(stripped) + " " * after


def _maths(found: re.Match[str]) -> str:
    if (inline := found["inline"]) is not None:
        return f"${inline.strip()}$" if inline.strip() else ""
    tex = found["display"] if found["display"] is not None else found["dollars"]
    return f"$${tex.strip()}$$"


def _inside(element: etree._Element, depth: int) -> str:
    parts = [_words(_BLANKS.sub(" ", element.text or ""))]
    for child in element:
        if isinstance(child.tag, str):
            parts.append(_element(child, depth + 1))
        parts.append(_words(_BLANKS.sub(" ", child.tail or "")))
    return "".join(parts)


def _element(element: etree._Element, depth: int) -> str:
    tag = str(element.tag)
    if tag in _GONE:
        return ""
    if depth > DEEPEST:
        return _words(_BLANKS.sub(" ", _all_words(element)))
    if write := _WRITERS.get(tag):
        return write(element, depth)
    inside = _inside(element, depth)
    if tag in _AROUND:
        return _around(inside, _AROUND[tag])
    if tag in _HEADINGS:
        return f"\n\n{_HEADINGS[tag]} {' '.join(inside.replace(BREAK, '').split())}\n\n"
    if tag in _BLOCKS:
        return f"\n\n{_lines(inside)}\n\n"
    return f"<{tag}>{inside}</{tag}>" if tag in _KEPT else inside


def _lines(text: str) -> str:
    """A block's text, no line of which begins with blanks that HTML does not show."""
    return text.strip(" ")


def _around(inside: str, mark: str) -> str:
    words = inside.strip(_EDGES).strip()
    if not words or "\n\n" in words:
        return inside
    before, _, after = inside.partition(words)
    return f"{_edge(before)}{mark}{words}{mark}{_edge(after)}"


def _edge(text: str) -> str:
    return text if BREAK in text else " " * bool(text)


def _break(_: etree._Element, __: int) -> str:
    return f"{BREAK}\n"


def _rule(_: etree._Element, __: int) -> str:
    return "\n\n---\n\n"


def _all_words(element: etree._Element) -> str:
    """The text inside; in code, a break ends a line."""
    for one in element.iter("br"):
        one.text = "\n"
    return "".join(element.itertext())


def _code(element: etree._Element, _: int) -> str:
    text = _BLANKS.sub(" ", _all_words(element)).strip()
    fence = "``" if "`" in text else "`"
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text else ""


def _pre(element: etree._Element, _: int) -> str:
    text = _all_words(element).strip("\n")
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"\n\n{fence}\n{text}\n{fence}\n\n"


def _image(element: etree._Element, _: int) -> str:
    source = element.get("src", "").strip()
    words = escape_markdown(" ".join(element.get("alt", "").split()))
    return f"![{words}]({_address(source)})" if source else words


def _link(element: etree._Element, depth: int) -> str:
    inside, address = _inside(element, depth), element.get("href", "").strip()
    words = inside.strip(_EDGES).strip()
    if not address or "\n\n" in inside or not words:
        return inside
    after = inside.partition(words)[2]
    return f"[{words}]({_address(address)}){after if BREAK in after else ''}"


def _address(address: str) -> str:
    return f"<{address}>" if re.search(r"[\s()]", address) else address


def _list(element: etree._Element, depth: int) -> str:
    items = []
    for number, child in enumerate(element.iterchildren("li"), 1):
        mark = f"{number}. " if element.tag == "ol" else "- "
        text = trim(_inside(child, depth + 1)).strip(_EDGES)
        items.append(mark + text.replace("\n", "\n" + " " * len(mark)))
    return "\n\n" + "\n".join(items) + "\n\n"


def _quote(element: etree._Element, depth: int) -> str:
    text = trim(_GAPS.sub("\n\n", _inside(element, depth)))
    return "\n\n" + "\n".join(f"> {line}".rstrip() for line in text.split("\n")) + "\n\n"


def _table(element: etree._Element, depth: int) -> str:
    rows = [
        [_cell(cell, depth + 1) for cell in row.iterchildren("td", "th")]
        for row in element.iter("tr")
    ]
    width = max(map(len, rows), default=0)
    if not width:
        return ""
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
    return "\n\n" + "\n".join([lines[0], "|" + "---|" * width, *lines[1:]]) + "\n\n"


def _cell(cell: etree._Element, depth: int) -> str:
    return " ".join(_inside(cell, depth).replace(BREAK, "").split()).replace("|", "\\|")


_WRITERS: dict[str, Callable[[etree._Element, int], str]] = {
    "br": _break,
    "hr": _rule,
    "code": _code,
    "tt": _code,
    "pre": _pre,
    "img": _image,
    "a": _link,
    "ul": _list,
    "ol": _list,
    "blockquote": _quote,
    "table": _table,
}
