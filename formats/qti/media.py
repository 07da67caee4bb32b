"""What an item shows beside its texts: pictures are carried, all other media are told."""

from collections.abc import Iterable
from urllib.parse import unquote

from domain.pictures import addresses_in, texts
from domain.questions import Draft
from formats.qti.item import Item
from formats.qti.markdown import is_picture
from formats.qti.xml import Element, local_name

MEDIA = frozenset(
    [
        "object",
        "audio",
        "video",
        "embed",
        "iframe",
        "applet",
        "canvas",
        "svg",
        "mediaInteraction",
        "include",
    ]
)


def tell_media(item: Item, elements: Iterable[Element]) -> None:
    """Note each medium that no text of a question can show."""
    for one in elements:
        name = local_name(one)
        if name in MEDIA and not is_picture(one):
            item.lose("/prompt", "media", f"A medium in `{name}`.", "Its words are kept.")


def tell_pictures(item: Item, draft: Draft, addresses: Iterable[str]) -> None:
    """Note each picture that stands where the draft has no text, or none with marks."""
    shown = {_plain(one) for _, text in texts(draft) for one in addresses_in(text)}
    for address in addresses:
        if _plain(address) not in shown:
            what = f"The picture {address[:80]!r}."
            item.lose("/prompt", "picture", what, "It was left out.")


def addresses_of(elements: Iterable[Element]) -> Iterable[str]:
    """The addresses of the pictures among elements of HTML."""
    for one in elements:
        if local_name(one) == "img":
            yield one.get("src") or ""
        elif local_name(one) == "object" and is_picture(one):
            yield one.get("data") or ""


def _plain(address: str) -> str:
    return unquote(address.strip().removeprefix("/v1/"))
