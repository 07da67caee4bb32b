"""What every answer must tell a browser, and what no form of another page may do."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping

from api.safe_headers import YEAR
from tests.torture.access.asking import Reply, Request
from tests.torture.access.examples import Examples, examples_of
from tests.torture.access.rules import Rules
from tests.torture.access.world import World

ONCE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "strict-transport-security": f"max-age={YEAR}; includeSubDomains",
}
OF_PAGES = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
DIRECTIVES = {"default-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'"}
# What a directive may name; the description of the API styles inline, and so may drawings.
SOURCES = {
    "script-src": {"'self'"},
    "connect-src": {"'self'"},
    "form-action": {"'self'", "'none'"},
    "style-src": {"'self'", "'unsafe-inline'"},
    "img-src": {"'self'", "https:", "data:"},
    "sandbox": {""},
}
STYLED_INLINE = re.compile(r"/docs|(/v1|/admin)/media/.*")
COOKIE = {"HttpOnly", "Secure", "Path=/", "SameSite=lax"}


def unsafe(request: Request, reply: Reply) -> list[str]:
    """What a browser may do with the answer that it should not."""
    found = [*_wrong_headers(reply), *_loose_policy(request, reply), *_loose_cookies(reply)]
    return [f"{request.method} {request.path} ({reply.status}): {fault}" for fault in found]


def _wrong_headers(reply: Reply) -> Iterator[str]:
    is_page = reply.header("content-type").startswith("text/html")
    for name, value in (ONCE | (OF_PAGES if is_page else {})).items():
        if (stated := reply.all(name)) != [value]:
            yield f"{name} is {stated}"
    if reply.header("content-type").startswith("text/") and "charset=utf-8" not in reply.header(
        "content-type"
    ):
        yield "a text without charset"
    if is_page and "no-store" not in reply.header("cache-control"):
        yield "a page that caches keep"
    if reply.header("access-control-allow-credentials"):
        yield "other origins may send cookies"


def _loose_policy(request: Request, reply: Reply) -> Iterator[str]:
    policies = reply.all("content-security-policy")
    if len(policies) != 1:
        yield f"{len(policies)} policies"
        return
    stated = dict(_directive(each) for each in policies[0].split(";"))
    for name, value in DIRECTIVES.items():
        if stated.pop(name, "") != value:
            yield f"{name} is not {value}"
    for name, sources in stated.items():
        if loose := set(sources.split(" ")) - SOURCES.get(name, set()):
            yield f"{name} allows {sorted(loose)}"
        if "'unsafe-inline'" in sources and not STYLED_INLINE.fullmatch(request.path):
            yield f"{name} is inline"


def _directive(text: str) -> tuple[str, str]:
    name, _, value = text.strip().partition(" ")
    return name, value


def _loose_cookies(reply: Reply) -> Iterator[str]:
    for cookie in reply.all("set-cookie"):
        name, *attributes = cookie.split("; ")
        lacking = COOKIE - set(attributes)
        if lacking or not name.startswith("__Host-") or "Domain" in cookie:
            yield f"{name.partition('=')[0]} lacks {sorted(lacking)}"


# Forms.


FROM_ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "another site": {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"},
    "a sister": {"sec-fetch-site": "same-site", "origin": "https://sister.testserver"},
    "an old browser elsewhere": {"origin": "https://elsewhere.example"},
    "a page without referrer": {"origin": "null"},
    "another port": {"origin": "https://testserver:8443"},
}


def changing_pages(told: Rules) -> list[str]:
    """The routes that take forms: all that change something and are not of the API."""
    return [route for route in told if not route.startswith("GET ") and " /v1/" not in route]


def forged(world: World, routes: Iterable[str]) -> list[str]:
    """Forms that are done though no page of the admin's session sent them, or that change things.

    The admin's browser adds the cookie to all of them, which SameSite would mostly keep it from.
    """
    return asyncio.run(_forged(world, examples_of(world), routes))


async def _forged(world: World, examples: Examples, routes: Iterable[str]) -> list[str]:
    admin, found, before = world.people["admin"], [], world.digest()
    stranger = world.people["author"].with_session()["x-csrf-token"]
    for route in routes:
        with world.undone():
            request = examples.signing_in(admin.key) if "sign-in" in route else examples.of(route)
            for name, changes in _attempts(route, stranger):
                shown = {**admin.with_session(), **changes}
                sent = request.with_headers({key: text for key, text in shown.items() if text})
                if (reply := await world.send(sent)).status != 403:
                    found.append(f"{route} from {name}: {reply.status}")
            if changed := world.changed(before):
                found.append(f"{route} forged has changed {', '.join(changed)}")
    return found


def _attempts(route: str, stranger: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """How others send a form; who is not signed in has no session that it could carry."""
    yield from FROM_ELSEWHERE.items()
    if route.startswith("POST /admin") and not route.endswith("/sign-in"):
        yield "no page", {"x-csrf-token": ""}
        yield "another session", {"x-csrf-token": stranger}
        yield "a guess", {"x-csrf-token": "0" * 64}
