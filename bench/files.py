"""Question files read, written and rendered per CPU second, for the file that comes along."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench.measure import cpu_seconds
from formats import FORMATS
from formats.rendering import to_html
from seed.load import CONTENT

REPETITIONS = 200
PAGE = Path(__file__).parents[1] / "docs" / "formats" / "qti.md"


def figures() -> Iterator[str]:
    """Parsing, writing and rendering of the first question."""
    quarto, data = FORMATS["quarto"], (CONTENT / "vanishing-gradients.qmd").read_bytes()
    draft = quarto.read(data)[0].draft
    assert draft is not None
    texts = (draft.prompt, draft.explanation.text, *(option.text for option in draft.options))
    works: dict[str, Callable[[], object]] = {
        "parsed": lambda: quarto.read(data),
        "written": lambda: quarto.render(draft),
        "rendered to HTML": lambda: [to_html(text) for text in texts],
    }
    example = re.findall("```xml\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)[0].encode()
    works["parsed from short QTI 3 items"] = partial(FORMATS["qti3"].read, example)
    for version in ("qti3", "qti12"):
        form, item = FORMATS[version], FORMATS[version].render(draft).content or b""
        works[f"parsed as {version}"] = partial(form.read, item)
        works[f"written as {version}"] = partial(form.render, draft)
    for name, work in works.items():
        yield f"{1 / cpu_seconds(work, REPETITIONS):8,.0f} questions {name} per CPU second"
