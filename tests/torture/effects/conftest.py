"""What ordeals share."""

import pytest
import structlog


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """Log lines as JSON, without stack traces: to draw them takes longer than the ordeal."""
    structlog.configure(processors=[structlog.processors.JSONRenderer()])
