"""Wording that goes wrong once the options stand in another order."""

import re
from collections.abc import Iterator

from domain.problems import Problem
from domain.questions import Draft

_CODE = re.compile(r"(`{3,}|~{3,}).*?(?:\1|\Z)|(`+)(?!`).*?(?<!`)\2(?!`)", re.DOTALL)
_NUMBERED = re.compile(
    r"\b(?:options?|answers?|choices?|alternatives?|statements?)\s+"
    r"(?P<label>[1-9][0-9]?|(?-i:[A-Z]))\b(?![.,][0-9]|\s?%)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\b(?:first|second|third|fourth|fifth|sixth|last)\s+(?:option|answer|choice|alternative)\b",
    re.IGNORECASE,
)

# Letters of each of these words, those left out that Unicode writes in more than two ways.
_MENTIONS = ("opt", "wer", "cho", "alternat", "tatement")


def bare_references(draft: Draft) -> Iterator[Problem]:
    """Options named by where they stand, as in "option 2" or "the first answer".

    An error where the question asks to be shuffled. Otherwise a warning, since a frontend may
    shuffle any question.
    """
    own = draft.own_options
    if all(option.pinned for option in own):
        return
    texts = tuple(all_texts(draft))
    if not _mentions_options("\n".join(text for _, text in texts)):  # as most do not
        return
    for name, text in texts:
        if found := _find(text, len(own)):
            yield Problem(
                "bare_option_reference",
                f"The {name} says `{found}`, which is wrong once the options are shuffled.",
                "Write `{option:2}` for the number in explanations, feedback and hints; "
                "elsewhere say what the option says, or pin the options.",
                severity="error" if draft.shuffle else "warning",
            )


def shared_texts(draft: Draft) -> Iterator[tuple[str, str]]:
    """The texts that every learner reads alike, by the name of their place."""
    yield "stem", draft.prompt
    for place, option in enumerate(draft.options, 1):
        yield f"option {place}", option.text


def labelled_texts(draft: Draft) -> Iterator[tuple[str, str]]:
    """The texts in which ``{option:2}`` becomes the number that a learner saw."""
    yield "explanation", draft.explanation.text
    for place, option in enumerate(draft.options, 1):
        yield f"feedback on option {place}", option.feedback or ""
    for place, one in enumerate(draft.combinations, 1):
        yield f"feedback on combination {place}", one.text
    for level, hint in enumerate(draft.hints, 1):
        yield f"hint {level}", hint


def prose_of(text: str) -> str:
    """The text without its code."""
    return _CODE.sub(" ", text)


def all_texts(draft: Draft) -> Iterator[tuple[str, str]]:
    """All of them, by the name of their place."""
    yield from shared_texts(draft)
    yield from labelled_texts(draft)


def _mentions_options(text: str) -> bool:
    plain = text.lower()
    return any(mention in plain for mention in _MENTIONS)


def _find(text: str, options: int) -> str | None:
    if not _mentions_options(text):
        return None
    prose = prose_of(text)
    for found in _NUMBERED.finditer(prose):
        named = found["label"]
        place = int(named) if named.isdigit() else ord(named.upper()) - ord("A") + 1
        is_name = found[0] == prose.strip()  # an option that calls itself "Statement 1"
        if 1 <= place <= options and not is_name:
            return " ".join(found[0].split())
    counted = _COUNTED.search(prose)
    return " ".join(counted[0].split()) if counted else None
