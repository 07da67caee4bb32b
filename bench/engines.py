"""Our exports in the engines of others: how many answers they score as we do.

An engine is a command that reads a JSON list of ``{"item": XML, "responses": [...]}``, each
response by variables as Portable Custom Interactions spell values, and prints their scores, or a
text that says why an item has none. ``BENCH_QTI_ENGINE`` is such a command. Two come along:
``BENCH_QTISM`` names the ``src`` folder of the PHP library qtism, and ``BENCH_QTI_COMPONENTS`` a
folder where npm has installed ``@citolab/qti-components`` and ``jsdom``.
"""

import json
import os
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from formats import FORMATS
from tests.formats.qti_cases import Case, Response, cases

VERSIONS = ("qti3", "qti22", "qti21")
OWN = "BENCH_QTI_ENGINE"
COMING: dict[str, tuple[str, str, Sequence[str]]] = {
    "BENCH_QTISM": ("php", "engine_qtism.php", ("qti22", "qti21")),
    "BENCH_QTI_COMPONENTS": ("node", "engine_qti_components.mjs", ("qti3",)),
}
LONGEST = 900  # seconds
NEAR = 1e-9
ROUNDED = 5.1e-4  # one player keeps three digits behind the point
SHOWN = 5


def figures() -> Iterator[str]:
    """Answers scored alike in each version of QTI, and the first that are not."""
    found = list(_engines())
    for command, versions in found:
        for name in versions:
            yield from compare(command, name)
    if not found:
        yield f"skipped: none of {', '.join((OWN, *COMING))} names an engine"


def _engines() -> Iterator[tuple[list[str], Sequence[str]]]:
    """The command of each engine that is there, and the versions that it knows."""
    if own := os.environ.get(OWN):
        yield shlex.split(own), VERSIONS
    for setting, (program, script, versions) in COMING.items():
        if folder := os.environ.get(setting):
            yield [program, str(Path(__file__).with_name(script)), folder], versions


def compare(command: Sequence[str], name: str) -> Iterator[str]:
    """What an engine says of all cases in one version."""
    asked = list(cases())
    items = [FORMATS[name].render(case.draft).content or b"" for case in asked]
    scores = _run(command, items, asked)
    pairs = list(zip(asked, scores, strict=True))
    told = [one for case, points in pairs for one in _differences(case, points, NEAR)]
    other = [one for case, points in pairs for one in _differences(case, points, ROUNDED)]
    answers = sum(len(case.answers) for case in asked)
    by = Path(command[-2] if len(command) > 2 else command[0]).stem
    yield (
        f"{answers - len(told):8,} of {answers:,} answers to {len(asked)} items in {name} alike by"
        f" {by}, {len(told) - len(other)} more to three digits"
    )
    yield from (f"         {one}" for one in other[:SHOWN])


def _run(command: Sequence[str], items: Sequence[bytes], asked: Sequence[Case]) -> list[Any]:
    sent = [
        {"item": item.decode(), "responses": [as_pci(item, given) for given, _ in case.answers]}
        for item, case in zip(items, asked, strict=True)
    ]
    done = subprocess.run(
        command,
        input=json.dumps(sent).encode(),
        stdout=subprocess.PIPE,
        timeout=LONGEST,
        check=True,
    )
    scores: list[Any] = json.loads(done.stdout)
    return scores


def as_pci(item: bytes, given: Response) -> dict[str, Any]:
    """A response with the type of each variable of the item."""
    root = etree.fromstring(item)
    kinds = {
        one.get("identifier"): one.get("baseType") or one.get("base-type") or ""
        for one in root.iter("{*}responseDeclaration", "{*}qti-response-declaration")
    }
    return {name: _value(value, kinds[name]) for name, value in given.items()}


def _value(value: Any, kind: str) -> dict[str, Any]:
    if value is None:
        return {"base": None}
    if isinstance(value, list):
        return {"list": {kind: [_single(one, kind) for one in value]}}
    return {"base": {kind: _single(value, kind)}}


def _single(value: str, kind: str) -> Any:
    if kind == "directedPair":
        return value.split(" ")
    return float(value) if kind == "float" else value


def _differences(case: Case, scores: Any, near: float) -> Iterator[str]:
    if not isinstance(scores, list):
        yield from (f"{case.what}: {scores}" for _ in case.answers)
        return
    for (given, expected), score in zip(case.answers, scores, strict=True):
        if not isinstance(score, int | float) or abs(score - expected) > near:
            yield f"{case.what}: {given} earns {score}, not {expected}"
