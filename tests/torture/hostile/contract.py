"""What schemathesis finds: requests made from the OpenAPI document, answers held to it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.openapi import from_asgi

from tests.torture.effort import LEVEL, effort

WALKS = effort(20, 50, 500)  # along the links
# Checks that do not fit, each with its reason; a run prints them.
OFF = {
    "positive_data_acceptance": "what fits a schema may name no object that is there, or "
    "contradict itself: it is refused by 422, which the document says",
    "missing_required_header": "the one header that is required is the key, and learners need "
    "none where the bank is public",
}


# Negative data that is good data.
ACCEPTED = {
    "POST /v1/bank/imports: Schema-violating request accepted": "a text file may say anything; "
    "what is wrong is told question by question",
    "POST /v1/submissions: Schema-violating request accepted": "each answer of a batch is refused "
    "by itself",
}
LAST = "revoke_key"  # it also revokes the caller's own, and then nobody is let in


@dataclass(slots=True)
class Run:
    """What a run came to."""

    found: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    transitions: int = 0

    @property
    def requests(self) -> int:
        """How many were sent."""
        return self.statuses.total()

    def add(self, recorder: Any) -> None:
        """Take over what a scenario has recorded."""
        for interaction in recorder.interactions.values():
            if interaction.response is not None:
                self.statuses[interaction.response.status_code] += 1
        self.transitions += sum(case.transition is not None for case in recorder.cases.values())
        for case, checks in recorder.checks.items():
            label = recorder.cases[case].value.operation.label
            failed = (check.failure_info.failure for check in checks if check.failure_info)
            told = (f"{label}: {failure.title}" for failure in failed)
            self.found.update(what for what in told if what not in ACCEPTED)


def ask(app: Any, token: str | None, *, examples: int, seed: int, only: Sequence[str] = ()) -> Run:
    """Send so many examples of each operation, or of those named, and walk the links."""
    run = Run()
    schema = from_asgi("/openapi.json", app, config=_config(token, examples, seed))
    if only:
        parts = [schema.include(operation_id=list(only))]
    else:
        alone = from_asgi("/openapi.json", app, config=_config(token, examples, seed, walks=False))
        parts = [schema.exclude(operation_id=LAST), alone.include(operation_id=LAST)]
    for event in chain.from_iterable(from_schema(part).execute() for part in parts):
        if isinstance(event, events.ScenarioFinished):
            run.add(event.recorder)
        elif isinstance(event, events.NonFatalError):
            run.found[f"{event.label}: {event.value}"] += 1
        elif isinstance(event, events.FatalError):
            run.found[str(event.exception)] += 1
    return run


def _config(
    token: str | None, examples: int, seed: int, *, walks: bool = True
) -> SchemathesisConfig:
    generation = {"max-examples": examples, "database": "none", "no-shrink": True}
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "continue-on-failure": True,
            "generation": generation | {"with-security-parameters": False},
            "checks": {"enabled": True} | {name: {"enabled": False} for name in OFF},
            "phases": {
                "examples": {"enabled": LEVEL != "brief"},
                "coverage": {"enabled": LEVEL != "brief"},
                "stateful": {
                    "enabled": walks,
                    "max-steps": 10,
                    "generation": generation | {"max-examples": WALKS},
                },
            },
        }
        | ({"auth": {"openapi": {"key": {"bearer": token}}}} if token else {})
    )
