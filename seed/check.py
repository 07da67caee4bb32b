"""Question files checked without a database: dialect, completeness, wording and their own tests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.problems import Problem
from operations.prepare_import import Source, prepare_source


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found about one question of a file."""

    source: str
    tests: int
    problems: tuple[Problem, ...]

    @property
    def failed(self) -> bool:
        """Whether the question could not be published."""
        return any(problem.severity == "error" for problem in self.problems)

    def lines(self) -> Iterator[str]:
        """What to say: one line for the question, one for each problem."""
        outcome = "failed" if self.failed else "fine"
        yield f"{outcome:9} {self.source}  ({self.tests} {'test' if self.tests == 1 else 'tests'})"
        for problem in self.problems:
            yield f"  {self.source}:{'' if problem.line else ' '}{problem}"


def check_files(files: Sequence[Path]) -> Iterator[Checked]:
    """Each question of each file; a file that cannot be read is a problem like any other."""
    for path in files:
        for found in prepare_source(Source(str(path), path)):
            tests = len(found.draft.tests) if found.draft else 0
            yield Checked(found.place, tests, found.problems)
