"""What a learner sends, one frozen type per question kind."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from domain.errors import Fault, RepeatedOption, TooManyOptions, UnknownOption


@dataclass(frozen=True, slots=True)
class ChoiceResponse:
    """The ids of the options a learner picked."""

    selected: frozenset[str]


def check_choice(
    selected: Sequence[str], options: Collection[str], most: int, field: str = "selected"
) -> tuple[Fault, ...]:
    """Say what is wrong with a selection: unknown ids, repeated ids, more than ``most``.

    An empty selection is a response like any other and is graded.
    """
    faults: list[Fault] = []
    seen: set[str] = set()
    for place, option in enumerate(selected):
        pointer = f"/{field}/{place}"
        if option not in options:
            faults.append(
                Fault(pointer, UnknownOption.code, "This question has no option with this id.")
            )
        elif option in seen:
            faults.append(Fault(pointer, RepeatedOption.code, "This option is picked twice."))
        seen.add(option)
    if not faults and len(selected) > most:
        faults.append(
            Fault(f"/{field}/{most}", TooManyOptions.code, f"At most {most} may be picked.")
        )
    return tuple(faults)
