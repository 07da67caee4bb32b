"""Prepare the files of a large import in processes of their own, beside the one that writes."""

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from threading import Thread

from operations.prepare_import import Prepared, Source, prepare_each, prepare_sources

MANY = 400  # files; for fewer, starting a process takes longer than it saves
MOST_PROCESSES = 4  # more than one writer can keep up with

Prepare = Callable[[Sequence[Source]], tuple[Prepared, ...]]


def processes_for(files: int) -> int:
    """How many processes are worth starting for an import; none for a small one."""
    return min(os.cpu_count() or 1, MOST_PROCESSES) if files > MANY else 0


def prepare_many(
    chunks: Iterable[Sequence[Source]],
    *,
    form: str,
    tag: str | None,
    processes: int,
    most: int | None = None,
) -> Iterator[tuple[int, tuple[Prepared, ...]]]:
    """For each chunk of files, in order, their number and their questions.

    With ``processes``, a few chunks ahead of who takes them. Else, if there are more than ``most``
    questions in a chunk, so many at a time, of which the last ones come with all of its files.
    """
    if not processes:
        for chunk in chunks:
            yield from _pieces(len(chunk), prepare_each(chunk, form, tag), most)
        return
    work: Prepare = partial(prepare_sources, form=form, tag=tag)
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _follow_parent)
    try:
        yield from _ahead(pool, work, chunks, 2 * processes)
    finally:
        pool.shutdown(cancel_futures=True)


def _pieces(
    files: int, questions: Iterator[Prepared], most: int | None
) -> Iterator[tuple[int, tuple[Prepared, ...]]]:
    piece = tuple(islice(questions, most))
    while following := tuple(islice(questions, most)):
        yield 0, piece
        piece = following
    yield files, piece


def _ahead(
    pool: ProcessPoolExecutor, work: Prepare, chunks: Iterable[Sequence[Source]], most: int
) -> Iterator[tuple[int, tuple[Prepared, ...]]]:
    waiting = deque[tuple[int, Future[tuple[Prepared, ...]]]]()
    for chunk in chunks:
        waiting.append((len(chunk), pool.submit(work, chunk)))
        if len(waiting) > most:
            files, next_one = waiting.popleft()
            yield files, next_one.result()
    for files, left in waiting:
        yield files, left.result()


def _follow_parent() -> None:
    """End with the parent, even one that is killed, and leave the interrupt key to it."""
    gc.freeze()  # the modules live as long as the process
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_after_parent, daemon=True).start()


def _end_after_parent() -> None:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)
