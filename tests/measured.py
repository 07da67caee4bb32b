"""What `/metrics` tells, read as Prometheus reads it."""

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

SUBMITTING = "/v1/questions/{name}/submissions"


@dataclass(frozen=True)
class Measured:
    """The numbers of one page."""

    samples: tuple[Sample, ...]
    families: dict[str, str]  # the name of each metric, as it is documented, and its type

    @classmethod
    def of(cls, page: str) -> "Measured":
        """The numbers of a page in the text format."""
        found = list(text_string_to_metric_families(page))
        names = {
            f"{one.name}_total" if one.type == "counter" else one.name: one.type for one in found
        }
        return cls(tuple(sample for one in found for sample in one.samples), names)

    def sum(self, name: str, **labels: str) -> float:
        """The sum of all numbers of that name that have these labels."""
        return sum(
            sample.value
            for sample in self.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def outcomes(self) -> dict[str, int]:
        """What became of submissions."""
        name = "questions_submissions_total"
        return {
            sample.labels["outcome"]: int(sample.value)
            for sample in self.samples
            if sample.name == name
        }


def since(before: Measured, now: Measured) -> Callable[..., float]:
    """How much more there is now, as ``Measured.sum`` tells it."""
    return lambda name, **labels: now.sum(name, **labels) - before.sum(name, **labels)
