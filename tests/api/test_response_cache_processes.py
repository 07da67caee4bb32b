"""Another process edits while this one's service is read: no answer is older than its request."""

import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from models import Database
from tests.factories import Bank
from tests.processes import ROOT, Service, environment, serving
from tests.torture.effort import effort

EDITS = effort(40, 400, 4000)
READERS = 3
PATHS = ("/v1/questions/rivers", "/v1/questions?limit=5", "/v1/questions?q=edit&limit=5")
# Publishes one version for each line it is given, and says so once it is committed.
EDITOR = """
import os, sys
from models import Database, open_engine
from tests.factories import Bank
bank = Bank(Database(open_engine(os.environ["DATABASE_URL"])))
for number in sys.stdin:
    bank.publish(title=f"Edit {number.strip()}.")
    print("done", flush=True)
"""


@pytest.fixture
def editor(own_url: str) -> "subprocess.Popen[str]":
    """A process that edits the bank when it is told to."""
    return subprocess.Popen(
        [sys.executable, "-c", EDITOR],
        env=environment(PYTHONPATH=str(ROOT), DATABASE_URL=own_url),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _edit(editor: "subprocess.Popen[str]", number: int) -> None:
    assert editor.stdin is not None
    assert editor.stdout is not None
    editor.stdin.write(f"{number}\n")
    editor.stdin.flush()
    assert editor.stdout.readline() == "done\n"


def _read_on(service: Service, ended: threading.Event) -> None:
    """Keep the service busy, so that edits meet reads and checks that are under way."""
    with httpx.Client(base_url=service.url) as client:
        while not ended.is_set():
            for path in PATHS:
                client.get(path)


def test_no_answer_is_older_than_its_request(
    own_database: Database, own_url: str, editor: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    Bank(own_database).publish()
    settings = {"DATABASE_URL": own_url, "QUESTIONS_RATE_LIMIT_PUBLIC": "off"}
    settings["QUESTIONS_LOG_LEVEL"] = "WARNING"
    ended, stale = threading.Event(), list[tuple[int, str]]()
    with serving(tmp_path, "serve", settings=settings) as service:
        readers = [threading.Thread(target=_read_on, args=(service, ended)) for _ in range(READERS)]
        for reader in readers:
            reader.start()
        try:
            with httpx.Client(base_url=service.url) as client:
                for number in range(EDITS):
                    _edit(editor, number)
                    stale += [(number, at) for at in PATHS if _is_old(client.get(at), number)]
        finally:
            ended.set()
            for reader in readers:
                reader.join()
            editor.communicate(timeout=30)
    assert stale == []


def _is_old(answer: httpx.Response, number: int) -> bool:
    assert answer.status_code == 200, answer.text
    return f"Edit {number}." not in answer.text
