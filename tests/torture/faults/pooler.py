"""PgBouncer, where it is installed: the pooler that most put before PostgreSQL."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.processes import free_port
from tests.torture.faults.nursery import wait_for

CONFIGURATION = """[databases]
* = host={host} port={at} user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 200
logfile = /dev/null
ignore_startup_parameters = extra_float_digits
"""
PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin"  # where it is not on the path of everybody


@dataclass(slots=True)
class Pooler:
    """A pooler that is stopped and started again, on the same port."""

    configuration: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; back once it listens."""
        program = shutil.which("pgbouncer", path=PLACES)
        assert program
        user = "nobody" if os.geteuid() == 0 else None
        self.process = subprocess.Popen(
            [program, "--quiet", self.configuration], user=user, stderr=subprocess.DEVNULL
        )
        wait_for(self._listens)

    def stop(self) -> None:
        """End it with all connections."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(30)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def pooler_before(url: str) -> Iterator[tuple[Pooler, str]]:
    """A pooler before the server of that URL, and the URL that leads through it."""
    parsed, port = make_url(url), free_port()
    with tempfile.TemporaryDirectory(prefix="pooler-") as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "pgbouncer.ini"
        path.write_text(CONFIGURATION.format(host=parsed.host, at=parsed.port, port=port))
        pooler = Pooler(path, port)
        pooler.start()
        try:
            yield pooler, parsed.set(port=port).render_as_string(hide_password=False)
        finally:
            pooler.stop()


def why_not() -> str:
    """Why there is none here; empty if there is."""
    if shutil.which("pgbouncer", path=PLACES):
        return ""
    return "PgBouncer is not installed (no wheel has it; apt-get install pgbouncer): a line is cut."
