"""A thread beside the requests that works off what no request waits for."""

from threading import Event, Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models import Database
from models.ids import uuid7

PAUSE = 2.0  # seconds between two looks for work of other processes; own work wakes the worker

log = structlog.get_logger()


class BackgroundWorker:
    """Does one piece of work after another. Any number of them, in any processes, share it."""

    name: str  # what it works off

    def __init__(self, database: Database) -> None:
        self.database = database
        self.id = uuid7()
        self._awake, self._stopping = Event(), Event()
        self._thread = Thread(target=self._run, name=self.name, daemon=True)

    def start(self) -> None:
        """Begin to look for work."""
        self._thread.start()

    def wake(self) -> None:
        """Look for work now."""
        self._awake.set()

    def stop(self) -> None:
        """Give back what is begun, and end."""
        self._stopping.set()
        self._awake.set()
        self._thread.join()

    def work_off(self) -> bool:
        """Do one piece of work; whether there was one."""
        raise NotImplementedError

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._awake.clear()
            try:
                found = self.work_off()
            except SQLAlchemyError as error:  # the database is away, or not set up yet
                log.warning(f"{self.name}_wait", reason=type(error).__name__)
                found = False
            if not found:
                self._awake.wait(PAUSE)
