"""For each route that changes something a request that does: what ordeals go through.

A route without one is found by walking the application's routes, and so is one that is gone.
"""

from collections.abc import Callable, Iterator

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from domain.questions import Option
from tests.api.authors import RIVERS
from tests.factories import SEED_FILE
from tests.torture.effects.scene import Asked, Scene

SAFE = {"GET", "HEAD", "OPTIONS"}
QUESTIONS, ADMIN = "/v1/bank/questions", "/admin/questions"
Make = Callable[[Scene], Asked]
NO_CHANGE = {
    "POST /v1/bank/scoring-lab",
    "POST /v1/learners/export",
    "POST /admin/questions/preview",
    "POST /admin/audit/verify",
}


def changing_routes(app: FastAPI) -> set[str]:
    """Method and path of all routes that may change something, by their methods."""
    return set(_changing(app))


def _changing(app: FastAPI) -> Iterator[str]:
    for route in iter_route_contexts(app.routes):
        for method in set(route.methods or ()) - SAFE:
            yield f"{method} {route.path}"


def _step(step: str, slug: Callable[[Scene], str]) -> dict[str, Make]:
    """A step of a question: by the API, and by the button of its page."""

    def by_form(scene: Scene) -> Asked:
        name = slug(scene)
        return scene.form(f"{ADMIN}/{name}/{step}", etag=scene.etag(name))

    return {
        f"POST {QUESTIONS}/{{name}}/{step}": lambda it: it.said(f"{QUESTIONS}/{slug(it)}/{step}"),
        f"POST {ADMIN}/{{name}}/{step}": by_form,
    }


def _answer(scene: Scene) -> Asked:
    return scene.said(f"/v1/questions/{scene.published()}/submissions", {"selected": []})


def _answers(scene: Scene) -> Asked:
    said = {"submissions": [{"question": scene.published(), "selected": []}]}
    return scene.said(
        "/v1/submissions", said, "integration", Idempotency_Key=f"once-{scene.another()}"
    )


def _edit(scene: Scene) -> Asked:
    slug = scene.published()
    return scene.form(f"{ADMIN}/{slug}/edit", **scene.typed(slug, title="Other rivers"))


def _new(scene: Scene) -> Asked:
    slug = f"new-{scene.another()}"
    typed = scene.typed(slug="", title="Rivers", kind="multiple_response")
    return scene.form(f"{ADMIN}/new", **{**typed, "slug": [slug]})


def _patch(scene: Scene) -> Asked:
    slug = scene.published()
    return scene.sent(
        f"{QUESTIONS}/{slug}",
        b'{"title": "Other rivers"}',
        Content_Type="application/merge-patch+json",
        If_Match=scene.etag(slug),
    )


def _translate(scene: Scene) -> Asked:
    plain = (Option("The Rhine"), Option("The Danube"), Option("The Elbe"))
    version = scene.bank.publish(slug=f"english-{scene.another()}", options=plain)
    options = {id_: f"Fluss {id_}" for id_ in version.option_ids}
    said = {"title": "Flüsse", "prompt": "Welche?", "options": options, "explanation": "So."}
    address = f"{QUESTIONS}/{version.question.slug}/translations/de"
    return scene.said(address, said, If_None_Match="*")


def _translated(scene: Scene, *, publish: bool) -> str:
    slug = scene.published()
    scene.bank.translate(slug=slug, publish=publish)
    return slug


def _unseen(scene: Scene) -> str:
    return f"{_translated(scene, publish=False)}/translations/de"


def _seen(scene: Scene) -> str:
    return f"{_translated(scene, publish=True)}/translations/de"


def _regrade(scene: Scene) -> dict[str, str]:
    slug = scene.answered().question.slug
    return {"question": slug, "reason": "So it is.", "mode": "full_credit"}


def _plan(scene: Scene) -> Asked:
    said = _regrade(scene)
    body = {"scope": {"question": said.pop("question")}, **said}
    return scene.said("/v1/bank/regrades", body)


def _other_key(scene: Scene) -> str:
    return scene.bank.key()[0].public_part


def _import(scene: Scene) -> Asked:
    title = f"title: Imported {scene.another()}".encode()
    content = SEED_FILE.read_bytes().replace(b"title: ", title + b" ", 1)
    return scene.sent("/v1/bank/imports", content, Content_Type="text/markdown")


def _learner(scene: Scene) -> dict[str, str]:
    learner = f"learner-{scene.another()}"
    scene.bank.submit(question=scene.published(), learner=learner)
    return {"learner": learner}


CHANGES: dict[str, Make] = {
    "POST /v1/questions/{name}/submissions": _answer,
    "POST /v1/submissions": _answers,
    "POST /": lambda it: it.form(
        "/", question=it.published(), kind="multiple_response", version="1"
    ),
    "POST /v1/bank/scoring-lab": lambda it: it.said(
        "/v1/bank/scoring-lab", {"options": 2, "key": ["a"], "selected": ["a"]}
    ),
    "POST /v1/learners/export": lambda it: it.said("/v1/learners/export", _learner(it)),
    "POST /v1/learners/erase": lambda it: it.said("/v1/learners/erase", _learner(it)),
    "POST /v1/keys": lambda it: it.said("/v1/keys", {"name": "new", "role": "author"}),
    "DELETE /v1/keys/{public_part}": lambda it: it.said(f"/v1/keys/{_other_key(it)}"),
    "PUT /v1/bank/questions/{name}": lambda it: it.said(
        f"{QUESTIONS}/new-{it.another()}", RIVERS, If_None_Match="*"
    ),
    "PATCH /v1/bank/questions/{name}": _patch,
    "POST /v1/bank/questions/{name}/copy": lambda it: it.said(
        f"{QUESTIONS}/{it.published()}/copy", {"slug": f"copy-{it.another()}"}
    ),
    "DELETE /v1/bank/questions/{name}": lambda it: it.said(f"{QUESTIONS}/{it.draft()}"),
    "PUT /v1/bank/questions/{name}/translations/{language}": _translate,
    "POST /v1/bank/questions/{name}/translations/{language}/publish": lambda it: it.said(
        f"{QUESTIONS}/{_unseen(it)}/publish"
    ),
    "DELETE /v1/bank/questions/{name}/translations/{language}": lambda it: it.said(
        f"{QUESTIONS}/{_seen(it)}"
    ),
    "POST /v1/bank/imports": _import,
    "POST /v1/bank/media": lambda it: it.sent(
        "/v1/bank/media", it.picture(), Content_Type="image/png"
    ),
    "POST /v1/bank/regrades": _plan,
    "POST /v1/bank/regrades/{regrade_id}/apply": lambda it: it.said(
        f"/v1/bank/regrades/{it.plan()}/apply"
    ),
    "POST /v1/bank/regrades/{regrade_id}/undo": lambda it: it.said(
        f"/v1/bank/regrades/{it.applied()}/undo"
    ),
    "POST /admin/sign-in": lambda it: it.signed_in().form(  # it ends the session that it comes with
        "/admin/sign-in", key=it.keys["admin"]["Authorization"].removeprefix("Bearer ")
    ),
    "POST /admin/sign-out": lambda it: it.signed_in().form("/admin/sign-out"),
    "POST /admin/questions/preview": lambda it: it.form(f"{ADMIN}/preview", **it.typed()),
    "POST /admin/questions/new": _new,
    "POST /admin/questions/{name}/edit": _edit,
    "POST /admin/questions/{name}/copy": lambda it: it.form(
        f"{ADMIN}/{it.published()}/copy", slug=f"copy-{it.another()}"
    ),
    "POST /admin/questions/{name}/translations/{language}/publish": lambda it: it.form(
        f"{ADMIN}/{_unseen(it)}/publish"
    ),
    "POST /admin/questions/{name}/translations/{language}/withdraw": lambda it: it.form(
        f"{ADMIN}/{_seen(it)}/withdraw"
    ),
    "POST /admin/imports": lambda it: it.upload("/admin/imports", "a.qmd", SEED_FILE.read_bytes()),
    "POST /admin/imports/{import_id}": lambda it: it.form(f"/admin/imports/{it.checked()}"),
    "POST /admin/media": lambda it: it.upload("/admin/media", "a.png", it.picture()),
    "POST /admin/regrades": lambda it: it.form("/admin/regrades", **_regrade(it)),
    "POST /admin/regrades/{regrade_id}/apply": lambda it: it.form(
        f"/admin/regrades/{it.plan()}/apply"
    ),
    "POST /admin/regrades/{regrade_id}/undo": lambda it: it.form(
        f"/admin/regrades/{it.applied()}/undo"
    ),
    "POST /admin/keys": lambda it: it.form("/admin/keys", name="new", role="author"),
    "POST /admin/keys/{public_part}/revoke": lambda it: it.form(
        f"/admin/keys/{_other_key(it)}/revoke"
    ),
    "POST /admin/audit/verify": lambda it: it.form("/admin/audit/verify"),
    "POST /admin/questions/{name}/delete": _step("delete", Scene.draft).popitem()[1],
    **_step("review", Scene.draft),
    **_step("publish", Scene.draft),
    **_step("retire", Scene.published),
    **_step("reopen", Scene.retired),
}
