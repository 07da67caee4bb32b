"""What ``docs/access.md`` says each caller gets at each route, and which routes there are."""

import re
from collections.abc import Iterator, Sequence

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from tests.processes import ROOT

PAGE = ROOT / "docs" / "access.md"
ROW = re.compile(r"^\| `([A-Z]+ /[^`]*)` \| (.*) \|$", re.M)
HEAD = re.compile(r"^\| Route \| (.*) \|$", re.M)
REFUSALS = frozenset({"401", "403", "404", "sign in"})
ANSWERS = REFUSALS | {"yes"}

Rules = dict[str, dict[str, str]]  # by route and caller


def rules() -> Rules:
    """The answers of the table. Each of its parts has the same callers; none has a route twice."""
    text = PAGE.read_text()
    (callers,) = set(HEAD.findall(text))
    names, rows = callers.lower().split(" | "), ROW.findall(text)
    told = {route: dict(zip(names, cells.split(" | "), strict=True)) for route, cells in rows}
    assert len(told) == len(rows), "a route is listed twice"
    assert {answer for cells in told.values() for answer in cells.values()} == ANSWERS
    return told


def named(routes: Sequence[BaseRoute]) -> Iterator[str]:
    """Every method and address that is answered, those of mounted files included."""
    for route in iter_route_contexts(routes):
        for method in sorted((route.methods or {"GET"}) - {"HEAD"}):
            yield f"{method} {route.path_format}"


def unlike(routes: Sequence[BaseRoute], told: Rules) -> list[str]:
    """Routes that the table lacks, and rows that no route answers."""
    there = set(named(routes))
    return sorted(
        [f"{route} is not in the table" for route in there - told.keys()]
        + [f"{route} is no route" for route in told.keys() - there]
    )
