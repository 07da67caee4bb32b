"""What every file must come to: its questions or the reasons why not, soon and in bounds."""

import resource
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from traceback import extract_tb
from typing import NamedTuple

from domain.completeness import advice, completeness
from domain.problems import Problem
from domain.questions import content_hash
from formats import FORMATS, SNIFFED, Format, find_format, is_question_file
from formats.archive import open_archive
from formats.format import Parsed
from tests.formats.fuzz.corpus import ZIP

SLOWEST = 2.0  # seconds of processor time for a file
LARGEST = 200 * 1024  # KiB more than before


class Found(NamedTuple):
    """What went wrong with a file: the kind of fault and where, the same for equal faults."""

    what: str
    where: str


class TooSlow(BaseException):
    """Raised into whatever runs too long; nothing that is read catches it."""


def fault_in(target: str, data: bytes, is_written: bool = False) -> Found | None:
    """What goes wrong when the file is read and, if wanted, written in its format again."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        with _limited():
            read = _read(target, data)
            for parsed in read:
                _judge(parsed, FORMATS.get(target) if is_written else None)
    except (Exception, TooSlow) as error:
        return Found(f"{type(error).__name__}: {str(error)[:100]}", _place(error))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return Found(f"It took {grown} KiB.", target) if grown > LARGEST else None


def _read(target: str, data: bytes) -> Sequence[Parsed]:
    if target != ZIP:
        form = FORMATS[target]
        form.sniff(data[:SNIFFED])
        return form.read(data)
    return list(_members(data))


def _members(data: bytes) -> Iterator[Parsed]:
    for member in open_archive("all.zip", data, is_question_file):
        if isinstance(member.content, Problem):
            yield Parsed(None, (member.content,))
        elif form := find_format("auto", member.name, member.content[:SNIFFED]):
            yield from form.read(member.content)


def _judge(parsed: Parsed, form: Format | None) -> None:
    """A draft or a reason; the draft must bear what is done with every draft."""
    is_refused = any(one.severity == "error" for one in parsed.problems)
    assert (parsed.draft is None) == is_refused, "a draft with errors, or neither"
    assert all(one.message.strip() and one.hint.strip() for one in parsed.problems), "no words"
    assert all(one.line is None or one.line > 0 for one in parsed.problems), "no line"
    if parsed.draft is None or completeness(parsed.draft):
        return
    advice(parsed.draft)
    content_hash(parsed.draft)
    if form is not None and form.is_written:
        form.render(parsed.draft)


@contextmanager
def _limited() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooSlow(f"over {SLOWEST} s")

    earlier = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SLOWEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, earlier)


def _place(error: BaseException) -> str:
    """The innermost line of ours that raised it."""
    frames = [one for one in extract_tb(error.__traceback__) if "/formats/" in one.filename]
    frames = [one for one in frames if "/tests/" not in one.filename] or frames
    last = frames[-1]
    return f"{last.filename.rpartition('/formats/')[2]}:{last.lineno} {last.name}"


def smallest(target: str, data: bytes, found: Found, is_written: bool, tries: int = 400) -> bytes:
    """The file without all that the same fault does not need."""
    size = len(data) // 2
    while size and tries > 0:
        start = 0
        while start < len(data) and tries > 0:
            less = data[:start] + data[start + size :]
            again, tries = fault_in(target, less, is_written), tries - 1
            if again and again.where == found.where:
                data = less
            else:
                start += size
        size //= 2
    return data
