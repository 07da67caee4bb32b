"""One computation for all who ask for the same thing at once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class _Flight(Generic[Result]):
    def __init__(self) -> None:
        self.landed = asyncio.Event()
        self.result: Result | None = None


class Flights(Generic[Result]):
    """The computations that are under way, by what they compute."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, _Flight[Result]] = {}

    async def share(
        self, name: Hashable, compute: Callable[[], Awaitable[Result | None]]
    ) -> Result | None:
        """What ``compute`` returns: ours, or that of whoever was first to ask for the name.

        Where theirs gives ``None``, fails or is cancelled, one of those that waited computes,
        and the others wait for that one.
        """
        while (theirs := self._under_way.get(name)) is not None:
            await theirs.landed.wait()
            if theirs.result is not None:
                return theirs.result
        ours = self._under_way[name] = _Flight()
        try:
            ours.result = await compute()
            return ours.result
        finally:
            del self._under_way[name]
            ours.landed.set()
