"""The code that the playground offers to copy does what it says, for every kind of question."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable

import httpx
import pytest
from lxml import html

from tests.browser.conftest import NAMES, Served
from tests.clients.tools import NODE

HIDDEN = {"unreleased"}  # whose scores are not told


def code_of(page: str, name: str) -> str:
    """What the button beside that code copies."""
    (block,) = html.fromstring(page).xpath(f"//pre[@aria-label='{name}']")
    return str(block.text_content())


def run(command: list[str], code: str) -> str:
    done = subprocess.run([*command, code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def curl() -> list[str]:
    if not shutil.which("curl"):
        pytest.skip("curl is missing.")
    return ["sh", "-c"]


LANGUAGES: dict[str, Callable[[], list[str]]] = {
    "curl": curl,
    "fetch": lambda: [NODE, "--input-type=module", "-e"],
    "Python": lambda: [sys.executable, "-c"],
}


@pytest.mark.parametrize("name", LANGUAGES)
def test_code_reads_the_question_and_submits_the_answer(served: Served, name: str) -> None:
    command = LANGUAGES[name]()
    for slug in NAMES:
        before = served.count(slug)
        page = httpx.get(f"{served.url}/", params={"question": slug}).text
        told = run(command, code_of(page, name))
        question = httpx.get(f"{served.url}/v1/questions/{slug}").json()
        assert told.startswith('{"id":' if name == "curl" else question["prompt"]["markdown"])
        assert ("earns" in told) == (slug not in HIDDEN), told
        assert served.count(slug) == before + 1


QUOTES = 'it\'s "so" $HOME \\ `x` ${y} ü'


@pytest.mark.parametrize("name", LANGUAGES)
def test_code_sends_the_visitors_own_answer_whatever_it_holds(served: Served, name: str) -> None:
    fields = {"question": "short-text", "version": "1", "kind": "short_text", "text": QUOTES}
    page = httpx.post(f"{served.url}/", data=fields).text
    code = code_of(page, name)
    # Print what was sent instead of what came of it.
    code = code.replace("graded.score", "graded.response.text").replace(
        'graded["score"]', 'graded["response"]["text"]'
    )
    told = run(LANGUAGES[name](), code)
    assert (json.dumps(QUOTES, ensure_ascii=False) if name == "curl" else QUOTES) in told
