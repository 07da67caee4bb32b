"""Ways to damage a file: its bytes, its lines, or the tree that it says."""

import json
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from io import BytesIO
from random import Random
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from lxml import etree

from tests.formats.fuzz.corpus import ZIP, corpus

MOST_STEPS = 6
LARGEST = 64 * 1024  # bytes of a damaged file: small ones are read often
DEEPEST = 2_000
Change = Callable[[Random, bytes, Sequence[bytes]], bytes]


def damaged(target: str, seed: int, number: int) -> bytes:
    """The file of this number."""
    chance = Random(f"{seed}/{target}/{number}")  # noqa: S311 -- it guards nothing
    files, tokens = corpus(target)
    data = chance.choice(files)
    for _ in range(chance.randint(1, MOST_STEPS)):
        change = chance.choice(_CHANGES[_family(target, data)])
        data = change(chance, data, tokens)[:LARGEST]
    return data


def _family(target: str, data: bytes) -> str:
    if target == ZIP:
        return ZIP
    if data.lstrip()[:1] == b"<":
        return "xml"
    return "json" if data[:1] in (b"{", b"[") and target != "markdown" else "text"


def _piece(chance: Random, data: bytes) -> tuple[int, int]:
    start = chance.randint(0, len(data))
    return start, min(len(data), start + chance.choice((1, 1, 2, 4, 16, 200)))


def flip(chance: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """One byte becomes another."""
    if not data:
        return data
    place = chance.randrange(len(data))
    return data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]


def delete(chance: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """A piece is gone."""
    start, end = _piece(chance, data)
    return data[:start] + data[end:]


def double(chance: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """A piece stands twice, or very often."""
    start, end = _piece(chance, data)
    return data[:end] + data[start:end] * chance.choice((1, 1, 1, 30, 1_000)) + data[end:]


def move(chance: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """A piece stands elsewhere."""
    start, end = _piece(chance, data)
    rest = data[:start] + data[end:]
    place = chance.randint(0, len(rest))
    return rest[:place] + data[start:end] + rest[place:]


def insert(chance: Random, data: bytes, tokens: Sequence[bytes]) -> bytes:
    """A token stands somewhere."""
    place = chance.randint(0, len(data))
    return data[:place] + chance.choice(tokens) + data[place:]


def exchange(chance: Random, data: bytes, tokens: Sequence[bytes]) -> bytes:
    """One token stands for another, once."""
    for _ in range(8):
        old = chance.choice(tokens)
        if old.strip() and old in data:
            places = data.count(old)
            before, *after = data.split(old)
            at = chance.randrange(places)
            joined = old.join([before, *after[:at]])
            return joined + chance.choice(tokens) + old.join(after[at:])
    return insert(chance, data, tokens)


def cut(chance: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """The file ends, or begins, too early."""
    place = chance.randint(0, len(data))
    return data[:place] if chance.random() < 0.7 else data[place:]


def nest(chance: Random, data: bytes, tokens: Sequence[bytes]) -> bytes:
    """Something opens many times."""
    opening = chance.choice((b"<div>", b"<a>", b"[", b"{", b"> ", b"- ", b"(", b"\\", b"*", b"[["))
    place = chance.randint(0, len(data))
    return data[:place] + opening * chance.choice((3, 50, DEEPEST)) + data[place:]


def shuffle_lines(chance: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """A line is gone, doubled or elsewhere."""
    lines = data.split(b"\n")
    line = lines.pop(chance.randrange(len(lines)))
    for _number in range(chance.randrange(3)):
        lines.insert(chance.randint(0, len(lines)), line)
    return b"\n".join(lines)


def _indent_line(chance: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    place = chance.randrange(len(lines))
    mark = chance.choice((b" ", b"    ", b"\t", b"> ", b"- ", b"# ", b"1. "))
    lines[place] = mark + lines[place]
    return b"\n".join(lines)


def change_tree(chance: Random, data: bytes, tokens: Sequence[bytes]) -> bytes:
    """An element of XML is gone, doubled, elsewhere, of another name, or says another thing."""
    try:
        root = etree.fromstring(data)
    except (etree.XMLSyntaxError, ValueError):
        return exchange(chance, data, tokens)
    elements = [one for one in root.iter(etree.Element) if one is not root] or [root]
    chance.choice(_TREE)(chance, chance.choice(elements), elements, tokens)
    return bytes(etree.tostring(root))


def _gone(chance: Random, one: Any, _: Any, __: Any) -> None:
    if (parent := one.getparent()) is not None:
        parent.remove(one)


def _copied(chance: Random, one: Any, elements: Any, _: Any) -> None:
    into = chance.choice(elements)
    copy = deepcopy(one)
    copy.tail = None
    into.insert(chance.randint(0, len(into)), copy)


def _renamed(chance: Random, one: Any, elements: Any, _: Any) -> None:
    one.tag = chance.choice(elements).tag


def _nested(chance: Random, one: Any, elements: Any, _: Any) -> None:
    """Names of elements stand in each other, up to what the parser allows."""
    name = chance.choice((*_OPENING, chance.choice(elements).tag))
    for _number in range(chance.choice((2, 20, 240))):
        one = etree.SubElement(one, name)
    one.text = "x"


def _unwrapped(chance: Random, one: Any, _: Any, __: Any) -> None:
    for inside in list(one):
        one.remove(inside)


def _said(chance: Random, one: Any, _: Any, tokens: Sequence[bytes]) -> None:
    one.text = _text(chance, tokens)


def _reworded(chance: Random, one: Any, elements: Any, tokens: Sequence[bytes]) -> None:
    """A text that is there is damaged as if it were a file."""
    worded = [each for each in elements if (each.text or "").strip()] or [one]
    one = chance.choice(worded)
    one.text = _legal(_reword(chance, one.text or "", tokens))


def _reword(chance: Random, text: str, tokens: Sequence[bytes]) -> str:
    return chance.choice(_BYTES)(chance, text.encode(), tokens)[:4_000].decode("utf-8", "ignore")


def _attribute(chance: Random, one: Any, elements: Any, tokens: Sequence[bytes]) -> None:
    names = sorted(one.keys())
    if names and chance.random() < 0.4:
        del one.attrib[chance.choice(names)]
    elif names:
        name = chance.choice(names)
        is_new = chance.random() < 0.6
        said = _text(chance, tokens) if is_new else _reword(chance, one.get(name), tokens)
        one.set(name, _legal(said))
    else:
        other = chance.choice(elements)
        for name in other.keys():  # noqa: SIM118 -- an element is no mapping
            one.set(name, other.get(name))


def _text(chance: Random, tokens: Sequence[bytes]) -> str:
    return _legal(chance.choice(tokens).decode("utf-8", "ignore"))


def _legal(text: str) -> str:
    """The text without what XML cannot say."""
    return _ILLEGAL.sub("", text)


_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OPENING = ("blockquote", "div", "ul", "span", "not", "and")
_TREE = (
    _gone,
    _copied,
    _renamed,
    _unwrapped,
    _nested,
    _said,
    _reworded,
    _reworded,
    _attribute,
    _attribute,
)


def change_value(chance: Random, data: bytes, tokens: Sequence[bytes]) -> bytes:
    """A value of JSON (or of one of its lines) is gone, or another one."""
    lines = data.split(b"\n") if data[:1] == b"{" else [data]
    place = chance.randrange(len(lines))
    try:
        said = json.loads(lines[place])
        _change_in(chance, said, tokens)
        lines[place] = json.dumps(said).encode()
    except (ValueError, RecursionError):
        return exchange(chance, data, tokens)
    return b"\n".join(lines)


def _change_in(chance: Random, said: Any, tokens: Sequence[bytes]) -> None:
    """Change one value inside, at any depth."""
    while isinstance(said, dict | list) and said:
        keys = list(said) if isinstance(said, dict) else list(range(len(said)))
        key = chance.choice(keys)
        if isinstance(said[key], dict | list) and said[key] and chance.random() < 0.7:
            said = said[key]
            continue
        if chance.random() < 0.3:
            del said[key]
        elif isinstance(said[key], str) and chance.random() < 0.4:
            said[key] = _reword(chance, said[key], tokens)
        else:
            said[key] = _value(chance, tokens)
        return


def _value(chance: Random, tokens: Sequence[bytes]) -> Any:
    text = chance.choice(tokens).decode("utf-8", "replace")
    return chance.choice(
        (text, [text], {text: text}, [], {}, None, True, False, 0, -1, 2, 10**20, 0.5, -1e300, "")
    )


def change_members(chance: Random, data: bytes, tokens: Sequence[bytes]) -> bytes:
    """A file of a zip is gone, renamed, damaged or packed in another way."""
    try:
        with ZipFile(BytesIO(data)) as packed:
            members = [(info.filename, packed.read(info)) for info in packed.infolist()]
    except Exception:  # whatever is wrong with it, its bytes are damaged instead
        return flip(chance, data, tokens)
    out = BytesIO()
    with ZipFile(out, "w") as written:
        for name, content in members:
            if chance.random() < 0.1:
                continue
            named, said = _member(chance, name, content, tokens)
            info = ZipInfo(named or "a")
            info.compress_type = chance.choice((ZIP_STORED, ZIP_DEFLATED))
            info.external_attr = chance.choice((0, 0, 0, 0o120777 << 16, 0o100644 << 16))
            if named not in written.NameToInfo:
                written.writestr(info, said)
    return out.getvalue()


def _member(
    chance: Random, name: str, content: bytes, tokens: Sequence[bytes]
) -> tuple[str, bytes]:
    if chance.random() < 0.2:
        content = chance.choice(_BYTES)(chance, content, tokens)
    if chance.random() < 0.1:
        ends = ("../" + name, "/" + name, "a/" * 20 + name, name + ".txt", name[:-4] + ".csv", "é")
        name = chance.choice(ends)
    return name, content


_BYTES: tuple[Change, ...] = (
    flip, delete, double, move, insert, insert, exchange, exchange, cut, nest, shuffle_lines,
)  # fmt: skip
_CHANGES: dict[str, tuple[Change, ...]] = {
    "text": (*_BYTES, exchange, insert, _indent_line, shuffle_lines),
    "xml": (*_BYTES, *([change_tree] * 16)),
    "json": (*_BYTES, *([change_value] * 12)),
    ZIP: (change_members, change_members, flip, flip, delete, cut, insert),
}
