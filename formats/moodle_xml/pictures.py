"""Pictures in the texts of a question as Moodle carries them: in base64 behind the text."""

import re
from base64 import b64encode
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

_TEXT = re.compile(rb"<text>([^<]*)</text>")


def embed(content: bytes, pictures: Mapping[str, bytes]) -> tuple[bytes, set[str]]:
    """The question with these pictures, in each text those that it names by their paths; and the
    paths of those that some text names.
    """
    spelled = {escape(path).encode(): path for path in pictures}
    if not spelled:
        return content, set()
    placed: set[str] = set()
    named = re.compile(b"|".join(map(re.escape, spelled)))

    def with_files(found: re.Match[bytes]) -> bytes:
        shown = dict.fromkeys(spelled[one] for one in named.findall(found[1]))
        placed.update(shown)
        text = named.sub(lambda one: b"@@PLUGINFILE@@/" + _name(spelled[one[0]]), found[1])
        files = b"".join(_file(path, pictures[path]) for path in shown)
        return b"<text>" + text + b"</text>" + files

    return _TEXT.sub(with_files, content), placed


def _name(path: str) -> bytes:
    return escape(path.rpartition("/")[2]).encode()


def _file(path: str, content: bytes) -> bytes:
    name = quoteattr(path.rpartition("/")[2]).encode()
    return b'<file name=%s path="/" encoding="base64">%s</file>' % (name, b64encode(content))
