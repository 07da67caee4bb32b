"""Elements of an item, made under the names of QTI 2.x and dressed for a version at the end."""

import re
from fractions import Fraction
from typing import NamedTuple

from lxml import etree

from domain.grading.numbers import spell_number
from formats.qti.text import TAGS, legal
from formats.qti.xml import Element

XSI = "http://www.w3.org/2001/XMLSchema-instance"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_CAPITAL = re.compile("(?<=[a-z0-9])([A-Z])")


class Version(NamedTuple):
    """A version of QTI as files spell it."""

    name: str
    namespace: str
    schema: str
    templates: str
    is_hyphened: bool = False


QTI3 = Version(
    "qti3",
    "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd",
    "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}.xml",
    is_hyphened=True,
)
QTI22 = Version(
    "qti22",
    "http://www.imsglobal.org/xsd/imsqti_v2p2",
    "http://www.imsglobal.org/xsd/qti/qtiv2p2/imsqti_v2p2.xsd",
    "http://www.imsglobal.org/question/qti_v2p2/rptemplates/{}",
)
QTI21 = Version(
    "qti21",
    "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
    "http://www.imsglobal.org/question/qti_v2p1/rptemplates/{}",
)


def make(name: str, *inside: Element | str, **attributes: str) -> Element:
    """An element with what is inside of it: elements, or one text."""
    element = etree.Element(name, {key: legal(value) for key, value in attributes.items()})
    for one in inside:
        if isinstance(one, str):
            element.text = legal(one)
        else:
            element.append(one)
    return element


def number(value: Fraction) -> str:
    """A number exactly where there is a short decimal, else with all digits of a float."""
    exact = spell_number(value)
    return exact if "/" not in exact and len(exact) < 30 else repr(float(value))


def base(value: str | Fraction, kind: str = "float") -> Element:
    """A constant."""
    said = number(value) if isinstance(value, Fraction) else value
    return make("baseValue", said, baseType=kind)


def variable(name: str) -> Element:
    """What a learner answered."""
    return make("variable", identifier=name)


def setting(value: Element, name: str = "SCORE") -> Element:
    """Set an outcome."""
    return make("setOutcomeValue", value, identifier=name)


def condition(*branches: tuple[Element | None, Element]) -> Element:
    """The first branch whose test holds; one without a test always does."""
    made: list[Element] = []
    for place, (test, then) in enumerate(branches):
        if test is None:
            made.append(make("responseElse", then))
        else:
            made.append(make("responseElseIf" if place else "responseIf", test, then))
    return make("responseCondition", *made)


def dress(root: Element, version: Version) -> bytes:
    """The file of an item that was made under plain names."""
    for element in root.iter(etree.Element):
        name = str(element.tag)
        if version.is_hyphened and name not in TAGS:
            for key, value in element.attrib.items():
                del element.attrib[key]
                element.set(_kebab(str(key)), str(value))
            name = f"qti-{_kebab(name)}"
        element.tag = f"{{{version.namespace}}}{name}"
    dressed = etree.Element(root.tag, nsmap={None: version.namespace, "xsi": XSI})
    dressed.set(f"{{{XSI}}}schemaLocation", f"{version.namespace} {version.schema}")
    for key, value in root.attrib.items():
        dressed.set(_LANGUAGE if key == "lang" else key, value)
    dressed.extend(list(root))
    return etree.tostring(dressed, xml_declaration=True, encoding="UTF-8") + b"\n"


def _kebab(name: str) -> str:
    return _CAPITAL.sub(lambda found: "-" + found[1].lower(), name)
