"""Which engines an ordeal runs on."""

from tests.conftest import ENGINES
from tests.torture.effort import LEVEL


def engines(turn: int) -> list[str]:
    """Both. Briefly, where what is looked for is the test's own power, one by turns."""
    return [ENGINES[turn % len(ENGINES)]] if LEVEL == "brief" else [*ENGINES]
