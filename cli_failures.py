"""How commands fail: in one line that says why, and with exit code 1."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import typer

from migrations import UnusableDatabaseError
from settings import BadSettingError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def told(message: object) -> typer.Exit:
    """Say in one line what is wrong; raise the result to end with exit code 1."""
    typer.echo(f"{message}", err=True)
    return typer.Exit(1)


def plainly(command: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """A command whose expected failures are one line instead of a stack trace."""

    @wraps(command)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return command(*args, **kwargs)
        except (BadSettingError, UnusableDatabaseError) as error:
            raise told(error) from None

    return run
