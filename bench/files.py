"""Question files read, written and rendered per CPU second, for the file that comes along."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from bench.measure import cpu_seconds
from domain.questions import AnswerKey, Draft
from formats import FORMATS
from formats.format import Book
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
    """The question with one right option in the other formats, a hundred in a file if they can."""
    choice = replace(draft, kind="single_choice", key=AnswerKey(frozenset({1})))
    for form in FORMATS.values():
        content = form.render(choice).content if form.is_written else None
        if content is None:
            continue
        copies, book = COPIES if form.book else 1, form.book or Book()
        data = book.head + book.between.join([content] * copies) + book.tail
        parsed = copies / cpu_seconds(partial(form.read, data), max(2, 100 // copies))
        written = 1 / cpu_seconds(partial(form.render, choice), 50)
        yield f"{parsed:8,.0f} questions parsed and {written:,.0f} written as {form.name}"
