"""A line to a database that breaks on purpose: a program in between, as a pooler is one."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.engine import make_url

from tests.processes import free_port

AT_MOST = 65536  # bytes that are passed on at once


@dataclass(slots=True)
class Line:
    """Passes on what comes; ``calls`` counts how often it did in the last block that could fail.

    A line that fails passes on nothing of what came, and both sides lose the connection.
    """

    target: tuple[str, int]
    port: int = field(default_factory=free_port)
    calls: int = 0
    _count: int = 0
    _failing: int = 0
    _broken: bool = False
    _is_cut: bool = False
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def fails_at(self, number: int, *, broken: bool) -> Iterator[None]:
        """Fail at that passing on of the block, and let nobody in after it if it is then broken."""
        self._count, self._failing, self._broken = 0, number, broken
        try:
            yield
        finally:
            self.calls, self._failing, self._is_cut = self._count, 0, False

    def cut(self, is_cut: bool) -> None:
        """End all connections and let nobody in, or let them in again."""
        self._is_cut = is_cut
        if is_cut:
            self._drop_all()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Let clients in while the block lasts."""
        with socket.create_server(("127.0.0.1", self.port)) as server:
            thread = threading.Thread(target=self._accept, args=(server,), daemon=True)
            thread.start()
            yield
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
        self._drop_all()

    def _accept(self, server: socket.socket) -> None:
        with contextlib.suppress(OSError):  # it has ended
            while True:
                client, _ = server.accept()
                if self._is_cut:
                    client.close()
                else:
                    self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        try:
            database = socket.create_connection(self.target)
        except OSError:
            client.close()
            return
        with self._lock:
            self._open |= {client, database}
        for source, sink in ((client, database), (database, client)):
            threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while (came := source.recv(AT_MOST)) and self._holds():
                sink.sendall(came)
        self._drop(source, sink)

    def _holds(self) -> bool:
        with self._lock:
            self._count += 1
            fails = self._failing != 0 and self._count == self._failing
            self._is_cut = self._is_cut or (fails and self._broken)
        if self._is_cut:
            self._drop_all()
        return not fails

    def _drop(self, *ended: socket.socket) -> None:
        with self._lock:
            self._open -= set(ended)
        for one in ended:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # wakes who reads it
            one.close()

    def _drop_all(self) -> None:
        with self._lock:
            ended = set(self._open)
        self._drop(*ended)


@contextmanager
def line_to(url: str) -> Iterator[tuple[Line, str]]:
    """A line to the server of that URL, and the URL that leads over it."""
    parsed = make_url(url)
    line = Line((parsed.host or "", parsed.port or 0))
    over_it = parsed.set(port=line.port).render_as_string(hide_password=False)
    with line.listening():
        yield line, over_it
