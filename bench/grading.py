"""What grading one answer costs."""

from collections.abc import Iterator

from bench.measure import cpu_seconds
from domain.grading import ChoiceKey, ChoiceResponse, find_rule, grade

REPETITIONS = 20_000
KEY = ChoiceKey(("senv", "dapz", "gpnu", "3swy"), frozenset({"dapz", "gpnu"}))
RESPONSE = ChoiceResponse(frozenset({"dapz", "senv"}))


def figures() -> Iterator[str]:
    """CPU time of one grade of a choice question."""
    rule = find_rule("all_or_nothing")
    seconds = cpu_seconds(lambda: grade(KEY, RESPONSE, rule), REPETITIONS)
    yield f"{seconds * 1e6:8.1f} microseconds of CPU to grade an answer to a choice question"
