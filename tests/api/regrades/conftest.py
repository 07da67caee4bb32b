"""A question whose key was wrong, answers to it, and somebody who may regrade them."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.regrades.admin import CORRECTED, WRONG, Admin
from tests.factories import Bank


@pytest.fixture
def admin(client: TestClient, bank: Bank) -> Admin:
    return Admin(client, bank.key("admin")[1])


@pytest.fixture
def sent(bank: Bank) -> dict[str, Any]:
    """Answers to a version whose key lacks the Elbe; the corrected one is published since."""
    rhine, danube, elbe, _ = bank.publish(WRONG).option_ids
    picks = {"both": (rhine, elbe), "rhine": (rhine,), "none": (), "danube": (danube,)}
    ids = {name: bank.submit(*picked).submission.id for name, picked in picks.items()}
    bank.publish(CORRECTED)
    return ids
