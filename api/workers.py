"""What a worker process serves, where uvicorn's supervisor keeps several of them on one port."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from shutil import rmtree
from tempfile import TemporaryDirectory
from threading import Thread

from fastapi import FastAPI

from api.app import create_app
from api.logs import configure_logs
from api.measurements import FOLDER
from settings import Settings

APPLICATION = f"{__name__}:application"


def application() -> FastAPI:
    """The application for the settings of the environment, in a process of its own."""
    settings = Settings.load()
    configure_logs(settings.log_level, settings.log_format)
    Thread(target=_end_with_supervisor, name="supervisor", daemon=True).start()
    return create_app(settings)


@contextmanager
def sharing_measurements() -> Iterator[None]:
    """Let processes that are started in the block measure into one private folder.

    What one of them has counted stays there when it is killed; the folder goes with the block.
    """
    with TemporaryDirectory(prefix="questions-metrics-") as folder:
        os.environ[FOLDER] = folder
        yield


def _end_with_supervisor() -> None:
    """Stop when the supervisor is gone: one that is killed cannot say so, nor clear up."""
    if supervisor := parent_process():
        supervisor.join()
        rmtree(os.environ[FOLDER], ignore_errors=True)
        os.kill(os.getpid(), signal.SIGTERM)
