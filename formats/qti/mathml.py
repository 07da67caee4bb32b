"""Simple MathML as TeX."""

from collections.abc import Sequence

from lxml import etree

from formats.qti.xml import Element, local_name

_TEX_ENCODINGS = frozenset({"application/x-tex", "text/x-latex", "application/x-latex", "TeX"})
_COMMANDS = {
    0xD7: "times",
    0xB7: "cdot",
    0xF7: "div",
    0xB1: "pm",
    0x2264: "le",
    0x2265: "ge",
    0x2260: "ne",
    0x2248: "approx",
    0x221E: "infty",
    0x2211: "sum",
    0x222B: "int",
    0x2192: "to",
    0x2208: "in",
    0x3C0: "pi",
    0x3B1: "alpha",
    0x3B2: "beta",
    0x3B8: "theta",
    0x3BB: "lambda",
    0x3BC: "mu",
    0x3C3: "sigma",
    0x394: "Delta",
    0x3A9: "Omega",
}
_WORDS = {
    **{chr(code): f"\\{name} " for code, name in _COMMANDS.items()},
    **{mark: f"\\{mark}" for mark in "{}%#&_$"},
    "\u2212": "-",
    "\u2061": "",
    "\u2062": "",
}
# How many parts an element has, and how they are written.
_SHAPES = {
    "mfrac": (2, r"\frac{{{}}}{{{}}}"),
    "msup": (2, "{{{}}}^{{{}}}"),
    "msub": (2, "{{{}}}_{{{}}}"),
    "msubsup": (3, "{{{}}}_{{{}}}^{{{}}}"),
    "munder": (2, "{}_{{{}}}"),
    "mover": (2, "{}^{{{}}}"),
    "munderover": (3, "{}_{{{}}}^{{{}}}"),
    "mroot": (2, r"\sqrt[{1}]{{{0}}}"),
}
_ROWS = frozenset({"math", "mrow", "mstyle", "semantics", "mpadded"})


def to_tex(math: Element) -> str | None:
    """The TeX of an element of MathML; ``None`` where it says more than is read here."""
    for note in math.iter(etree.Element):
        if local_name(note) == "annotation" and note.get("encoding") in _TEX_ENCODINGS:
            return (note.text or "").strip() or None
    tex = _tex(math)
    return None if tex is None else tex.strip() or None


def _tex(element: Element) -> str | None:
    name = local_name(element)
    if name in ("mi", "mn", "mo"):
        return "".join(_WORDS.get(one, one) for one in (element.text or "").strip())
    if name == "mtext":
        return rf"\text{{{''.join(_WORDS.get(one, one) for one in element.text or '')}}}"
    if name == "mspace":
        return r"\ "
    inside = [
        one
        for one in element.iterchildren(etree.Element)
        if not local_name(one).startswith("annotation")
    ]
    parts = [_tex(one) for one in inside]
    said = [part for part in parts if part is not None]
    return _joined(name, said) if len(said) == len(parts) else None


def _joined(name: str, parts: Sequence[str]) -> str | None:
    if name in _ROWS:
        return "".join(parts)
    if name == "msqrt":
        return rf"\sqrt{{{''.join(parts)}}}"
    count, shape = _SHAPES.get(name, (0, ""))
    return shape.format(*parts) if count and len(parts) == count else None
