"""Faults that are planted on purpose: no test of safety counts that was never seen to fail.

A plant changes the service through a ``MonkeyPatch``, and has a docstring that says which mistake
it stands for. In this process it is undone by the fixture; a service of its own gets it by
``serving(..., plant=...)``, which starts :mod:`tests.torture.service` instead of the command.
"""

import importlib
from collections.abc import Callable

import pytest

VARIABLE = "PLANT"
Plant = Callable[[pytest.MonkeyPatch], None]


def name_of(plant: Plant) -> str:
    """How another process finds it: ``module:function``."""
    return f"{plant.__module__}:{plant.__name__}"


def plant_named(name: str) -> Plant:
    """The plant of that name."""
    module, _, function = name.partition(":")
    plant: Plant = getattr(importlib.import_module(module), function)
    return plant
