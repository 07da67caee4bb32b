"""A valid request for each route: who may send it gets it done."""

import json
from dataclasses import replace
from functools import lru_cache

from api.element import element
from tests.api.authors import MERGE_PATCH, RIVERS
from tests.factories import SEED_FILE
from tests.pictures import png
from tests.torture.access.asking import Request, json_request, posted, upload
from tests.torture.access.world import LEARNER, World

# What is done by a request of another method than GET without a trace in the bank.
WITHOUT_TRACE = frozenset(
    {
        "POST /v1/bank/scoring-lab",
        "POST /v1/learners/export",
        "POST /admin/questions/preview",
        "POST /admin/audit/verify",
    }
)
BANK = "/v1/bank/questions"
# The pages whose forms are sent.
PAGES = (
    "/?question=rivers",
    "/admin/questions/drafted",
    "/admin/questions/drafted/edit",
    "/admin/questions/checked",
    "/admin/questions/rivers",
    "/admin/regrades/{planned}",
    "/admin/regrades/{applied}",
    "/admin/keys/{key}",
    "/admin/imports/{import}",
    "/admin/audit",
)


class Examples:
    """A request for each route to this world's bank."""

    def __init__(self, world: World) -> None:
        self._world, self._ids = world, world.ids
        self._forms = world.forms(*(page.format(**world.ids) for page in PAGES))
        self._written = self._bodies() | self._pages()

    def of(self, route: str) -> Request:
        """The request; of a GET only the address has to be known."""
        if route in self._written:
            return self._written[route]
        method, _, template = route.partition(" ")
        path = self._path(route)
        if method == "POST" and template.startswith("/admin"):
            return posted(path, self._forms.get(path, []))
        return Request(method, path, QUERIES.get(route, ""))

    def signing_in(self, key: str) -> Request:
        """A key brought to the door of the pages."""
        return posted("/admin/sign-in", [("key", key)])

    def missing(self, route: str) -> tuple[Request, str, str] | None:
        """The same request for something that is not there, and the names of both; or none.

        The names are of one length, so that answers which differ in nothing else are alike.
        """
        named = next((name for name in NAMED if f"{{{name}}}" in route), None)
        if named is None:
            return None
        request, there = self.of(route), self._named(route, named)
        absent = there[:-1] + ("0" if there[-1] != "0" else "1")
        return replace(request, path=request.path.replace(there, absent)), there, absent

    def _path(self, route: str) -> str:
        names = {name: self._named(route, name) for name in (*NAMED, *PLAIN)}
        return route.partition(" ")[2].format(**names)

    def _named(self, route: str, name: str) -> str:
        """What stands in the address of a route in place of a parameter."""
        if name in PLAIN:
            return "fr" if route.endswith("{language}/publish") else PLAIN[name]
        if name == "regrade_id":
            return self._ids["applied" if route.endswith("undo") else "planned"]
        if name != "name":
            return self._ids[name.removesuffix("_id").replace("public_part", "key")]
        if "/media/" in route:
            return self._ids["media"]
        return next((known for end, known in NAMES.items() if route.endswith(end)), "rivers")

    def _bodies(self) -> dict[str, Request]:
        bank, answer, learner = BANK, {"selected": [self._ids["option"]]}, {"learner": LEARNER}
        tag = ("if-match", self._world.etag(f"{bank}/drafted"))
        french = self._world.done("admin", Request("GET", f"{bank}/rivers/translations/fr"))
        texts = ("title", "prompt", "options", "explanation", "feedback", "hints", "combinations")
        translated = {name: json.loads(french.body)[name] for name in texts} | {"title": "Fleuves"}
        return {
            "POST /v1/questions/{name}/submissions": json_request(
                "POST", "/v1/questions/rivers/submissions", answer
            ),
            "POST /v1/submissions": json_request(
                "POST", "/v1/submissions", {"submissions": [{"question": "rivers", **answer}]}
            ),
            "POST /v1/bank/scoring-lab": json_request(
                "POST", "/v1/bank/scoring-lab", {"options": 4, "key": ["b"], "selected": ["b"]}
            ),
            "POST /v1/learners/export": json_request("POST", "/v1/learners/export", learner),
            "POST /v1/learners/erase": json_request("POST", "/v1/learners/erase", learner),
            "POST /v1/keys": json_request(
                "POST", "/v1/keys", {"name": "one more", "role": "author"}
            ),
            "PUT /v1/bank/questions/{name}": json_request("PUT", f"{bank}/drafted", RIVERS, tag),
            "PATCH /v1/bank/questions/{name}": Request(
                "PATCH",
                f"{bank}/drafted",
                headers=(*((n.lower(), v) for n, v in MERGE_PATCH.items()), tag),
                body=b'{"title": "Other rivers"}',
            ),
            "POST /v1/bank/questions/{name}/copy": json_request(
                "POST", f"{bank}/drafted/copy", {"slug": "copied"}
            ),
            "PUT /v1/bank/questions/{name}/translations/{language}": json_request(
                "PUT",
                f"{bank}/rivers/translations/fr",
                translated,
                ("if-match", french.header("etag")),
            ),
            "POST /v1/bank/imports": Request(
                "POST",
                "/v1/bank/imports",
                headers=(("content-type", "text/markdown"),),
                body=SEED_FILE.read_bytes(),
            ),
            "POST /v1/bank/media": Request(
                "POST", "/v1/bank/media", headers=(("content-type", "image/png"),), body=png(5, 5)
            ),
            "POST /v1/bank/regrades": json_request(
                "POST",
                "/v1/bank/regrades",
                {"reason": "So it is.", "scope": {"question": "rivers"}, "mode": "full_credit"},
            ),
        }

    def _pages(self) -> dict[str, Request]:
        forms, picture = self._forms, ("drawn.png", png(7, 7))
        typed = dict(forms["/admin/questions/drafted/edit"])
        key = {"name": "one more", "role": "author"}
        plan = {"question": "rivers", "reason": "So it is.", "mode": "full_credit"}
        edited = [*({**typed, "title": "Other rivers"}).items()]
        return {
            "POST /": posted("/", forms["/?question=rivers"]),
            "POST /admin/questions/{name}/edit": posted("/admin/questions/drafted/edit", edited),
            "POST /admin/questions/preview": posted("/admin/questions/preview", edited),
            "POST /admin/questions/new": posted(
                "/admin/questions/new", [*({**typed, "slug": "new-rivers"}).items()]
            ),
            "POST /admin/questions/{name}/copy": posted(
                "/admin/questions/drafted/copy", [("slug", "copied")]
            ),
            "POST /admin/keys": posted("/admin/keys", key.items()),
            "POST /admin/regrades": posted("/admin/regrades", plan.items()),
            "POST /admin/media": upload("/admin/media", *picture),
            "POST /admin/imports": upload("/admin/imports", "more.qmd", SEED_FILE.read_bytes()),
        }


@lru_cache(maxsize=1)
def examples_of(world: World) -> Examples:
    """The same, made once: pages have to be read for it."""
    return Examples(world)


# Parameters that name something that may be missing, and others.
NAMED = ("submission_id", "import_id", "regrade_id", "public_part", "name")
PLAIN = {
    "language": "de",
    "number": "1",
    "level": "1",
    "format": "quarto",
    "code": "unauthenticated",
    "path": "swagger-ui.css",
}
# By how a route ends.
NAMES = {
    "{name}/review": "drafted",
    "{name}/publish": "drafted",
    "{name}/delete": "drafted",
    "{name}/reopen": "checked",
    "{name}/edit": "drafted",
    "DELETE /v1/bank/questions/{name}": "drafted",
    "/static/{name}": "page.css",
    "/static/vendor/{name}": "temml-0.13.5.css",
    "/element/{name}/quiz-question.js": element().name,
}
QUERIES = {
    "GET /v1/bank/questions/{name}/diff": "from=1&to=2",
    "GET /admin/exports": "format=quarto",
}
