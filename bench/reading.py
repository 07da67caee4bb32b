"""Reading questions over HTTP: one, one that has not changed, and a page of 20."""

from collections.abc import Iterator, Sequence
from functools import partial

import httpx

from bench.arena import Arena, arena, contest
from bench.contestants import (
    Contestant,
    Running,
    bare,
    nginx,
    ours,
    ours_uncached,
    peer,
    started,
)
from bench.duel import Work, duel
from bench.load import LoadError
from bench.machine import sharing
from bench.requests import get, question_path

PAGE = "/v1/questions?limit=20"
ASKED = 100  # questions that are asked for in turn, so few that the warm-up meets them all


def _figures(engine: str) -> Iterator[str]:
    """The work on ours and on every peer with one worker each, on an engine."""
    yield f"{sharing()}; {engine}; no compression asked"
    with arena(engine) as made:
        yield _save_bodies(made)
        with contest(made, _contestants(made)) as running:
            yield from made.missing
            for work in _works(made):
                yield from duel(work, running)


sqlite_figures = partial(_figures, "sqlite")
postgresql_figures = partial(_figures, "postgresql")


def _save_bodies(made: Arena) -> str:
    """Keep what ours answers, for those that serve fixed bytes; tells the sizes."""
    with started(ours(made.ours), made.first_path, made.folder) as first:
        question, page = (_fetch(first, path).content for path in (made.first_path, PAGE))
    (made.folder / "question").write_bytes(question)
    (made.folder / "page").write_bytes(page)
    return (
        f"{ASKED:,} of {len(made.bank):,} questions in turn; "
        f"a document has {len(question):,} bytes, a page of 20 {len(page):,}"
    )


def _contestants(made: Arena) -> list[Contestant]:
    return [
        ours(made.ours),
        ours_uncached(made.ours),
        bare(made.folder),
        nginx(made.folder),
        peer("fastapi_sqlalchemy", made.database("fastapi"), made.exported),
        peer("litestar_sqlalchemy", made.database("litestar"), made.exported),
    ]


def _works(made: Arena) -> list[Work]:
    paths = [question_path(each) for each in made.bank[:ASKED]]
    return [
        Work("GET one question", lambda _: [get(path) for path in paths]),
        Work("GET one question, not modified", partial(_conditional, paths), status=304),
        Work("GET a page of 20", lambda _: [get(PAGE)]),
    ]


def _conditional(paths: Sequence[str], each: Running) -> list[bytes]:
    """Requests with the ETag that the contestant gave before; :class:`LoadError` without one."""
    plain = {"Accept-Encoding": "identity"}
    with httpx.Client(base_url=f"http://127.0.0.1:{each.port}", headers=plain) as client:
        tags = [client.get(path).headers.get("etag") for path in paths]
    if None in tags:
        raise LoadError("It sends no ETag.")
    return [get(path, if_none_match=tag) for path, tag in zip(paths, tags, strict=True)]


def _fetch(each: Running, path: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{each.port}{path}").raise_for_status()
