"""GIFT files: questions as text with answers in braces, as Moodle reads and writes them.

What is carried is described in ``docs/formats/gift.md``.
"""

import re

from domain.questions import Draft
from formats.carried import render_checked
from formats.format import Book, Format, Rendered
from formats.gift.reader import parse
from formats.gift.writer import write
from formats.text_lines import read_head

# Signs of answers that are none of a program or of TeX: an essay's empty braces are not enough.
_ANSWERS = re.compile(
    r"(?<!\\)\{\s*(?:[=~](?![=~])|#\s*(?:[-+.\d]|[=%~]))"
    r"|(?<![\\^\w])\{\s*(?:[TF]|(?i:true|false))\s*[#}]"
)
_OTHERS = ("<", "---", "{", "[")


def _sniff(head: bytes) -> bool:
    text = read_head(head).lstrip()
    if text.startswith(_OTHERS) and not text.startswith(("[html]", "[markdown]", "[plain]")):
        return False
    return text.startswith(("::", "$CATEGORY:")) or _ANSWERS.search(text) is not None


def _render(draft: Draft) -> Rendered:
    return render_checked(draft, write, FORMAT.read)


FORMAT = Format("gift", (".txt", ".gift"), _sniff, parse, _render, Book())

__all__ = ["FORMAT"]
