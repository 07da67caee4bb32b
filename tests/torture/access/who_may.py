"""The ordeal: each cell of the table is asked for. What is refused tells and does nothing."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote

from tests.torture.access.asking import Reply, Request, json_request, posted
from tests.torture.access.browser import unsafe
from tests.torture.access.examples import WITHOUT_TRACE, examples_of
from tests.torture.access.rules import REFUSALS, Rules
from tests.torture.access.world import SEED, World
from tests.torture.effort import effort

LEARNERS = ("nobody", "publishable", "integration a", "author")  # to whom drafts are not there
Ask = Callable[[str], Request]
# What differs between two answers to one caller: which request it was, and how many came before.
PASSING = {"x-request-id", "ratelimit", "ratelimit-policy"}
CURIOUS = (*LEARNERS, "integration b", "another author")
PROBING = ("nobody", "publishable", "integration b")  # who looks for what is there, in brief
DOERS = ("author", "reviewer", "admin", "integration a")  # each with a session that can end


def answer_of(reply: Reply) -> str:
    """What the table would say of an answer."""
    location = reply.header("location")
    if reply.status == 303 and location.startswith("/admin/sign-in?next="):
        return "sign in"
    is_done = reply.status in {200, 201, 202, 204, 303}
    return "yes" if is_done else str(reply.status)


def wrong_answers(world: World, told: Rules, routes: Iterable[str]) -> list[str]:
    """Cells of the table that are not as it says, side effects of refusals, and what they tell."""
    walk = _Walk(world, told)
    return asyncio.run(walk.through(routes))


class _Walk:
    def __init__(self, world: World, told: Rules) -> None:
        self._world, self._told = world, told
        self._examples = examples_of(world)
        self._before = world.digest()

    async def through(self, routes: Iterable[str]) -> list[str]:
        found: list[str] = []
        for route in routes:
            cells = self._told[route]
            refused = [caller for caller, answer in cells.items() if answer in REFUSALS]
            found += await self._refuses(route, refused)
            found += await self._does(route, [one for one in cells if one not in refused])
        return found

    async def _refuses(self, route: str, callers: list[str]) -> list[str]:
        """Ask as all who are refused; nothing may have changed afterwards."""
        found: list[str] = []
        with self._world.undone():
            for caller in callers:
                reply, wrong = await self._cell(route, caller)
                found += wrong + await self._tells(route, caller, reply)
            if changed := self._world.changed(self._before):
                found.append(f"{route} refused has changed {', '.join(changed)}")
        return found

    async def _does(self, route: str, callers: list[str]) -> list[str]:
        """Ask as those who may, each in the same bank; what one of them did must be seen in it.

        In brief every second of them: what does not open to who may, other tests miss, too.
        """
        found: list[str] = []
        doer = next((one for one in DOERS if one in callers), None)
        some = callers[SEED % 2 * effort(1, 0, 0) :: effort(2, 1, 1)]
        for caller in [one for one in callers if one in some or one == doer]:
            with self._world.undone():
                _, wrong = await self._cell(route, caller)
                found += wrong
                if caller == doer and not _is_reading(route):
                    has_done = bool(self._world.changed(self._before))
                    found += [] if has_done else [f"{route} for {caller} did nothing"]
        return found

    async def _cell(self, route: str, caller: str) -> tuple[Reply, list[str]]:
        expected, request = self._told[route][caller], self._request(route, caller)
        reply = await self._world.ask(caller, request)
        wrong = unsafe(request, reply)
        answers = {answer_of(reply)}
        if caller == "nobody" and request.method == "GET":
            answers.add(answer_of(await self._world.ask(caller, replace(request, method="HEAD"))))
        others = sorted(answers - {expected})
        wrong += [f"{route} for {caller}: {answer}, not {expected}" for answer in others]
        return reply, wrong

    async def _tells(self, route: str, caller: str, reply: Reply) -> list[str]:
        """Who is refused must not hear whether it is there."""
        missing = self._examples.missing(route)
        if missing is None or not (effort(False, True, True) or caller in PROBING):
            return []
        absent, name, other = missing
        told = shape_of(await self._world.ask(caller, absent), other)
        return [] if told == shape_of(reply, name) else [f"{route} tells {caller} what is there"]

    def _request(self, route: str, caller: str) -> Request:
        if route == "POST /admin/sign-in":
            return self._examples.signing_in(self._world.people[caller].key)
        return self._examples.of(route)


def shape_of(reply: Reply, name: str) -> tuple[object, ...]:
    """An answer without the name that was asked for, and without what differs each time."""
    headers = [(key, value) for key, value in reply.headers if key not in PASSING]
    body = reply.body.replace(reply.header("x-request-id").encode(), b"ID")
    named = [(key, value.replace(quote(name), "NAME")) for key, value in headers]
    return reply.status, sorted(named), body.replace(name.encode(), b"NAME")


def seen_of_others(world: World, callers: Collection[str] = CURIOUS) -> list[str]:
    """What these callers are told of things that are another's, or not published.

    Each is asked for beside something that is not there; listings must not name it.
    """
    return asyncio.run(_seen(world, callers))


async def _seen(world: World, callers: Collection[str]) -> list[str]:
    found: list[str] = []
    for caller, hidden, requests in _hidden(world.ids):
        if caller not in callers:
            continue
        absent = hidden[:-1] + ("0" if hidden[-1] != "0" else "1")
        for request in requests:
            there = shape_of(await world.ask(caller, request(hidden)), hidden)
            missing = shape_of(await world.ask(caller, request(absent)), absent)
            if there != missing:
                found.append(f"{request(hidden).path} tells {caller} of {hidden}")
    for caller, hidden, listing in _unlisted(world.ids):
        if caller not in callers:
            continue
        reply = await world.ask(caller, listing)
        if reply.status != 200 or hidden.encode() in reply.body:
            found.append(f"{listing.path} lists {hidden} for {caller}")
    return found


def _hidden(ids: Mapping[str, str]) -> Iterator[tuple[str, str, list[Ask]]]:
    """Who does not see what, and the requests that name it."""
    answers: list[Ask] = [
        lambda name: Request("GET", f"/v1/submissions/{name}"),
        lambda name: Request("GET", f"/v1/submissions/{name}/grades"),
        lambda name: Request("GET", f"/v1/submissions/{name}/receipt"),
    ]
    imports: list[Ask] = [
        lambda name: Request("GET", f"/v1/bank/imports/{name}"),
        lambda name: Request("GET", f"/admin/imports/{name}"),
        lambda name: Request("GET", f"/admin/imports/{name}/progress"),
        lambda name: posted(f"/admin/imports/{name}", []),
    ]
    drafts: list[Ask] = [
        lambda name: Request("GET", f"/v1/questions/{name}"),
        lambda name: Request("GET", f"/v1/questions/{name}", "version=1"),
        lambda name: Request("GET", f"/v1/questions/{name}/hints/1"),
        lambda name: Request("GET", "/", f"question={name}"),
        lambda name: Request("GET", "/lab", f"question={name}"),
        lambda name: json_request("POST", f"/v1/questions/{name}/submissions", {"selected": []}),
    ]
    many: list[Ask] = [
        lambda name: json_request(
            "POST", "/v1/submissions", {"submissions": [{"question": name, "selected": []}]}
        )
    ]
    yield "integration b", ids["submission"], answers
    yield "another author", ids["import"], imports
    for caller in LEARNERS:
        for slug in ("drafted", "checked", "retired"):
            yield caller, slug, drafts + (many if caller == "integration a" else [])


def _unlisted(ids: Mapping[str, str]) -> Iterator[tuple[str, str, Request]]:
    """Who is not told of what in which list."""
    yield "integration b", ids["submission"], Request("GET", "/v1/submissions")
    yield "integration b", ids["submission"], Request("GET", "/v1/submissions", "question=rivers")
    yield "another author", ids["import"], Request("GET", "/admin/imports")
    for slug in ("drafted", "checked", "retired"):
        for path in ("/v1/questions", "/v1/questions/random", "/"):
            yield "nobody", f'"{slug}"', Request("GET", path)


def _is_reading(route: str) -> bool:
    return route.startswith("GET ") or route in WITHOUT_TRACE
