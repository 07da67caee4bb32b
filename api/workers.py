"""What a worker process serves, where uvicorn's supervisor keeps several of them on one port."""

import os
import signal
from multiprocessing import parent_process
from threading import Thread

from fastapi import FastAPI

from api.app import create_app
from api.logs import configure_logs
from settings import Settings

APPLICATION = f"{__name__}:application"


def application() -> FastAPI:
    """The application for the settings of the environment, in a process of its own."""
    settings = Settings.load()
    configure_logs(settings.log_level, settings.log_format)
    Thread(target=_end_with_supervisor, name="supervisor", daemon=True).start()
    return create_app(settings)


def _end_with_supervisor() -> None:
    """Stop when the supervisor is gone: one that is killed cannot say so."""
    if supervisor := parent_process():
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)
