"""The real service for clients to talk to, and a bad network in front of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.browser.conftest import KINDS
from tests.clients.flaky import Flaky, flaky
from tests.factories import SEED_FILE
from tests.processes import questions, serving


@dataclass(frozen=True, slots=True)
class Served:
    """A service that asks for no key to read, keys for the rest, and the network before it."""

    url: str
    integration: str
    author: str
    network: Flaky


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service with the question that comes along and one of each kind."""
    folder = tmp_path_factory.mktemp("clients")
    seeded = questions("seed", str(KINDS), str(SEED_FILE), cwd=folder)
    assert seeded.exit_code == 0, seeded.output
    integration, author = (
        questions("keys", "create", "--name", role, "--role", role, cwd=folder).output.strip()
        for role in ("integration", "author")
    )
    without_limits = {"QUESTIONS_RATE_LIMIT": "off", "QUESTIONS_RATE_LIMIT_PUBLIC": "off"}
    with (
        serving(folder, "serve", settings=without_limits) as service,
        flaky(service.url) as network,
    ):
        yield Served(service.url, integration, author, network)
