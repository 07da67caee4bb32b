"""The index that a package of items needs: ``imsmanifest.xml``."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from lxml import etree

from formats.format import File
from formats.qti.xml import Element

MANIFEST = "imsmanifest.xml"


class Index(NamedTuple):
    """How a version of QTI spells its manifest."""

    namespace: str
    schema: str
    version: str
    item: str


INDEX3 = Index(
    "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    "QTI Package",
    "3.0.0",
    "imsqti_item_xmlv3p0",
)
INDEX22 = Index(
    "http://www.imsglobal.org/xsd/imscp_v1p1", "QTIv2.2 Package", "1.0.0", "imsqti_item_xmlv2p2"
)
INDEX21 = Index(
    "http://www.imsglobal.org/xsd/imscp_v1p1", "QTIv2.1 Package", "1.0.0", "imsqti_item_xmlv2p1"
)


def package(index: Index, files: Iterable[File]) -> Iterator[File]:
    """The files as they are, and at the end the index that names them."""
    items: dict[str, tuple[str, ...]] = {}
    for file in files:
        if not file.is_picture:
            items[file.name] = file.shows
        yield file
    yield File(MANIFEST, manifest(index, items))


def manifest(index: Index, items: Mapping[str, Iterable[str]]) -> bytes:
    """The index of a package with these files, and the pictures that each of them shows."""
    root = etree.Element(f"{{{index.namespace}}}manifest", nsmap={None: index.namespace})
    root.set("identifier", "questions")
    metadata = _inside(root, "metadata")
    _inside(metadata, "schema").text = index.schema
    _inside(metadata, "schemaversion").text = index.version
    _inside(root, "organizations")
    resources = _inside(root, "resources")
    for name, shows in items.items():
        identifier = f"item-{sha256(name.encode()).hexdigest()[:16]}"
        resource = _inside(resources, "resource", identifier=identifier, type=index.item, href=name)
        for file in (name, *shows):
            _inside(resource, "file", href=file)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _inside(parent: Element, name: str, **attributes: str) -> Element:
    namespace = str(parent.tag).rpartition("}")[0] + "}"
    return etree.SubElement(parent, namespace + name, attributes)
