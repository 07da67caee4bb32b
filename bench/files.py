"""Question files read, written and rendered per CPU second, for the file that comes along."""

from collections.abc import Iterator
from functools import partial

from bench.measure import cpu_seconds
from domain.questions import Draft
from formats import FORMATS
from formats.rendering import to_html
from seed.load import CONTENT

REPETITIONS = 200
COPIES = 100


def figures() -> Iterator[str]:
    """Parsing, writing and rendering of the first question."""
    quarto, data = FORMATS["quarto"], (CONTENT / "vanishing-gradients.qmd").read_bytes()
    draft = quarto.read(data)[0].draft
    assert draft is not None
    texts = (draft.prompt, draft.explanation.text, *(option.text for option in draft.options))
    works = {
        "parsed": lambda: quarto.read(data),
        "written": lambda: quarto.render(draft),
        "rendered to HTML": lambda: [to_html(text) for text in texts],
    }
    for name, work in works.items():
        yield f"{1 / cpu_seconds(work, REPETITIONS):8,.0f} questions {name} per CPU second"
    yield from _others(draft)


def _others(draft: Draft) -> Iterator[str]:
    """The same question in the other formats that are written, in books of a hundred."""
    for form in FORMATS.values():
        content = form.render(draft).content if form.is_written else None
        if form.book is None or content is None:
            continue
        book = form.book.head + form.book.between.join([content] * COPIES) + form.book.tail
        parsed = COPIES / cpu_seconds(partial(form.read, book), 5)
        written = 1 / cpu_seconds(partial(form.render, draft), REPETITIONS)
        yield f"{parsed:8,.0f} questions parsed and {written:,.0f} written as {form.name}"
