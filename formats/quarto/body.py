"""What follows the front matter: the stem, the options and the answer callout."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.grading import CHOICE_KINDS
from domain.grading import KINDS as OTHER_KINDS
from domain.questions import TRUTHS, Explanation
from formats.lines import strip_blank_lines
from formats.quarto.answer_line import Answer, read_answer
from formats.quarto.blocks import Block, outline, read_blocks
from formats.quarto.findings import Report
from formats.quarto.option_list import ListedOption, find_options, read_options
from formats.quarto.references import split_references

# As the last line of a callout it keeps a list of readings in the text of the explanation.
SEPARATOR = "<!-- -->"


@dataclass(frozen=True, slots=True)
class Body:
    """The parts as written. ``answer_line`` is the index of the line that ``answer`` is from.

    Kinds where nothing is picked have no ``answer`` here.
    """

    prompt: str
    options: tuple[ListedOption, ...]
    answer: Answer | None
    answer_line: int
    explanation: Explanation


def read_body(lines: Sequence[str], kind: str, report: Report) -> Body | None:
    """The parts of a body whose front matter lines are blank, or ``None`` after an error."""
    blocks = read_blocks(lines)
    place = _find_callout(blocks, lines, kind in CHOICE_KINDS, report)
    before, callout, after = blocks[:place], blocks[place], blocks[place + 1 :]
    _warn_of_glue("callout_glued", before, callout, lines, report)
    answer_line, answer = callout.first_line_inside - 1, None
    inside = outline(callout.inside)
    if kind in CHOICE_KINDS:
        answer_line, answer = _read_answer(callout, lines, kind, report)
        if answer is None:
            return None
    elif inside and inside[0].kind == "heading":
        answer_line = inside[0].end - 1
    explanation = _read_explanation(lines, callout, answer_line, after, report)
    if not _lists_options(kind, answer):
        prompt = strip_blank_lines(lines[: callout.start])
        if not prompt:
            report.add("empty_stem", callout.start + 1)
        truths = TRUTHS if kind == "true_false" else ()
        listed = (ListedOption(n, text, callout.start + 1, 1) for n, text in enumerate(truths, 1))
        return Body(prompt, tuple(listed), answer, answer_line, explanation)
    options_at = find_options(before, report)
    _warn_of_glue("options_glued", before[:options_at], before[options_at], lines, report)
    prompt = _read_prompt(lines, before, options_at, callout, report)
    options = read_options(before[options_at], lines, report)
    return Body(prompt, options, answer, answer_line, explanation)


def _lists_options(kind: str, answer: Answer | None) -> bool:
    """Whether a numbered list of options is expected; true and false go without saying."""
    if kind in CHOICE_KINDS:
        return answer is None or answer.truth is None
    return OTHER_KINDS[kind].has_options


def _find_callout(
    blocks: Sequence[Block], lines: Sequence[str], answers: bool, report: Report
) -> int:
    """The place of the last callout after all numbered lists that begins with an answer line.

    Where no answer line is asked, any such callout will do. If there is none, it is the
    last callout, about which more can be said.
    """
    callouts = [place for place, block in enumerate(blocks) if block.is_callout]
    if not callouts:
        _refuse_without_callout(blocks, report)
    lists = [place for place, block in enumerate(blocks) if block.kind == "ordered_list"]
    answering = [
        place
        for place in callouts
        if place > max(lists, default=-1)
        and (not answers or read_answer(_answer_text(blocks[place], lines)[1]))
    ]
    place = (answering or callouts)[-1]
    if not blocks[place].is_closed:
        report.refuse("callout_not_closed", blocks[place].start + 1)
    return place


def _refuse_without_callout(blocks: Sequence[Block], report: Report) -> None:
    for block in blocks:
        nested = [token for token in block.inside if token.meta.get("is_callout")]
        if nested and not block.is_closed:
            report.refuse("div_not_closed", block.start + 1)
        if nested and nested[-1].map:
            report.refuse("callout_nested", nested[-1].map[0] + 1)
    report.refuse("no_callout", max((block.end for block in blocks), default=1))


def _warn_of_glue(
    code: str, before: Sequence[Block], block: Block, lines: Sequence[str], report: Report
) -> None:
    is_text = bool(before) and before[-1].kind in ("paragraph", "ordered_list")
    if is_text and lines[block.start - 1].strip(" \t"):
        report.add(code, block.start + 1)


def _read_prompt(
    lines: Sequence[str], before: Sequence[Block], at: int, callout: Block, report: Report
) -> str:
    """The text before the options, and what stands between them and the callout."""
    prompt = strip_blank_lines(lines[: before[at].start])
    if not prompt:
        report.add("empty_stem", before[at].start + 1)
    if not before[at + 1 :]:
        return prompt
    report.add("text_after_options", before[at + 1].start + 1)
    between = strip_blank_lines(lines[before[at].end : callout.start])
    return f"{prompt}\n\n{between}"


def _answer_text(callout: Block, lines: Sequence[str]) -> tuple[int, str]:
    """The index and text of the line that should say the answer: the first after the heading."""
    inside = outline(callout.inside)
    if inside and inside[0].kind == "heading" and not read_answer(lines[inside[0].start]):
        inside = inside[1:]
    return (inside[0].start, lines[inside[0].start]) if inside else (callout.start, "")


def _read_answer(
    callout: Block, lines: Sequence[str], kind: str, report: Report
) -> tuple[int, Answer | None]:
    index, text = _answer_text(callout, lines)
    answer = read_answer(text)
    if answer and answer.truth is not None and kind != "true_false":
        answer = None
    if answer is None:
        found = f"This line says `{text.strip()}`" if text else "The callout says nothing"
        column = len(text) - len(text.lstrip(" \t")) + 1
        report.add("no_answer_line", index + 1, column, found)
    return index, answer


def _read_explanation(
    lines: Sequence[str], callout: Block, answer: int, after: Sequence[Block], report: Report
) -> Explanation:
    """What follows the answer line, and what follows the callout."""
    inside = outline(callout.inside)
    has_more = _is_text_after(after, report)
    if not has_more and _stands_alone(answer, inside):
        return _split(lines[: callout.end - 1], answer, inside)
    parts = [lines[answer + 1 : callout.end - 1], lines[callout.end :] if has_more else ()]
    texts = filter(None, map(strip_blank_lines, parts))
    text = "\n\n".join(["::: callout", *texts]).split("\n")
    blocks = read_blocks([*text, "", ":::"])
    if len(blocks) > 1 or not blocks[0].is_closed:
        report.refuse("open_text_after_answer", (after[0] if after else callout).start + 1)
    return _split(text, 0, outline(blocks[0].inside))


def _stands_alone(answer: int, inside: Sequence[Block]) -> bool:
    """Whether the answer line is a paragraph, so that the other blocks are read without it."""
    return any(
        (block.kind, block.start, block.end) == ("paragraph", answer, answer + 1)
        for block in inside
    )


def _split(text: Sequence[str], answer: int, blocks: Sequence[Block]) -> Explanation:
    """The explanation that follows the line ``answer``, and its readings."""
    behind = [block for block in blocks if block.start > answer]
    end, references = split_references(behind, text)
    written = strip_blank_lines(text[answer + 1 : end])
    head, _, last = written.rpartition("\n")
    if last == SEPARATOR and not references:
        written = strip_blank_lines(head.split("\n"))
    return Explanation(written, references)


def _is_text_after(after: Sequence[Block], report: Report) -> bool:
    """Whether anything but a stray fence follows the callout."""
    if all(block.kind == "stray_fence" for block in after):
        for block in after:
            report.add("stray_fence", block.start + 1)
        return False
    report.add("text_after_answer", after[0].start + 1)
    return True
