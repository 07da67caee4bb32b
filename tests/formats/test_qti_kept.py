"""Markdown that is kept beside what is shown of it: believed as long as nobody changed that."""

from dataclasses import replace
from xml.sax.saxutils import escape

import pytest

from formats import FORMATS
from formats.qti import text
from tests.factories import DRAFT

PROMPT = "Which *rivers*\n\n* of *Europe*\n* of {{Asia}}?"  # its list would come back with hyphens
RIVERS = replace(DRAFT, prompt=PROMPT)
NAMES = ("qti3", "qti22", "qti21", "qti12")


def written(name: str) -> bytes:
    content = FORMATS[name].render(RIVERS).content
    assert content is not None
    assert b"<?markdown" in content
    return content


def prompt_of(name: str, content: bytes) -> str:
    (parsed,) = FORMATS[name].read(content)
    assert parsed.draft is not None
    return parsed.draft.prompt


@pytest.mark.parametrize("name", NAMES)
def test_what_is_unchanged_is_believed_without_rendering_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = written(name)

    def never(_: str) -> str:
        raise AssertionError("it was rendered")

    monkeypatch.setattr(text, "to_html", never)
    assert prompt_of(name, content) == PROMPT


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("change", [("Europe", "Africa"), ("em>", "strong>")])
def test_what_was_edited_is_read_as_edited(name: str, change: tuple[str, str]) -> None:
    shown, _, kept = written(name).partition(b"<?markdown")
    for old, new in (change, tuple(map(escape, change))):  # QTI 1.2 escapes its HTML
        shown = shown.replace(old.encode(), new.encode())
    edited = shown + b"<?markdown" + kept
    prompt = prompt_of(name, edited)
    assert prompt != PROMPT
    assert ("Africa" in prompt) != ("**rivers**" in prompt)


@pytest.mark.parametrize("name", NAMES)
def test_without_its_digest_a_text_is_believed_if_it_is_shown_alike(name: str) -> None:
    content = written(name)
    start = content.index(b"<?markdown [") + len(b'<?markdown ["')
    assert prompt_of(name, content[:start] + b"0" * 16 + content[start + 16 :]) == PROMPT
