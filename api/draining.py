"""How the service ends: it says that it is not ready first, and stops some seconds later."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import structlog

Handler = Callable[[int, FrameType | None], Any]


class Drain:
    """Whether the service has been told to end.

    Between that and its end ``/readyz`` answers 503, so that a balancer sends nothing more, while
    all that still comes is answered as ever, each connection for the last time.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.is_begun = False

    @contextmanager
    def before_the_end(self) -> Iterator[None]:
        """While the block lasts, SIGTERM reaches the server so many seconds later.

        A second one changes nothing: a supervisor and whoever stops its whole group both send it.
        SIGINT is a person, who does not want to wait, and ends the service at once.
        """
        at_last = signal.getsignal(signal.SIGTERM)
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main or not callable(at_last):  # no server that would be told by a signal
            yield
            return
        loop = asyncio.get_running_loop()

        def begin(number: int, _: FrameType | None) -> None:
            loop.call_soon_threadsafe(self._begin, loop, number, at_last)

        signal.signal(signal.SIGTERM, begin)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, at_last)

    def _begin(self, loop: asyncio.AbstractEventLoop, number: int, at_last: Handler) -> None:
        if not self.is_begun:
            self.is_begun = True
            structlog.get_logger().info("draining", seconds=self._seconds)
            loop.call_later(self._seconds, at_last, number, None)
