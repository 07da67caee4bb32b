"""The ``questions`` command with a fault in it: ``PLANT=module:function python -m ... serve``."""

import os

import pytest

from cli import main
from tests.torture.planting import VARIABLE, plant_named

if __name__ == "__main__":
    plant_named(os.environ[VARIABLE])(pytest.MonkeyPatch())
    main()
