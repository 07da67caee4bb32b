"""All that can be asked of a service, walked from the routes of its application.

What addresses may name, and what may stand in queries, is told here by name. A route with a
parameter that is not told is a finding: nobody would try it.
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from api.app import Service
from tests.torture.leaks.asking import Asked
from tests.torture.leaks.contents import slug_of
from tests.torture.leaks.filled import Filled

UNPRIVILEGED = ("nobody", "publishable", "integration", "unknown")
LEARNERS = ("/v1/questions", "/v1/submissions")
ABSENT = "019dffff-0000-7000-8000-000000000000"
MOST_WRONG = 12  # of each kind of refusal, so that what is right is tried most
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Surface:
    """Every route with its methods, and values for what it reads. ``untold`` are findings."""

    routes: Sequence[tuple[str, tuple[str, ...], tuple[str, ...]]]  # path, methods, query names
    in_paths: dict[str, list[str]]
    in_queries: dict[str, list[str]]
    untold: list[str] = field(default_factory=list)

    def walk(self, filled: Filled, random: random.Random, amount: int) -> Iterator[Asked]:
        """Each route at least once, by each caller if it is asked for much; then any requests."""
        yield from self._each_once(random, callers=3 if amount > 1000 else 1)
        yield from self.some(filled, random, amount)

    def some(self, filled: Filled, random: random.Random, amount: int) -> Iterator[Asked]:
        """So many of the requests that could be made, most often those that learners are for."""
        yield from (self._any(filled, random) for _ in range(amount))

    def _each_once(self, random: random.Random, callers: int) -> Iterator[Asked]:
        """Each route by some callers; those of learners with every name that may be in them."""
        for path, methods, _ in self.routes:
            for caller in random.sample(UNPRIVILEGED[:3], callers):
                method = random.choice(methods)
                yield Asked(method, self._address(path, random), caller, *_said(method, b"{}"))
            if path.startswith(LEARNERS) and "GET" in methods:
                for address in self._every_address(path):
                    yield Asked("GET", address, "integration")

    def _every_address(self, path: str) -> Iterator[str]:
        if "{" not in path:
            yield path
            return
        before, _, rest = path.partition("{")
        name, _, behind = rest.partition("}")
        values = dict.fromkeys(self.in_paths[name])
        yield from (before + value + behind.replace("{level}", "1") for value in values)

    def _any(self, filled: Filled, random: random.Random) -> Asked:
        caller = random.choice(UNPRIVILEGED)
        if random.random() < 0.25:
            return Asked("POST", *_answer(filled, random, caller))
        wanted = [one for one in self.routes if one[0].startswith(LEARNERS) or one[0] in "/lab"]
        path, methods, names = random.choice(wanted if random.random() < 0.6 else self.routes)
        method = random.choice((*methods, "GET", "GET", "GET", "HEAD", "OPTIONS", "DELETE"))
        address = self._address(path, random) + random.choice(("", "", "", "", "/", "%2F", "%20"))
        return Asked(
            method, address + self._query(names, random), caller, *_said(method, b'{"selected":[]}')
        )

    def _address(self, path: str, random: random.Random) -> str:
        for name, values in self.in_paths.items():
            path = path.replace(f"{{{name}}}", random.choice(values))
        return path

    def _query(self, names: Sequence[str], random: random.Random) -> str:
        """A few of the parameters that the route reads, and sometimes one that nothing reads."""
        chosen = random.sample(names, min(len(names), random.choice((0, 1, 1, 2, 3))))
        stated = [(name, random.choice(self.in_queries[name])) for name in chosen]
        stated += [("fields", "key,explanation")] if random.random() < 0.1 else []
        return f"?{urlencode(stated)}" if stated else ""


def _said(method: str, body: bytes) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a request by that method."""
    if method == "OPTIONS":
        asks = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
        return b"", asks
    return (body, JSON) if method in {"POST", "PUT", "PATCH"} else (b"", {})


def _answer(
    filled: Filled, random: random.Random, caller: str
) -> tuple[str, str, bytes, dict[str, str]]:
    """An answer, mostly a good one: singly, in a batch, or by the form of the playground."""
    slug = random.choice([*filled.answers, *filled.hidden])
    said: dict[str, Any] = dict(random.choice(filled.answers.get(slug, [{"selected": ["zzzz"]}])))
    for name, values in WITH_ANSWERS.items():
        if random.random() < 0.15:
            said[name] = random.choice(values)
    key = {"Idempotency-Key": f"k{random.randrange(9)}"} if random.random() < 0.2 else {}
    if caller == "integration" and random.random() < 0.3:
        body = json.dumps({"submissions": [{"question": slug, **said}, {"question": "x"}]})
        return "/v1/submissions", caller, body.encode(), JSON | key
    if "selected" in said and random.random() < 0.2:
        picked = [("selected", id_) for id_ in said["selected"] or ()]
        form = urlencode([("question", slug), ("version", said.get("version", 1)), *picked])
        return "/", caller, form.encode(), FORM
    return f"/v1/questions/{slug}/submissions", caller, json.dumps(said).encode(), JSON | key


WITH_ANSWERS: dict[str, list[Any]] = {
    "version": [1, 2, 3, 9],
    "shuffle": ["S", "T"],
    "learner": ["learner 0", "somebody"],
    "language": ["de", "en", "fr", "it"],
    "selected": [["zzzz"], ["zzzz", "zzzz"], None, "text"],
    "response": [{}, {"x": 1}, {"value": "x"}, {"order": ["zzzz"]}],
    "feedback": [True],
}


def surface(app: Service, filled: Filled) -> Surface:
    """All routes of the application."""
    found = Surface([*_routes(app.routes)], _in_paths(filled), _in_queries(filled))
    for path, _, names in found.routes:
        stated = {part.partition("}")[0] for part in path.split("{")[1:]}
        found.untold.extend(
            f"{path}: no example of {name}" for name in
            sorted((stated - found.in_paths.keys()) | (set(names) - found.in_queries.keys()))
        )  # fmt: skip
    return found


def _routes(routes: Any) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    for route in iter_route_contexts(routes):
        if isinstance(route.original_route, Mount):
            yield f"{route.path}/absent.js", ("GET",), ()
            continue
        dependant = getattr(route, "dependant", None)
        names = [*_query_names(get_flat_params(dependant))] if dependant else []
        path = (route.path or "").replace(":path}", "}")
        yield path, tuple(sorted(route.methods or ())), tuple(sorted(set(names)))


def _query_names(fields: Iterable[Any]) -> Iterator[str]:
    elsewhere = (params.Path, params.Header, params.Cookie)
    for one in fields:
        if not isinstance(one.field_info, elsewhere):
            yield one.alias


def _in_paths(filled: Filled) -> dict[str, list[str]]:
    """For each parameter of addresses some values: right ones, hidden ones, and wrong ones."""
    shown = [*filled.drafts]
    ids = [id_ for name, id_ in filled.ids.items() if name.startswith("question ")]
    names = [*shown, *shown, *shown, *ids[:3], *ids[-5:], *filled.hidden, "absent", ABSENT]
    return {
        "name": [*names, "random", filled.ids["picture"], "quiz-question.js", "style.css"],
        "level": ["1", "2", "3", "0", "x"],
        "submission_id": [*filled.submissions, ABSENT, "x"],
        "regrade_id": [filled.ids["regrade never"], ABSENT],
        "import_id": [filled.ids["import"], ABSENT],
        "public_part": [filled.ids["public author"], "absent"],
        "language": ["de", "fr", "it", "xx"],
        "format": ["jsonl", "moodle_xml", "quarto", "absent"],
        "number": ["1", "2", "3", "9"],
        "code": ["unknown_option", "not_released", "absent"],
        "path": ["x", f"questions/{filled.hidden[0]}/x"],
    }


def _in_queries(filled: Filled) -> dict[str, list[str]]:
    """The same for each parameter of queries."""
    some = [slug_of("multiple_response", "never"), slug_of("cloze", "after_submission")]
    ids = [filled.ids[f"question {some[0]}"], filled.ids["question draft"]]
    letters, moments = ["a", "b"], ["2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "x"]
    one_of = {
        "q": ["sea", "rhine", "explanation", "feedback", "the", "x"],
        "kind": ["multiple_response", "ordering", "x"],
        "tag": ["water", "cloze", "x"],
        "language": ["en", "de", "fr", "x"],
        "sort": ["published_at", "-published_at", "title", "date", "-date", "key"],
        "include": ["total", "key"],
        "status": ["draft", "x"],
        "release": ["never", "after_submission"],
        "format": ["jsonl", "csv", "x"],
        "rule": ["net_right", "x"],
        "shuffle": ["S", "T", "U"],
        "seed": ["S", "T"],
        "id": ids,
        "slug": some,
        "question": [*some, filled.hidden[0], "absent"],
        "exclude": some,
        "external_id": ["x"],
        "filename": ["x.jsonl"],
        "learner": ["learner 0", "x"],
        "cursor": ["x", "WyJhIl0.x"],
        "next": ["/admin/questions", "https://elsewhere.example"],
        "options": ["4", "9", "x"],
        "key": letters,
        "selected": letters,
        "actor": [filled.ids["admin"]],
        "action": ["question.published"],
        "subject": ids,
        "shown": ["failed"],
    }
    alike = {
        ("dry_run", "has_draft", "ungradable", "used"): ["true", "x"],
        ("limit", "count", "version", "from", "to", "at_least"): ["1", "2", "3", "0", "x"],
        ("difficulty_min", "difficulty_max", "minimum"): ["0.5", "x"],
        ("since", "until", "changed_since", "date_from", "date_to", "submitted_after"): moments,
    }
    return one_of | {name: values for names, values in alike.items() for name in names}
