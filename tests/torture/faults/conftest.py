"""What several ordeals start from."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.engine import make_url

from tests.conftest import ENGINES
from tests.postgres import execute
from tests.torture.effort import LEVEL

# Where seconds are scarce and a cheaper test of the file sees the same mistake.
longer = pytest.mark.skipif(LEVEL == "brief", reason="it takes seconds: make torture")


@pytest.fixture(params=ENGINES)
def make_empty(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes databases without tables, and gives their URLs."""

    def make() -> str:
        name = f"empty_{uuid4().hex}"
        if request.param == "sqlite":
            return f"sqlite:///{tmp_path / name}.db"
        server = make_url(request.getfixturevalue("postgres_url"))
        assert server.port
        execute(server.port, f'CREATE DATABASE "{name}" TEMPLATE template0')
        return server.set(database=name).render_as_string(hide_password=False)

    return make
