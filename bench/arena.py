"""The place of a group: a folder, a bank of each contestant, and the contestants that run."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.bank import QUESTIONS, export_bank, import_bank, write_files
from bench.contestants import Contestant, Running, durable_postgres, new_database, started
from bench.requests import Told, question_path, read_bank


@dataclass
class Arena:
    """A bank of ours on an engine, exported for peers, and what was started."""

    folder: Path
    server: str | None  # the URL of the PostgreSQL server, none on SQLite
    ours: str = ""
    bank: list[Told] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def exported(self) -> Path:
        """The bank as the peers read it."""
        return self.folder / "bank.json"

    def database(self, name: str) -> str:
        """The URL of an empty database."""
        if self.server:
            return new_database(self.server, name)
        return f"sqlite:///{self.folder}/{name}.db"

    @property
    def first_path(self) -> str:
        """A path that every contestant answers."""
        return question_path(self.bank[0])


@contextmanager
def empty_arena(engine: str) -> Iterator[Arena]:
    """An arena on ``sqlite`` or ``postgresql`` with an empty database for ours."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        server = stack.enter_context(durable_postgres()) if engine == "postgresql" else None
        made = Arena(folder, server)
        made.ours = made.database("ours")
        yield made


@contextmanager
def arena(engine: str, questions: int = QUESTIONS) -> Iterator[Arena]:
    """An arena with a bank of so many questions."""
    with empty_arena(engine) as made:
        write_files(made.folder / "questions", questions)
        import_bank(made.ours, made.folder / "questions")
        export_bank(made.ours, made.exported)
        made.bank = read_bank(made.exported)
        yield made


@contextmanager
def contest(
    made: Arena, contestants: Sequence[Contestant], path: str = ""
) -> Iterator[list[Running]]:
    """Start all that can be started; the reasons of the others go to ``missing``."""
    made.missing = [f"  {each.name}: left out. {each.missing}" for each in contestants
                    if each.missing]  # fmt: skip
    with ExitStack() as stack:
        yield [
            stack.enter_context(started(each, path or made.first_path, made.folder))
            for each in contestants
            if not each.missing
        ]
