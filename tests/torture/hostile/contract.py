"""What schemathesis finds: requests made from the OpenAPI document, answers held to it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.openapi import from_asgi

from tests.torture.effort import LEVEL, effort

WALKS = effort(8, 50, 500)  # along the links
# Checks that do not fit, each with its reason; a run prints them.
OFF = {
    "positive_data_acceptance": "what fits a schema may name no object that is there, or "
    "contradict itself: it is refused by 422, which the document says",
    "missing_required_header": "the one header that is required is the key, and learners need "
    "none where the bank is public",
}


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
            for check in checks:
                if check.failure_info is not None:
                    label = recorder.cases[case].value.operation.label
                    self.found[f"{label}: {check.failure_info.failure.title}"] += 1


def ask(app: Any, token: str | None, *, examples: int, seed: int, only: Sequence[str] = ()) -> Run:
    """Send so many examples of each operation, or of those named, and walk the links."""
    run = Run()
    for event in _events(app, _config(token, examples, seed), only):
        if isinstance(event, events.ScenarioFinished):
            run.add(event.recorder)
        elif isinstance(event, events.NonFatalError):
            run.found[f"{event.label}: {event.value}"] += 1
        elif isinstance(event, events.FatalError):
            run.found[str(event.exception)] += 1
    return run


def _events(
    app: Any, config: SchemathesisConfig, only: Sequence[str]
) -> Iterator[events.EngineEvent]:
    schema = from_asgi("/openapi.json", app, config=config)
    yield from from_schema(schema.include(operation_id=list(only)) if only else schema).execute()


def _config(token: str | None, examples: int, seed: int) -> SchemathesisConfig:
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
                    "enabled": True,
                    "max-steps": 10,
                    "generation": generation | {"max-examples": WALKS},
                },
            },
        }
        | ({"auth": {"openapi": {"key": {"bearer": token}}}} if token else {})
    )
