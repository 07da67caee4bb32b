"""What grading one answer costs, and what may be asked about the rules."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations, cycle, islice, product

from bench.measure import cpu_seconds, resident_mib
from domain.grading import (
    RULES,
    ChoiceKey,
    ChoiceResponse,
    Rule,
    expected_scores,
    find_rule,
    grade,
    oracle_budget,
)
from tests.processes import ROOT, environment

REPETITIONS = 2_000
MANY = 1_000_000
KEY = ChoiceKey(("senv", "dapz", "gpnu", "3swy"), frozenset({"dapz", "gpnu"}))
RESPONSE = ChoiceResponse(frozenset({"dapz", "senv"}))
IMPORT = """
import time
{before}
started = time.process_time()
import domain.grading
print(time.process_time() - started)
"""
# What loads on the first model of any process, whatever it is for.
PYDANTIC = """
from pydantic import BaseModel, StringConstraints, TypeAdapter
class Any(BaseModel): number: int
"""


def figures() -> Iterator[str]:
    """CPU time of grading, importing, chance and the oracle budget; memory of many grades."""
    seconds, slowest = max((_grading(rule), rule.name) for rule in RULES.values())
    yield f"{_grading(find_rule('all_or_nothing')) * 1e6:8.1f} us of CPU to grade an answer"
    yield f"{seconds * 1e6:8.1f} us under the slowest rule, {slowest}"
    alone, beside = (min(_importing(each) for _ in range(5)) for each in ("", PYDANTIC))
    yield f"{beside * 1e3:8.1f} ms to import all {len(RULES)} rules and the other kinds"
    yield f"{alone * 1e3:8.1f} ms with pydantic, which every process of the service imports"
    before, after = _memory_of_grading()
    yield f"{before:8.1f} MiB held before, {after:.1f} after {MANY:,} grades in one process"
    seconds, slowest = max((_guessing(rule), rule.name) for rule in RULES.values())
    yield f"{seconds * 1e3:8.1f} ms for the chance scores of 64 options, 32 right ({slowest})"
    for options in (4, 5, 6, 64):
        seconds, slowest = max((_asking(rule, options), rule.name) for rule in RULES.values())
        yield f"{seconds * 1e3:8.1f} ms for the oracle budget of {options} options ({slowest})"


def _grading(rule: Rule) -> float:
    return cpu_seconds(lambda: grade(KEY, RESPONSE, rule), REPETITIONS)


def _memory_of_grading() -> tuple[float, float]:
    """MiB held before and after, once every response has been graded by every rule."""
    responses = [
        ChoiceResponse(frozenset(some))
        for size in range(len(KEY.options) + 1)
        for some in combinations(KEY.options, size)
    ]
    pairs = list(product(responses, RULES.values()))
    for response, rule in pairs:
        grade(KEY, response, rule)
    before = resident_mib()
    for response, rule in islice(cycle(pairs), MANY):
        grade(KEY, response, rule)
    return before, resident_mib()


def _importing(before: str = "") -> float:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT.format(before=before)],
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        check=True,
    )
    return float(done.stdout)


def _guessing(rule: Rule) -> float:
    return cpu_seconds(lambda: expected_scores.__wrapped__(rule, 64, 32), 1, rounds=3)


def _asking(rule: Rule, options: int) -> float:
    return cpu_seconds(lambda: oracle_budget.__wrapped__(rule, options), 1, rounds=1)
