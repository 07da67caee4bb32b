"""Read the items of a QTI 1.2 file into drafts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from pydantic import ValidationError

from domain.losses import Loss
from domain.problems import Problem
from domain.questions import Draft, Explanation, Scoring, is_slug
from formats.format import Parsed
from formats.qti.declarations import Declared, read_float
from formats.qti.feedback import split_explanation
from formats.qti.item import Item
from formats.qti.media import addresses_of, tell_media, tell_pictures
from formats.qti.processing import MAXIMUM, NotUnderstood
from formats.qti.reader import SLUG, UNNAMED
from formats.qti.scoring import with_scoring
from formats.qti.v12.material import address_of, html_in, read_material
from formats.qti.v12.parts import Shape
from formats.qti.v12.processing import Given, score_of
from formats.qti.v12.shapes import read_shape
from formats.qti.xml import (
    Element,
    Refused,
    child,
    read_xml,
    refused,
    rename,
    senseless,
    text_of,
)

# What material holds beside texts and pictures; a reference leads to a material elsewhere.
_MEDIA = (
    "mataudio", "matvideo", "matapplet", "matapplication", "matref", "material_ref",
    "mat_extension", "altmaterial",
)  # fmt: skip
_WEIGHTS = ("points_possible", "cc_weighting", "qmd_weighting")


def parse(data: bytes) -> Iterator[Parsed]:
    """The questions of a file, in their order."""
    try:
        root = read_xml(data)
        rename(root)
        if root.tag != "questestinterop":
            raise refused(
                "not_qti12",
                f"The file holds `{str(root.tag)[:60]}`.",
                "Import a file of QTI 1.2.",
                root,
            )
    except Refused as error:
        yield Parsed(None, (error.problem,))
        return
    for element in root.iter("item"):
        yield _parse_item(element)


def _parse_item(element: Element) -> Parsed:
    losses: Sequence[Loss] = ()
    try:
        said = _metadata(element)
        item = _open(element, said)
        losses = item.losses
        _tell_media(item)
        draft = _draft(item, said)
        _tell_pictures(item, draft)
        return Parsed(draft, (), tuple(losses))
    except Refused as error:
        return Parsed(None, (error.problem,), tuple(losses))
    except ValidationError as error:
        return Parsed(None, (senseless(error, element).problem,), tuple(losses))
    except RecursionError:
        place = element.sourceline
        return Parsed(
            None, (Problem("too_deep", "It is nested too deeply.", "Flatten it.", place, 1),)
        )


def _tell_media(item: Item) -> None:
    """Note what is no text and no picture, wherever it stands."""
    tell_media(item, html_in(item.root))
    for one in item.root.iter(*_MEDIA):
        item.lose("/prompt", "media", f"A medium in `{one.tag!s}`.", "It was left out.")


def _tell_pictures(item: Item, draft: Draft) -> None:
    named = [address_of(one) for one in item.root.iter("matimage")]
    tell_pictures(item, draft, (*named, *addresses_of(html_in(item.root))))


def _metadata(element: Element) -> dict[str, str]:
    return {
        text_of(child(one, "fieldlabel")): text_of(child(one, "fieldentry"))
        for one in element.iter("qtimetadatafield")
    }


def _open(element: Element, said: dict[str, str]) -> Item:
    presentation = child(element, "presentation")
    if presentation is None:
        raise refused("no_body", "The item asks nothing.", "Write what is asked.", element)
    outcomes: dict[str, Declared] = {}
    points = _points(said, element)
    if points is not None:
        outcomes[MAXIMUM] = Declared(MAXIMUM, "single", "float", points, None, element)
    return Item(element, presentation, {}, outcomes, ())


def _points(said: dict[str, str], at: Element) -> Fraction | None:
    for name in _WEIGHTS:
        try:
            points = read_float(said.get(name, ""), at)
        except Refused:
            continue
        if points > 0:
            return points
    return None


def _draft(item: Item, said: dict[str, str]) -> Draft:
    shape = read_shape(item, said)
    draft = _named(item, shape)
    points = item.stated_maximum or Fraction(1)
    try:
        share = score_of(item.root, points)
    except NotUnderstood as error:
        item.lose(
            "/scoring",
            "processing_not_understood",
            f"The scoring holds {error}.",
            "Only a wholly right answer earns points.",
        )
        return replace(draft, scoring=Scoring(max_points=points))

    def score(given: Given) -> Fraction:
        return share(given) * points

    probes = [(given, sent) for given, sent in shape.probes(draft)]
    return with_scoring(item, draft, score, probes, shape.labels)  # type: ignore[arg-type]


def _named(item: Item, shape: Shape) -> Draft:
    root = item.root
    identifier = root.get("ident", "")
    slug = identifier.removeprefix(SLUG)
    is_ours = identifier.startswith((SLUG, UNNAMED))
    return Draft(
        title=root.get("title") or identifier,
        prompt=shape.prompt,
        options=shape.options,
        key=shape.key,
        kind=shape.kind,
        answer=shape.answer,
        shuffle=shape.shuffle,
        explanation=_explanation(item, shape),
        slug=slug if identifier.startswith(SLUG) and is_slug(slug) else None,
        external_id=None if is_ours else identifier or None,
    )


def _explanation(item: Item, shape: Shape) -> Explanation:
    """All feedback that is not on one option."""
    found = [
        one
        for one in item.root.iterchildren("itemfeedback")
        if one.get("ident") not in shape.feedback_names
    ]
    if any(one.get("ident") != "general_fb" for one in found):
        item.lose(
            "/explanation",
            "feedback_condition",
            "Feedback that depends on the answer.",
            "It is told after every answer.",
        )
    texts = dict.fromkeys(read_material(one) for one in found)
    return split_explanation("\n\n".join(text for text in texts if text))
