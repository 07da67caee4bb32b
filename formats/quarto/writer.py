"""From a draft to a file in the canonical style, proved by reading it back."""

from dataclasses import fields

from domain.grading import CHOICE_KINDS
from domain.questions import TRUTHS, Draft, Explanation
from formats.quarto.answer_line import write_answer
from formats.quarto.blocks import read_blocks
from formats.quarto.body import SEPARATOR
from formats.quarto.metadata import write_metadata
from formats.quarto.reader import parse
from formats.quarto.references import split_references, write_references

CALLOUT = ':::{.callout-note collapse="true" appearance="minimal"}'
HEADING = "## Expand to see the answer"


def render(draft: Draft) -> bytes:
    """The file of a draft: :func:`parse` reads exactly this draft from it.

    Raises ``ValueError`` for a draft that no file can say.
    """
    data = _write(draft).encode()
    _check(draft, data)
    return data


def _write(draft: Draft) -> str:
    parts = [
        "\n".join(["---", *write_metadata(draft), "---"]),
        draft.prompt,
        *_write_options(draft),
        f"{CALLOUT}\n{HEADING}",
        *_write_answer(draft),
        *_write_explanation(draft.explanation),
    ]
    return "\n\n".join(parts) + "\n:::\n"


def _write_answer(draft: Draft) -> list[str]:
    if draft.kind not in CHOICE_KINDS:
        return []
    if _goes_without_list(draft):
        return [str(1 in draft.key.positions)]
    return [write_answer(draft.key.positions, [option.text for option in draft.own_options])]


def _goes_without_list(draft: Draft) -> bool:
    """Whether the options are true and false, which a file need not list."""
    texts = tuple(option.text for option in draft.own_options)
    return draft.kind == "true_false" and texts == TRUTHS and len(draft.key.positions) == 1


def _write_options(draft: Draft) -> list[str]:
    if _goes_without_list(draft):
        return []
    blocks = read_blocks(draft.prompt.split("\n"))
    # Two lists with the same mark behind the number would be one list.
    follows_list = bool(blocks) and blocks[-1].kind == "ordered_list"
    mark = ")" if follows_list and blocks[-1].markup == "." else "."
    texts = enumerate((option.text for option in draft.own_options), 1)
    return [_write_option(f"{number}{mark} ", text) for number, text in texts]


def _write_option(marker: str, text: str) -> str:
    """The text indented behind its number; one that begins with a blank starts a new line."""
    lines = ["", *text.split("\n")] if text.startswith((" ", "\t")) else text.split("\n")
    indented = [" " * len(marker) + line if line else "" for line in lines[1:]]
    return "\n".join([marker + lines[0] if lines[0] else marker.rstrip(), *indented])


def _write_explanation(explanation: Explanation) -> list[str]:
    parts = [explanation.text] if explanation.text else []
    if explanation.references:
        return [*parts, write_references(explanation.references)]
    lines = explanation.text.split("\n")
    _, would_be_read = split_references(read_blocks(lines), lines)
    return [*parts, SEPARATOR] if would_be_read or lines[-1] == SEPARATOR else parts


def _check(draft: Draft, data: bytes) -> None:
    """Raise ``ValueError`` unless the file says the draft, and name what it would not say."""
    (parsed,) = parse(data)
    if parsed.draft is None:
        reasons = " ".join(f"{problem.message}" for problem in parsed.problems)
        raise ValueError(f"This question cannot be written as a Quarto file: {reasons}")
    for part in fields(Draft):
        if getattr(draft, part.name) != getattr(parsed.draft, part.name):
            raise ValueError(
                f"This question cannot be written as a Quarto file: its {part.name} would be "
                "read back differently. Remove what ends a list, a div or a code block early."
            )
