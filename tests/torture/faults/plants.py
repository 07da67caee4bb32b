"""Mistakes that more than one ordeal must notice."""

import time
from collections.abc import Callable

import pytest
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from api import errors
from models import Database


def errors_are_mistakes(patch: pytest.MonkeyPatch) -> None:
    """Take what an engine says of its disk or its line for a mistake of ours."""
    patch.setattr(errors, "OperationalError", DataError)


def commits_are_believed(patch: pytest.MonkeyPatch) -> None:
    """Swallow what a commit says: all went well until there."""

    def write(self: Database, work: Callable[[Session], object]) -> object:
        with self._writers() as session:
            result = work(session)
            try:
                session.commit()
            except DBAPIError:
                session.rollback()
            return result

    patch.setattr(Database, "_write_once", write)


def failures_are_remembered(patch: pytest.MonkeyPatch) -> None:
    """After a failure spare the database for a while that is longer than it needs."""
    usual, spared = Database._write_once, [0.0]

    def write(self: Database, work: Callable[[Session], object]) -> object:
        if time.monotonic() < spared[0]:
            raise OperationalError("spared", None, Exception())
        try:
            return usual(self, work)
        except OperationalError:
            spared[0] = time.monotonic() + 3
            raise

    patch.setattr(Database, "_write_once", write)
