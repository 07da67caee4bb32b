"""The questions of an XML file as elements, one at a time in little memory."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from domain.problems import Problem
from formats.moodle.question import Refused

LARGEST_QUESTION = 64 * 1024 * 1024  # bytes of a file between the ends of two questions
Element = Any  # lxml carries no types
_SUBSET = Problem(
    "doctype",
    "The document type declares entities or elements.",
    "Delete what is between `[` and `]` behind `<!DOCTYPE`, or the whole declaration.",
    1,
)


class _Measured:
    """A stream that knows how much was read since the last question."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.since = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.since += len(data)
        if self.since > LARGEST_QUESTION:
            told = f"There is no end of a question within {LARGEST_QUESTION // 2**20} MiB."
            raise Refused("too_large", told, "Split the file, or keep large pictures apart.")
        return data


def read_elements(stream: BinaryIO) -> Iterator[Element | Problem]:
    """Each child of ``<quiz>``, forgotten when the next is asked for; a problem ends the file."""
    measured = _Measured(stream)
    try:
        yield from _children(measured)
    except Refused as refused:
        yield refused.problem
    except etree.XMLSyntaxError as error:
        line, column = error.position
        told = f"The file is no well-formed XML: {_reason(error)}."
        hint = "Mend it there, or export the questions from Moodle again."
        yield Problem("bad_xml", told, hint, line or None, column or None)


def _children(measured: _Measured) -> Iterator[Element]:
    events = etree.iterparse(
        measured,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    depth, root = 0, None
    for event, element in events:
        if root is None:
            root = element
            _check_root(root)
        depth += 1 if event == "start" else -1
        if event == "end" and depth == 1:
            measured.since = 0
            yield element
            root.clear()  # what was read, and the blanks between


def _check_root(root: Element) -> None:
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and (any(True for _ in dtd.iterentities()) or any(dtd.iterelements())):
        refused = Refused(_SUBSET.code, _SUBSET.message, _SUBSET.hint, _SUBSET.line)
        raise refused
    if root.tag != "quiz":
        told = f"The outermost element is `<{str(root.tag)[:40]}>`, not `<quiz>`."
        hint = "Check that this is an export of Moodle's questions."
        raise Refused("not_a_quiz", told, hint, root.sourceline, 1)


def _reason(error: etree.XMLSyntaxError) -> str:
    return str(error).partition(", line ")[0].strip()[:200] or "it ends too early"
