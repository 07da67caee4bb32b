"""The same callers at the two ways past the framework: they must not know rules of their own."""

import httpx

from models import Database
from tests.factories import Bank
from tests.torture.access.people import invite
from tests.torture.access.rules import rules

READ, DRAW = "GET /v1/questions/{name}", "GET /v1/questions/random"
LIST, ANSWER = "GET /v1/questions", "POST /v1/questions/{name}/submissions"
TIMES = 3  # a key is looked up, an answer is kept, and then both are known


def wrong_on_short_ways(database: Database, url: str, slug: str) -> list[str]:
    """Callers who get something else than the table says, once the service knows them."""
    Bank(database).publish(slug=slug)
    people, told, found = invite(database), rules(), []
    with httpx.Client(base_url=url, timeout=60) as client:
        for route in (READ, DRAW, LIST, ANSWER):
            method, _, path = route.format(name=slug).partition(" ")
            body: dict[str, list[str]] | None = {"selected": []} if method == "POST" else None
            for caller in told[route].keys() - {"private"}:
                shown = people[caller].at(path)
                for time in range(TIMES):
                    status = client.request(method, path, json=body, headers=shown).status_code
                    answer = "yes" if status in {200, 201} else str(status)
                    if answer != told[route][caller]:
                        found.append(f"{route} for {caller}, time {time + 1}: {answer}")
    return found
