"""What an author's HTML may hold: an explicit list of tags, attributes, classes and schemes."""

import re

import nh3
from pygments.token import STANDARD_TYPES

from domain.pictures import REFERENCE

_TAGS = (
    "a abbr b blockquote br caption cite code dd del details dfn div dl dt em figcaption figure"
    " h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary"
    " sup table tbody td tfoot th thead tr u ul var wbr"
)
TAGS = frozenset(_TAGS.split())
ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),  # nothing on every element; nh3 would allow some
    "a": {"href", "title"},
    "abbr": {"title"},
    "details": {"open"},
    "img": {"alt", "height", "src", "title", "width"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"},
}
CLASSES = {
    "div": {"math", "display"},
    "pre": {"highlight"},
    "span": {"math", "inline", "display"} | (set(STANDARD_TYPES.values()) - {""}),
}
SCHEMES = {"http", "https", "mailto"}
REL = "noopener noreferrer"
MEDIA_ADDRESS = "/v1/media/"  # of pictures that texts name by their hashes

# What these hold is source code or another language's text, never words for a reader.
_GONE = "embed iframe math noembed noframes noscript object script style svg template title"

# A browser repeats an unclosed formatting element in every paragraph that follows, and one with
# other attributes counts as another element: without attributes there are at most three of each.
_FORMATTING = re.compile(
    r"<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/][^>]*>?", re.IGNORECASE
)
_ROUNDS = 10

# A browser ignores these inside an address.
_IGNORED = re.compile(r"[\0-\x20]")


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return value or None
    if name == "src" and (stored := REFERENCE.fullmatch(value)):
        return MEDIA_ADDRESS + stored[1]
    if name == "src" and _IGNORED.sub("", value).lower().startswith("mailto:"):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=set(_GONE.split()),
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    allowed_classes=CLASSES,
    url_schemes=SCHEMES,
    link_rel=REL,
)


def sanitise(html: str) -> str | None:
    """Return ``html`` with only what the lists above allow; ``None`` if it has no stable form.

    Sanitising the result again changes nothing, so no later parser reads another document in it.
    """
    html = _FORMATTING.sub(r"<\1>", html)
    for _ in range(_ROUNDS):
        cleaned = _CLEANER.clean(html)
        if cleaned == html:
            return html
        html = cleaned
    return None
