"""What ordeals share."""

from collections.abc import Iterator

import pytest
import structlog

from tests.quietly import logging_as


@pytest.fixture(scope="package", autouse=True)
def _no_stack_traces() -> Iterator[None]:
    """To draw them takes longer than the ordeal."""
    with logging_as(processors=[structlog.processors.JSONRenderer()]):
        yield
