"""Question files read, written and rendered per CPU second, for the file that comes along."""

from collections.abc import Iterator
from dataclasses import replace

from bench.measure import cpu_seconds
from domain.questions import AnswerKey, Draft
from formats import FORMATS, Format
from formats.rendering import to_html
from seed.load import CONTENT

REPETITIONS = 200
BOOKS = ("moodle_xml", "gift", "aiken")
IN_A_BOOK = 200


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
    for name in BOOKS:
        yield from _book_figures(FORMATS[name], draft)


def _book_figures(form: Format, draft: Draft) -> Iterator[str]:
    """Reading of a file that holds the question many times, as far as the format can say it."""
    choice = replace(draft, kind="single_choice", key=AnswerKey(frozenset({1})))
    rendered = form.render(choice).content
    assert rendered is not None
    assert form.book is not None
    data = form.book.head + form.book.between.join([rendered] * IN_A_BOOK) + form.book.tail
    seconds = cpu_seconds(lambda: form.read(data), 1) / IN_A_BOOK
    yield f"{1 / seconds:8,.0f} questions parsed per CPU second from a file of {form.name}"
    seconds = cpu_seconds(lambda: form.render(choice), IN_A_BOOK)
    yield f"{1 / seconds:8,.0f} questions written and proved per CPU second in {form.name}"
