"""Other log lines for a while, and then those that were before."""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import structlog


@contextmanager
def logging_as(**configuration: Any) -> Iterator[None]:
    """Configure structlog meanwhile; what is not given stays."""
    before = structlog.get_config()
    structlog.configure(**configuration)
    try:
        yield
    finally:
        structlog.configure(**before)


def quietly() -> AbstractContextManager[None]:
    """Log nothing of what is made to fail: to spell out where takes longer than to fail."""
    return logging_as(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
