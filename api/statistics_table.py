"""The statistics of a question as a table: one row for each figure, pattern, option and time."""

import json
from collections.abc import Iterator, Sequence

from fastapi import Request, Response

from api.responses import PRIVATE, document_response
from api.schemas.statistics import EstimateOut, ItemStatisticsOut
from formats.csv_table.rows import write_row

CSV = "text/csv; charset=utf-8"
HEADER = ("part", "name", "text", "right", "count", "share", "mean_score", "low", "high", "exact")
Cell = str | int | float | bool | None


def table_response(request: Request, told: ItemStatisticsOut) -> Response:
    """The table as a file to keep."""
    file = f"{told.question.slug}-version-{told.question.version}-statistics.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return document_response(
        request, statistics_table(told), cache_control=PRIVATE, headers=headers, media_type=CSV
    )


def statistics_table(told: ItemStatisticsOut) -> bytes:
    """The table as CSV. No cell is run by a spreadsheet; empty is what does not apply."""
    return b"".join(write_row(list(map(_text, row))) for row in (HEADER, *_rows(told)))


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)


def _rows(told: ItemStatisticsOut) -> Iterator[Sequence[Cell]]:
    yield from _figures(told)
    for pattern in told.patterns.items:
        name = pattern.letters
        text = (
            None if pattern.response is None else json.dumps(pattern.response, ensure_ascii=False)
        )
        counts = (pattern.count, pattern.share, pattern.mean_score)
        yield "pattern", name, text, pattern.correct, *counts, None, None, None
    if told.patterns.others:
        yield _row("pattern", "others", told.patterns.others)
    for one in told.options:
        rates = (one.picked, one.share, one.mean_score)
        yield "option", one.letter, one.markdown, one.right, *rates, None, None, one.id
    if told.time is not None:
        for name in ("p25_ms", "p50_ms", "p75_ms", "p90_ms"):
            yield _row("time", name, getattr(told.time, name))


def _figures(told: ItemStatisticsOut) -> Iterator[Sequence[Cell]]:
    yield "question", told.question.slug, told.title, *(None,) * 7
    yield _row("question", "version", told.question.version)
    yield _row("answers", "submissions", told.submissions)
    yield _row("answers", "learners", told.learners)
    yield _estimate("facility", None, told.facility)
    yield _estimate("correct", told.correct_count, told.correct)
    if told.chance is not None:
        for name, number in (("score", told.chance.score), ("correct", told.chance.correct)):
            yield "chance", name, *(None,) * 4, number.decimal, None, None, number.exact


def _row(part: str, name: str, count: int | None) -> Sequence[Cell]:
    return part, name, None, None, count, *(None,) * 5


def _estimate(name: str, count: int | None, found: EstimateOut | None) -> Sequence[Cell]:
    if found is None:
        return "answers", name, None, None, count, *(None,) * 5
    figures = (found.mean, found.low, found.high, found.exact)
    return "answers", name, None, None, count, None, *figures
