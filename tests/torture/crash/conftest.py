"""What the ordeals of crashes share."""

import pytest

from tests.torture.crash.nursery import warm_up


@pytest.fixture(scope="session")
def nursery() -> None:
    """Starts of the command wait for no imports."""
    warm_up()
