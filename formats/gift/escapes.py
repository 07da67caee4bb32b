"""Characters of GIFT that have a meaning, written so that they have none."""

import re

# What is escaped becomes half of a surrogate pair while the text is taken apart: no text that
# was read holds one, so nothing else can be mistaken for it.
_HIDDEN = 0xDC00
_ESCAPED = re.compile(r"\\([\\:#={}~n])")
_MEANINGS = {_HIDDEN + ord(one): one for one in "\\:#={}~"} | {_HIDDEN + ord("n"): "\n"}
_MEANT = re.compile(r"[\\:#={}~\n\r]")
_SPELLED = {"\n": "\\n", "\r": ""}
_SURROGATE = re.compile("[\ud800-\udfff]")


def hide(text: str) -> str:
    """The text with each escape as one character that means nothing."""
    return _ESCAPED.sub(lambda found: chr(_HIDDEN + ord(found[1])), text)


def reveal(text: str) -> str:
    """A piece of a hidden text with the characters that its escapes stand for."""
    return text.translate(_MEANINGS) if _SURROGATE.search(text) else text


def escape(text: str) -> str:
    """The text so that GIFT reads just its characters."""
    return _MEANT.sub(lambda found: _SPELLED.get(found[0], "\\" + found[0]), text)


def place_in(text: str, offset: int) -> tuple[int, int]:
    """Lines before an offset of a hidden text, and its column from 1 in the file."""
    before = text[:offset]
    line = before[before.rfind("\n") + 1 :]
    return before.count("\n"), len(line) + len(_SURROGATE.findall(line)) + 1
