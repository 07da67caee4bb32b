"""What changed between two drafts, readable by a person."""

import json
from collections.abc import Iterator
from difflib import unified_diff

from domain.grading import Stated
from domain.questions import Draft, document


def difference(old: Draft, new: Draft) -> tuple[str, ...]:
    """Lines ``name: - old`` and ``name: + new`` for each part that differs, in reading order."""
    before, after = dict(_parts(old)), dict(_parts(new))
    return tuple(
        f"{name}: {line}"
        for name in dict.fromkeys([*before, *after])
        for line in _changed_lines(before.get(name, ""), after.get(name, ""))
    )


def _changed_lines(old: str, new: str) -> Iterator[str]:
    lines = list(unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""))
    for line in lines[2:]:  # after the two lines that name files
        if not line.startswith("@@"):
            yield f"{line[0]} {line[1:]}"


def _parts(draft: Draft) -> Iterator[tuple[str, str]]:
    """All parts by name, as texts, in reading order."""
    yield from _settings(draft)
    yield "prompt", draft.prompt
    for place, option in enumerate(draft.options, start=1):
        yield f"option {place}", f"{option.part}: {option.text}" if option.part else option.text
        yield f"feedback {place}", option.feedback or ""
        yield f"pinned {place}", "yes" if option.pinned else ""
    yield "key", _numbers(draft.key.positions) or "none"
    yield from _checks(draft)
    yield "explanation", draft.explanation.text
    yield from _references(draft)
    for name, value in draft.extra.items():
        yield name, _said(value)


def single_parts(draft: Draft) -> dict[str, str]:
    """The parts beside stem, options, key and explanation, by name, as texts."""
    own = (*_settings(draft), *_checks(draft), *_references(draft))
    return dict(own) | {f"extra {name}": _said(value) for name, value in draft.extra.items()}


def _settings(draft: Draft) -> Iterator[tuple[str, str]]:
    for name in ("title", "date", "kind", "language", "difficulty", "release", "shuffle"):
        yield name, _said(getattr(draft, name))
    yield "scoring", f"{draft.scoring.rule}, {draft.scoring.max_points} points"
    yield "option values", _document(draft.scoring.values)
    yield "oracle budget", _said(draft.oracle_budget)
    yield "tags", ", ".join(draft.tags)


def _checks(draft: Draft) -> Iterator[tuple[str, str]]:
    yield "answer", _document(draft.answer)
    for level, hint in enumerate(draft.hints, start=1):
        yield f"hint {level}", hint
    for one in draft.combinations:
        yield f"combination {_numbers(one.positions)}", one.text
    for place, test in enumerate(draft.tests, start=1):
        yield f"test {place}", f"{_json(dict(test.response))}: {test.score}"


def _references(draft: Draft) -> Iterator[tuple[str, str]]:
    for place, reference in enumerate(draft.explanation.references, start=1):
        told = (reference.lead, reference.title, f"<{reference.url or ''}>", reference.note)
        yield f"reference {place}", " ".join(part for part in told if part)


def _numbers(positions: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(positions)))


def _document(value: Stated | None) -> str:
    return "" if value is None else _json(document(value))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _said(value: object) -> str:
    return "" if value is None else str(value)
