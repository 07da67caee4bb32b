"""How readers say that a question cannot be taken: one exception that carries its problems."""

from difflib import get_close_matches
from typing import NoReturn

from domain.problems import Problem

LONGEST_QUOTE = 60


class Refused(Exception):
    """A question, or a whole file, that cannot be taken, and every reason why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*(problem.message for problem in problems))
        self.problems = problems


def refuse(code: str, message: str, hint: str, line: int = 1, column: int = 1) -> NoReturn:
    """Raise :class:`Refused` for one reason."""
    raise Refused(Problem(code, message, hint, line, column))


def quote(text: str) -> str:
    """A text as it is named in a message: cut, its control characters escaped."""
    return repr(text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 3] + "...")


def did_you_mean(name: str, known: tuple[str, ...]) -> str:
    """The cure for a name that is not known: the nearest known one, else all of them."""
    near = get_close_matches(name[:LONGEST_QUOTE], known, 1)
    return f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(known)}."
