"""How hard ordeals try: a share of them in ``make test``, more in ``make torture``."""

import os
from typing import TypeVar

Amount = TypeVar("Amount", int, float)

LEVELS = ("brief", "long", "full")
LEVEL = os.environ.get("TORTURE", "brief")


def effort(brief: Amount, long: Amount, full: Amount) -> Amount:
    """As much as this run is to try, which the variable ``TORTURE`` says."""
    return dict(zip(LEVELS, (brief, long, full), strict=True))[LEVEL]
