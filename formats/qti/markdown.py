"""HTML and XHTML to markdown, MathML to TeX."""

import re
from collections.abc import Callable, Iterator

from lxml import etree

from formats.pictures.shelf import is_picture_file
from formats.qti.mathml import to_tex
from formats.qti.xml import Element, entity_text, local_name

BREAK = "\0"  # stands for the backslash of a line break, which no text of XML can hold
_EDGES = f" \n\u00a0{BREAK}"
_SPACE = re.compile(r"[ \t\r\n\f]+")
_SPECIAL = re.compile(
    r"[\\`*\[\]<$]|(?<![a-zA-Z0-9])_|_(?![a-zA-Z0-9])|~~|&(?=#?\w+;)|\{(?=[.#=\w-]+[ =}])"
)
_LINE_START = re.compile(r"^(\s*)([#>]|[-+=](?=\s|$|-|=)|:{3}|\||~{3})", re.MULTILINE)
_NUMBERED = re.compile(r"^(\s*\d{1,9})([.)])(?=\s|$)", re.MULTILINE)
_HEADING = re.compile("h[1-6]")
_NUMBER = re.compile("[0-9]{1,9}")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_BLOCK_TAGS = (
    "address article aside blockquote caption center dd details div dl dt figcaption figure footer"
    " form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot"
    " th thead tr ul itemBody prompt contentBody rubricBlock"
)
BLOCKS = frozenset(_BLOCK_TAGS.split())
_MARKS = {"em": "*", "i": "*", "strong": "**", "b": "**", "del": "~~", "s": "~~"}
_KEPT = frozenset({"sub", "sup", "u", "kbd", "small", "mark", "q", "abbr", "var", "samp"})
_UNSEEN = frozenset({"script", "style", "head", "title", "feedbackInline", "modalFeedback"})


def to_markdown(element: Element) -> str:
    """The markdown of what an element holds, without blank lines around it."""
    return "\n\n".join(part for part in _blocks(element) if part).strip("\n")


def escape(text: str) -> str:
    """Plain text with what markdown would take for marks escaped."""
    text = _SPECIAL.sub(r"\\\g<0>", text)
    text = _LINE_START.sub(r"\1\\\2", text)
    return _NUMBERED.sub(r"\1\\\2", text)


def _blocks(element: Element) -> Iterator[str]:
    """The blocks of an element; text between them is a paragraph by itself."""
    run: list[str] = [_words(element.text)]
    for one in element:
        name = local_name(one)
        if name in BLOCKS or (name not in _UNSEEN and name and _holds_block(one)):
            yield _line("".join(run))
            yield from _block(one, name)
            run = []
        else:
            run.append(_inline(one))
        run.append(_words(one.tail))
    yield _line("".join(run))


def _holds_block(element: Element) -> bool:
    return len(element) > 0 and any(
        local_name(one) in BLOCKS for one in element.iterdescendants(etree.Element)
    )


def _block(element: Element, name: str) -> Iterator[str]:
    if name == "pre":
        yield _fence(element)
    elif name in ("ul", "ol"):
        yield _list(element, name)
    elif name == "table":
        yield _table(element)
    elif name == "hr":
        yield "---"
    elif name == "blockquote":
        yield "\n".join(f"> {line}".rstrip() for line in to_markdown(element).split("\n"))
    elif _HEADING.fullmatch(name):
        yield "#" * int(name[1]) + " " + _one_line(element)
    elif name == "div" and (element.get("class") or "").startswith("math"):
        yield f"$$\n{_tex(element)}\n$$"
    else:
        yield from _blocks(element)


def _fence(element: Element) -> str:
    text = _raw(element).strip("\n")
    ticks = "```"
    while ticks in text:
        ticks += "`"
    return f"{ticks}\n{text}\n{ticks}"


def _raw(element: Element) -> str:
    """The text inside; in code, a break ends a line."""
    for one in element.iterdescendants(etree.Element):
        if local_name(one) == "br":
            one.text = "\n"
    return "".join(str(text) for text in element.itertext(etree.Element))


def _list(element: Element, name: str) -> str:
    start = _NUMBER.fullmatch(element.get("start") or "")
    number = int(start[0]) if start else 1
    items = []
    for place, one in enumerate(element.iterchildren(etree.Element)):
        mark = f"{number + place}. " if name == "ol" else "- "
        lines = to_markdown(one).split("\n")
        rest = [" " * len(mark) + line if line else "" for line in lines[1:]]
        items.append("\n".join([mark + lines[0], *rest]).rstrip())
    return "\n".join(items)


def _table(element: Element) -> str:
    rows = [
        [_one_line(cell).replace("|", "\\|") for cell in row if local_name(cell) in ("td", "th")]
        for row in element.iter("tr")
    ]
    if not rows:
        return to_markdown_cells(element)
    width = max(map(len, rows))
    filled = [row + [""] * (width - len(row)) for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in filled]
    return "\n".join([lines[0], "|" + "---|" * width, *lines[1:]])


def to_markdown_cells(element: Element) -> str:
    """The words of a table without rows."""
    return escape(_SPACE.sub(" ", _raw(element)).strip())


def _words(text: str | None) -> str:
    return escape(_SPACE.sub(" ", text)) if text else ""


def _line(text: str) -> str:
    """A run of inline text as a paragraph: breaks inside kept, blanks around lines not."""
    return re.sub(r" *\n *", "\n", text).strip(_EDGES).strip().replace(BREAK, "\\")


def _one_line(element: Element) -> str:
    return to_markdown(element).replace("\\\n", " ").replace("\n", " ")


def _inside(element: Element) -> str:
    parts = [_words(element.text)]
    for one in element:
        parts += [_inline(one), _words(one.tail)]
    return "".join(parts)


def _inline(element: Element) -> str:
    name = local_name(element)
    if not name:
        return _words(entity_text(element)) if isinstance(element, etree._Entity) else ""
    if name in _UNSEEN:
        return ""
    write = _INLINE.get(name)
    if write is not None:
        return write(element)
    if name in _MARKS:
        return _marked(_inside(element), _MARKS[name])
    if name in _KEPT:
        return f"<{name}>{_inside(element)}</{name}>"
    return _inside(element)


def _marked(inside: str, mark: str) -> str:
    core = inside.strip(_EDGES).strip()
    if not core:
        return inside
    before, _, after = inside.partition(core)
    return f"{before}{mark}{core}{mark}{after}"


def _code(element: Element) -> str:
    text = _raw(element)
    ticks = "`"
    while ticks in text:
        ticks += "`"
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{blank}{text}{blank}{ticks}" if text.strip() else text


def _link(element: Element) -> str:
    address = element.get("href")
    return f"[{_inside(element)}]({_address(address)})" if address else _inside(element)


def _address(address: str) -> str:
    return f"<{address}>" if re.search(r"[\s()<>]", address) else address


def _image(element: Element) -> str:
    return picture(element.get("alt") or "", element.get("src") or "")


def picture(words: str, address: str) -> str:
    """A picture that is shown, and what it shows in plain words."""
    return f"![{escape(_SPACE.sub(' ', words).strip())}]({_address(address)})"


def is_picture(element: Element) -> bool:
    """Whether an ``object`` is one."""
    address, type_ = element.get("data") or "", (element.get("type") or "").lower()
    return bool(address) and (
        type_.startswith("image/") or (not type_ and is_picture_file(address))
    )


def _object(element: Element) -> str:
    if not is_picture(element):
        return _inside(element)
    return picture(_raw(element), element.get("data") or "")


def _span(element: Element) -> str:
    if (element.get("class") or "").startswith("math"):
        mark = "$$" if "display" in (element.get("class") or "") else "$"
        return f"{mark}{_tex(element)}{mark}"
    return _inside(element)


def _tex(element: Element) -> str:
    text = _raw(element).strip()
    for opening, closing in ((r"\(", r"\)"), (r"\[", r"\]")):
        if text.startswith(opening) and text.endswith(closing):
            return text[2:-2].strip()
    return text


def _mathml(element: Element) -> str:
    tex = to_tex(element)
    return escape(_SPACE.sub(" ", _raw(element)).strip()) if tex is None else f"${tex}$"


_INLINE: dict[str, Callable[[Element], str]] = {
    "br": lambda _: f"{BREAK}\n",
    "code": _code,
    "a": _link,
    "img": _image,
    "object": _object,
    "span": _span,
    "math": _mathml,
}
