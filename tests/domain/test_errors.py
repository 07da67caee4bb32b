"""Errors document themselves, once each, under one of four kinds."""

import re
from collections.abc import Iterator

import pytest

from domain.errors import Conflict, Fault, Forbidden, Invalid, NotFound, ServiceError

KINDS = (NotFound, Conflict, Invalid, Forbidden)


def family(kind: type[ServiceError]) -> Iterator[type[ServiceError]]:
    for error in kind.__subclasses__():
        yield error
        yield from family(error)


ERRORS = [error for error in family(ServiceError) if error.__module__ == "domain.errors"]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_each_error_says_itself_what_happened_and_what_to_do(error: type[ServiceError]) -> None:
    own = vars(error)
    assert re.fullmatch("[a-z]+(_[a-z]+)*", own["code"])
    assert own["title"].strip()
    assert own["cure"].endswith(".")
    assert str(error()) == error.title
    assert str(error("detail")) == "detail"
    assert error(faults=(Fault("/a", "b", "c"),)).faults[0].pointer == "/a"


@pytest.mark.parametrize("part", ["code", "title", "cure"])
def test_no_two_errors_say_the_same(part: str) -> None:
    said = [getattr(error, part) for error in ERRORS]
    assert sorted(said) == sorted(set(said))


def test_there_are_four_kinds_and_each_error_is_of_one() -> None:
    assert tuple(ServiceError.__subclasses__()[:4]) == KINDS
    assert all(sum(issubclass(error, kind) for kind in KINDS) == 1 for error in ERRORS)
