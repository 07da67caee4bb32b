"""Questions that may be published, though something in them tells the key or cannot be read.

Each check is a code of its own; docs/lint.md has a row for each.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from domain.grading import CHOICE_KINDS
from domain.pictures import REFERENCE, addresses_in, may_show
from domain.problems import Problem
from domain.questions import Draft, Option
from domain.wording import all_texts, prose_of

TELLING_FACTOR, TELLING_MARGIN = 1.5, 20  # how much longer a key may be; the margin in characters
_ABOVE = re.compile(
    r"\W*(?:(?:all|none|both|neither|any) (?:of )?(?:the )?(?:above|these|those|others?)"
    r"|alle (?:der )?(?:genannten|obigen|antworten)|keine? (?:der )?(?:genannten|obigen|antworten)"
    r"|toutes? (?:les |ces )?(?:réponses|propositions)|aucune (?:de )?(?:ces |des )?réponses"
    r"|tod[ao]s (?:las )?(?:anteriores|respuestas)|ningun[ao] de (?:las )?anteriores)\b",
    re.IGNORECASE,
)
_NO_ALT = re.compile(r"!\[\s*\]\(|<img\b(?![^>]*\balt\s*=\s*[\"']\s*[^\"'\s])[^>]*>", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:|//|#)", re.IGNORECASE)
_DISPLAY = re.compile(r"(?<!\\)\$\$")
_INLINE = re.compile(r"(?<![\\$\w])\$(?=[^\s$])((?:[^$\\]|\\.)*?[^\s\\$])\$(?![\d$])", re.DOTALL)
_MARKS = re.compile(r"\\begin\{(\w+\*?)\}|\\end\{(\w+\*?)\}|\\(left|right)\b|\\.|([{}])", re.DOTALL)


def lint(draft: Draft) -> Iterator[Problem]:
    """What an author should look at, in the order of the checks."""
    for check in CHECKS:
        yield from check(draft)


def _warning(code: str, message: str, hint: str) -> Problem:
    return Problem(code, message, hint, severity="warning")


def _no_right_option(draft: Draft) -> Iterator[Problem]:
    if draft.kind in CHOICE_KINDS and not draft.key.positions:
        yield _warning(
            "no_right_option",
            "No option is right.",
            "Mark the right ones; leave it if picking nothing is what is asked for.",
        )


def _telling_length(draft: Draft) -> Iterator[Problem]:
    """Every right option longer than every distractor, by half and by twenty characters.

    "Keep the length of choices about equal": guideline 24 of Haladyna, Downing and Rodriguez
    2002, Applied Measurement in Education 15(3), doi 10.1207/S15324818AME1503_5.
    """
    right, wrong = _lengths(draft, True), _lengths(draft, False)
    if draft.kind not in CHOICE_KINDS or not right or not wrong:
        return
    shortest, longest = min(right), max(wrong)
    if shortest >= longest * TELLING_FACTOR and shortest >= longest + TELLING_MARGIN:
        yield _warning(
            "telling_length",
            f"Right options have {shortest} characters or more, wrong ones at most {longest}.",
            "Make them about equally long: who knows nothing picks the longest.",
        )


def _lengths(draft: Draft, is_right: bool) -> list[int]:
    return [
        len(option.text.strip())
        for place, option in enumerate(draft.own_options, 1)
        if (place in draft.key.positions) == is_right
    ]


def _names_others(draft: Draft) -> Iterator[Problem]:
    if draft.kind not in CHOICE_KINDS:
        return
    for place, option in enumerate(draft.own_options, 1):
        if not option.pinned and _ABOVE.match(option.text) and _is_short(option):
            yield _warning(
                "names_others",
                f"Option {place} speaks of the others, which may stand below it once shuffled.",
                "Pin it, or let learners pick several options instead.",
            )


def _is_short(option: Option) -> bool:
    """Whether the words are all that the option says."""
    return len(option.text.split()) <= 8


def _missing_alt(draft: Draft) -> Iterator[Problem]:
    for name, text in all_texts(draft):
        if may_show(text) and _NO_ALT.search(prose_of(text)):
            yield _warning(
                "missing_alt",
                f"A picture in the {name} has no words for those who do not see it.",
                "Write what it shows: `![a plot that rises](plot.png)`.",
            )


def _relative_picture(draft: Draft) -> Iterator[Problem]:
    for name, text in all_texts(draft):
        for address in addresses_in(text):
            if not _ADDRESS.match(address) and not REFERENCE.fullmatch(address):
                yield _warning(
                    "relative_picture",
                    f"The picture {address[:80]!r} in the {name} is not found by browsers.",
                    "Import it with the question, or write its whole address on a server.",
                )


def _broken_math(draft: Draft) -> Iterator[Problem]:
    for name, text in all_texts(draft):
        if "$" in text and (fault := _math_fault(prose_of(text))):
            yield _warning("broken_math", f"A formula in the {name} {fault}.", "Mend the TeX.")


def _math_fault(prose: str) -> str | None:
    pieces = _DISPLAY.split(prose)
    if len(pieces) % 2 == 0:
        return "begins with `$$` and does not end"
    inside = [
        *pieces[1::2],
        *(found[1] for piece in pieces[::2] for found in _INLINE.finditer(piece)),
    ]
    return next((fault for tex in inside if (fault := _tex_fault(tex))), None)


def _tex_fault(tex: str) -> str | None:
    opened: list[str] = []
    for found in _MARKS.finditer(tex):
        begun, ended, side, brace = found.groups()
        closing = {"}": "{", "right": "left"}.get(brace or side or "", ended)
        if closing is None:
            opened += [mark for mark in (begun, side, brace) if mark]
        elif not opened or opened.pop() != closing:
            return f"has `{found[0]}` without what it ends"
    return f"does not end `{opened[-1]}`" if opened else None


CHECKS: Sequence[Callable[[Draft], Iterator[Problem]]] = (
    _no_right_option,
    _telling_length,
    _names_others,
    _missing_alt,
    _relative_picture,
    _broken_math,
)
