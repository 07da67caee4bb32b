"""Log lines: for people on a terminal, as JSON for machines. Never keys, never answers."""

import asyncio
import atexit
import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

import structlog

LONGEST_WAIT = 0.05  # seconds that a line of a request waits for others

log = structlog.get_logger()


class _Requests:
    """How lines of requests are written: as all others, or, being most of them, many at once."""

    as_json = False
    are_told = True

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, line: str) -> None:
        """Write the line soon, at the latest when the process ends."""
        self._lines.append(line)
        if len(self._lines) == 1:
            asyncio.get_running_loop().call_later(LONGEST_WAIT, self.write)

    def write(self) -> None:
        """Write what waits."""
        lines, self._lines = "".join(self._lines), []
        sys.stderr.write(lines)
        sys.stderr.flush()


_requests = _Requests()
atexit.register(_requests.write)


def log_request(
    request_id: bytes,
    method: str,
    route: str,
    status: int,
    seconds: float,
    ids: Mapping[str, str],
) -> None:
    """Write the line of a request, if lines are told.

    The id must be a plain token, and so must be what it has in traces.
    """
    if not _requests.are_told:
        return
    milliseconds = round(seconds * 1000, 2)
    if _requests.as_json:
        _write_line(request_id.decode(), method, route, status, milliseconds, ids)
        return
    log.info(
        "request",
        request_id=request_id.decode(),
        method=method,
        route=route,
        status=status,
        milliseconds=milliseconds,
        **ids,
    )


def log_refusal(request_id: str, status: int, client: str, key: str | None) -> None:
    """Write that somebody was not let in, or may not; the key by what may be shown of it."""
    log.warning("refused", request_id=request_id, status=status, client=client, key=key)


def _write_line(
    request_id: str,
    method: str,
    route: str,
    status: int,
    milliseconds: float,
    ids: Mapping[str, str],
) -> None:
    """The line of the renderer, which takes ten times as long as all else for a kept answer."""
    of_trace = "".join(f'"{name}": "{value}", ' for name, value in ids.items())
    _requests.add(
        f'{{"request_id": "{request_id}", "method": {_text(method)}, "route": {_text(route)}, '
        f'"status": {status}, "milliseconds": {milliseconds}, {of_trace}"event": "request", '
        f'"level": "info", "timestamp": "{datetime.now(UTC).isoformat()[:-6]}Z"}}\n'
    )


@lru_cache(maxsize=1000)
def _text(value: str) -> str:
    return json.dumps(value)


def configure_logs(level: str, form: Literal["auto", "console", "json"]) -> None:
    """Send all log lines, those of libraries too, to standard error in one form."""
    for_people = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = (
        # Without the values of local variables: they are keys and answers.
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if for_people
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    _requests.as_json = not for_people
    _requests.are_told = logging.getLevelName(level) <= logging.INFO
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # Every start of Alembic says twice that it starts; only its warnings are news.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # So does our kind of pool of its end, being none of the library's own.
    logging.getLogger("models").setLevel(logging.WARNING)
