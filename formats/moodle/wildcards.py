"""Answers of Moodle with `*` for any letters, as patterns and back."""

import re

_PARTS = re.compile(r"\\\*|\*|\\\\|[^*\\]+|\\")
_ESCAPED = re.compile(r"\\([^a-zA-Z0-9])|\.\*|([^\\.*+?()\[\]{}|^$]+)")


def has_wildcard(answer: str) -> bool:
    """Whether an asterisk stands for any letters."""
    return "*" in _PARTS.findall(answer)


def literal(answer: str) -> str:
    """The text that an answer without wildcards stands for."""
    return answer.replace("\\*", "*")


def pattern_of(answer: str) -> str:
    """A regular expression that matches what the answer with wildcards does."""
    return "".join(_pattern(part) for part in _PARTS.findall(answer))


def answer_of(pattern: str) -> str | None:
    """The answer with wildcards that :func:`pattern_of` makes this pattern of, if there is one."""
    parts, end = [], 0
    while end < len(pattern):
        found = _ESCAPED.match(pattern, end)
        if found is None:
            return None
        parts.append("*" if found[0] == ".*" else escape(found[1] or found[2]))
        end = found.end()
    answer = "".join(parts)
    return answer if has_wildcard(answer) and pattern_of(answer) == pattern else None


def escape(text: str) -> str:
    """The answer that stands for a text without wildcards."""
    return text.replace("*", "\\*")


def _pattern(part: str) -> str:
    if part == "*":
        return ".*"
    return re.escape("*" if part == "\\*" else part)
