"""What is written is valid by the official schemas, if ``QTI_SCHEMAS`` names a folder of them."""

import os
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from domain.questions import Draft
from formats import FORMATS
from formats.writing import write_package
from tests.formats.qti_cases import cases
from tests.formats.qti_drafts import choices, drafts, typed

FOLDER = os.environ.get("QTI_SCHEMAS", "")
EXAMPLES = int(os.environ.get("QTI_SCHEMAS_EXAMPLES", "100"))
# The names of each schema; of several the first that is there is taken.
ITEMS = {
    "qti3": ("imsqti_asiv3p0_v1p0.xsd", "imsqti_asiv3p0_sbacv1p0_v1p0.xsd"),
    "qti22": ("imsqti_v2p2.xsd",),
    "qti21": ("imsqti_v2p1.xsd",),
    "qti12": ("ccv1p1_qtiasiv1p2p1_v1p0.xsd",),
}
MANIFESTS = {
    "qti3": ("imsqtiv3p0_imscpv1p2_v1p0.xsd",),
    "qti22": ("qtiv2p2_imscpv1p2_v1p0.xsd",),
    "qti21": ("imscp_v1p1.xsd",),
    "qti12": ("ccv1p1_imscp_v1p2_v1p0.xsd",),
}
# What cartridges know: Canvas has more kinds of its own, for which there is no official schema.
CARTRIDGE = {"single_choice", "true_false", "multiple_response", "short_text"}
relaxed = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

pytestmark = pytest.mark.skipif(
    not FOLDER, reason="QTI_SCHEMAS names no folder with the official schemas of QTI."
)


@cache
def schema(names: tuple[str, ...]) -> etree.XMLSchema:
    """The schema with one of the names, wherever it is in the folder."""
    for name in names:
        for path in sorted(Path(FOLDER).rglob(name)):
            return etree.XMLSchema(file=str(path))
    pytest.skip(f"There is no {' or '.join(names)} in {FOLDER}.")


def faults(content: bytes, names: tuple[str, ...]) -> list[str]:
    """Where a document breaks the rules."""
    checked = schema(names)
    checked.validate(etree.fromstring(content))
    return [f"line {one.line}: {one.message}" for one in checked.error_log]


def item_faults(name: str, written: Iterable[Draft]) -> list[str]:
    """The same of the files of questions."""
    contents = [FORMATS[name].render(draft).content for draft in written]
    return [fault for one in contents if one is not None for fault in faults(one, ITEMS[name])]


@pytest.mark.parametrize("name", ["qti3", "qti22", "qti21"])
@given(draft=drafts)
@relaxed
def test_items_of_every_kind_are_valid(name: str, draft: Draft) -> None:
    assert item_faults(name, [draft]) == []


@given(draft=choices() | typed().filter(lambda one: one.kind in CARTRIDGE))
@relaxed
def test_items_of_cartridges_are_valid(draft: Draft) -> None:
    assert item_faults("qti12", [draft]) == []


@pytest.mark.parametrize("name", ITEMS)
def test_items_of_every_rule_are_valid(name: str) -> None:
    written = [case.draft for case in cases()]
    known = [draft for draft in written if name != "qti12" or draft.kind in CARTRIDGE]
    assert item_faults(name, known) == []


@pytest.mark.parametrize("name", MANIFESTS)
def test_packages_are_valid(name: str) -> None:
    out = BytesIO()
    known = [case.draft for case in cases() if case.draft.kind in CARTRIDGE][:20]
    named = [replace(draft, slug=f"question-{at}") for at, draft in enumerate(known)]
    assert all(one.is_in for one in write_package(FORMATS[name], named, out))
    packed = ZipFile(out)
    assert faults(packed.read("imsmanifest.xml"), MANIFESTS[name]) == []
    for file in packed.namelist():
        if file != "imsmanifest.xml":
            assert faults(packed.read(file), ITEMS[name]) == []
