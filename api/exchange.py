"""What goes over the wire, to read and to copy: JSON in colours, and code that really runs."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from shlex import quote
from typing import Any

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

# A name, a text, a number, a word. ``web/static/playground.js`` colours by the same rule.
_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(?=\s*:)|("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)|([a-z]+)')
_CLASSES = (None, "nt", "s2", "mi", "kc")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A request as code: highlighted HTML before and behind the answer.

    ``quoting`` is how the answer's JSON is written there: plain, or between single quotes of a
    shell.
    """

    name: str
    before: Markup
    answer: str
    behind: Markup
    quoting: str


@dataclass(frozen=True, slots=True)
class _Language:
    name: str
    lexer: str
    code: str  # URL is the question's address as a literal, ANSWER the answer as JSON
    quoting: str = "plain"

    def literal(self, url: str) -> str:
        """The address as this language writes a text."""
        return quote(url) if self.quoting == "shell" else json.dumps(url)


_CURL = r"""curl URL

curl URL/submissions \
  -H 'Content-Type: application/json' \
  -d 'ANSWER'
"""
_FETCH = """const url = URL;
const question = await (await fetch(url)).json();
console.log(question.prompt.markdown);

const response = await fetch(`${url}/submissions`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(ANSWER),
});
const graded = await response.json();
console.log(graded.score, graded.reason);
"""
_PYTHON = """import json
from urllib.request import Request, urlopen

url = URL
question = json.load(urlopen(url))
print(question["prompt"]["markdown"])

answer = ANSWER
request = Request(
    f"{url}/submissions",
    data=json.dumps(answer).encode(),
    headers={"Content-Type": "application/json"},
)
graded = json.load(urlopen(request))
print(graded["score"], graded["reason"])
"""
_LANGUAGES = (
    _Language("curl", "bash", _CURL, "shell"),
    _Language("fetch", "javascript", _FETCH),
    _Language("Python", "python", _PYTHON),
)


def coloured(text: str) -> Markup:
    """JSON with the classes that Pygments gives its names, texts, numbers and words."""

    def marked(found: re.Match[str]) -> str:
        return f'<span class="{_CLASSES[found.lastindex or 0]}">{escape(found[0])}</span>'

    # What stands between the tokens is brackets, commas and space.
    return Markup(_TOKEN.sub(marked, text))  # noqa: S704 - escaped above


def snippets(url: str, answer: Mapping[str, Any]) -> Iterator[Snippet]:
    """Code in each language that reads the question at this address and submits the answer."""
    said = json.dumps(answer, ensure_ascii=False)
    for language in _LANGUAGES:
        html = _highlighted(language.code.replace("URL", language.literal(url)), language.lexer)
        before, _, behind = html.rpartition("ANSWER")
        text = said.replace("'", r"'\''") if language.quoting == "shell" else said
        yield Snippet(language.name, Markup(before), text, Markup(behind), language.quoting)  # noqa: S704 - of Pygments


def _highlighted(code: str, lexer: str) -> str:
    html: str = highlight(code, _lexer(lexer), HtmlFormatter(nowrap=True))
    return html


@cache
def _lexer(name: str) -> Any:
    return get_lexer_by_name(name)
