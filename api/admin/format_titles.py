"""What the formats of question files are called by people."""

from collections.abc import Iterable, Mapping

from formats import AUTO, FORMATS

TITLES: Mapping[str, str] = {
    AUTO: "Found out for each file",
    "quarto": "Quarto (.qmd)",
    "moodle_xml": "Moodle XML",
    "gift": "GIFT",
    "aiken": "Aiken",
    "qti3": "QTI 3.0",
    "qti22": "QTI 2.2",
    "qti21": "QTI 2.1",
    "qti12": "QTI 1.2",
    "jsonl": "JSON Lines",
    "csv": "CSV table",
    "markdown": "Markdown quiz",
    "rexams": "R/exams",
    "jupyterquiz": "JupyterQuiz",
    "mdbook_toml": "mdBook quiz (TOML)",
    "text2qti": "text2qti",
}
if TITLES.keys() != {AUTO, *FORMATS}:
    raise LookupError("Each registered format needs a title.")


def titled(names: Iterable[str]) -> dict[str, str]:
    """The titles of these formats, in an order in which people look for them."""
    wanted = set(names)
    return {name: title for name, title in TITLES.items() if name in wanted}
