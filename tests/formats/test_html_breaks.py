"""Line breaks of HTML: kept inside of a text, and never shown as a backslash at its end."""

from collections.abc import Callable

import pytest

from formats.html_text import html_to_markdown
from formats.qti.markdown import to_markdown
from formats.qti.v12.material import fragment
from formats.rendering import to_html

BREAKS = {
    "<p>Which one?<br></p>": "Which one?",
    "<p>One<br>two</p>": "One\\\ntwo",
    "<p>One<br><br>two<br><br></p><p>three</p>": "One\\\n\\\ntwo\n\nthree",
    "<br>One<br><p>two</p><br>three": "One\n\ntwo\n\nthree",
    "<b>One<br></b>two": "**One**\\\ntwo",
    "<a href='u'>One<br></a>two": None,
    "<ul><li>One<br></li><li>two</li></ul>": "- One\n- two",
    "<table><tr><td>One<br>two</td><td>three<br></td></tr></table>": (
        "| One two | three |\n|---|---|"
    ),
    "<h2>One<br>two</h2>": "## One two",
    "<pre>one<br>two</pre>": "```\none\ntwo\n```",
    "<b>&nbsp;One<br>&nbsp;</b>two": None,
    "<p>C:\\<br></p>": "C:\\\\",
}


def by_qti(source: str) -> str:
    """The markdown of HTML that stands in an item."""
    return to_markdown(fragment(source))


@pytest.mark.parametrize("read", [html_to_markdown, by_qti])
@pytest.mark.parametrize(("source", "markdown"), BREAKS.items())
def test_a_break_ends_a_line_and_no_text(
    source: str, markdown: str | None, read: Callable[[str], str]
) -> None:
    found = read(source)
    assert markdown is None or found == markdown
    assert ("\\" in to_html(found)) == ("\\" in source)
    assert to_html(found).count("<br") == (markdown or "\\\n").count("\\\n")
