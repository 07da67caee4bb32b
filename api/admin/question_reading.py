"""From the form of a question to the document that the API takes, and back to where a fault is."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from api.admin.question_forms import (
    BOUNDS,
    FLAGS,
    NONE,
    USUAL_FLAGS,
    OptionField,
    QuestionForm,
)
from api.errors import faults_of
from api.requests import UnreadableJson, read_json
from api.schemas.drafts import DraftIn
from domain.errors import Fault, InvalidDraft
from domain.grading import CHOICE_KINDS, OPTION_RULES, OWN
from domain.grading import KINDS as OTHER_KINDS
from domain.grading.matching import TARGETS
from domain.problems import Problem

TEXTS = ("title", "kind", "prompt", "explanation", "release", "language")
NEW = "new"
_SPAN = re.compile(r"([0-9]{1,4})\s*-\s*([0-9]{1,4})")
_NAMED = re.compile(
    r"\b(?:[Ii]n the|[Tt]he) (?:(stem|explanation)|(feedback on )?option (\d+)|hint (\d+))\b"
)
# Which field a finding is told at; those of answers, and all others, at the answer or above.
_AT = {
    "slug": "bad_slug",
    "title": "missing_title long_title",
    "prompt": "missing_prompt unanswered_blank unmarked_blank",
    "tags": "duplicate_tag long_tag",
    "difficulty": "bad_difficulty",
    "language": "long_language",
    "external_id": "long_external_id",
    "options": "too_few_options too_many_options duplicate_option empty_option options_not_asked"
    " telling_length names_others no_right_option single_choice_key unknown_answer"
    " true_false_options bad_option_ids too_few_targets missing_options",
    "rule": "unknown_rule values_not_read bad_values",
    "max_points": "bad_points",
    "oracle_budget": "low_oracle_budget budget_not_known",
    "tests": "failing_test mistake_unnoticed",
}
_FIELD_OF = {code: name for name, codes in _AT.items() for code in codes.split()}


@dataclass(slots=True)
class Reading:
    """The document of a form, what in it cannot be read, and which field each pointer means."""

    form: QuestionForm
    document: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    rows: list[OptionField] = field(default_factory=list)

    def field_of(self, pointer: str) -> str:
        """The id of the field that a pointer into the document means; empty where none does."""
        while pointer:
            if pointer in self.fields:
                return self.fields[pointer]
            pointer = pointer.rpartition("/")[0]
        return ""

    def field_of_problem(self, problem: Problem) -> str:
        """The id of the field that a finding about the draft is told at."""
        named = _NAMED.search(problem.message)
        if named and named[1]:
            return "prompt" if named[1] == "stem" else "explanation"
        if named and named[3] and int(named[3]) <= len(self.rows):
            column = "feedback" if named[2] else "text"
            return f"option-{column}-{self.rows[int(named[3]) - 1].row}"
        if named and named[4]:
            return self.field_of(f"/hints/{int(named[4]) - 1}")
        usual = "options" if self.form.is_picked else "answer"
        return _FIELD_OF.get(problem.code, usual)


def read_form(form: QuestionForm, *, states_ids: bool = False) -> Reading:
    """Read all fields. With ``states_ids`` options keep the id of their row, whatever they say."""
    found = Reading(form)
    for name in TEXTS:
        found.document[name] = form.text(name).strip() if name == "title" else form.text(name)
        found.fields[f"/{name}"] = name
    _read_options(found, states_ids or any(one.same is not None for one in form.options))
    _read_lists(found)
    _read_settings(found)
    _read_scoring(found)
    _read_answer(found)
    for name in ("combinations", "tests", "extra"):
        _put(found, name, name, _json)
    return found


def draft_in(document: dict[str, Any]) -> DraftIn:
    """The document as the API takes it; :class:`InvalidDraft` with all its faults."""
    try:
        return DraftIn.model_validate(document)
    except ValidationError as error:
        raise InvalidDraft(faults=faults_of(error.errors(), DraftIn)) from None


def _read_options(found: Reading, states_ids: bool) -> None:
    form = found.form
    found.fields |= {"/options": "options", "/key": "options"}
    if form.kind in OTHER_KINDS and form.kind not in {"ordering", "matching", "cloze"}:
        return
    kept = [one for one in form.options if not one.is_blank]
    found.rows = [one for one in kept if one.part != TARGETS or form.kind == "matching"]
    options: list[dict[str, Any]] = []
    for place, one in enumerate(found.rows):
        found.fields[f"/options/{place}"] = f"option-text-{one.row}"
        found.fields[f"/options/{place}/feedback"] = f"option-feedback-{one.row}"
        part = one.part if form.kind in {"matching", "cloze"} else OWN
        option = {"text": one.text, "feedback": one.feedback or None, "pinned": one.pinned}
        id_ = _id(found, place, one) if states_ids else None
        options.append({**option, "part": part, "id": id_})
    found.document["options"] = options
    if form.is_picked:
        found.document["key"] = [n for n, one in enumerate(found.rows, 1) if one.is_right]


def _id(found: Reading, place: int, one: OptionField) -> str | None:
    if one.same == "":
        told = "Say whether this is an old option in other words, or a new one."
        found.faults.append(Fault(f"/options/{place}", "ambiguous_option", told))
    said = one.id if one.same is None else one.same
    return None if said in {"", NEW} else said


def _read_lists(found: Reading) -> None:
    form, document = found.form, found.document
    hints = [(n, text) for n, (text,) in enumerate(form.rows("hint")) if text.strip()]
    document["hints"] = [text for _, text in hints]
    found.fields |= {f"/hints/{at}": f"hint-{n}" for at, (n, _) in enumerate(hints)}
    references = [(n, row) for n, row in enumerate(form.rows("reference")) if "".join(row).strip()]
    document["references"] = [
        {"title": title, "url": url.strip() or None, "lead": lead, "note": note}
        for _, (title, url, lead, note) in references
    ]
    for at, (n, _) in enumerate(references):
        found.fields[f"/references/{at}"] = f"reference-title-{n}"
        found.fields[f"/references/{at}/url"] = f"reference-url-{n}"
    document["tags"] = _lines(form.text("tags"))
    found.fields["/tags"] = "tags"


def _read_settings(found: Reading) -> None:
    found.document["shuffle"] = found.form.has("shuffle")
    found.document["date"] = found.form.text("date") or None
    found.document["external_id"] = found.form.text("external_id").strip() or None
    found.fields |= {"/date": "date", "/external_id": "external_id"}
    _put(found, "difficulty", "difficulty", float)
    _put(found, "oracle_budget", "oracle_budget", int)


def _read_scoring(found: Reading) -> None:
    form = found.form
    parameters = [
        f"{name}={said}"
        for name in ("penalty", "floor")
        if form.is_picked and (said := form.text(name).strip())
    ]
    rule = form.text("rule")
    scoring: dict[str, Any] = {"rule": f"{rule}({','.join(parameters)})" if parameters else rule}
    if points := form.text("max_points").strip():
        scoring["max_points"] = points
    if rule in OPTION_RULES and form.is_picked:
        scoring["values"] = _values(found)
    found.document["scoring"] = scoring
    found.fields |= {"/scoring": "rule", "/scoring/max_points": "max_points"}


def _values(found: Reading) -> dict[str, Any]:
    said: dict[str, Any] = {"options": [one.value.strip() or None for one in found.rows]}
    for place, one in enumerate(found.rows):
        found.fields[f"/scoring/values/options/{place}"] = f"option-value-{one.row}"
    for name in BOUNDS:
        if text := found.form.text(f"bound-{name}").strip():
            said[name] = None if text == NONE else text
        found.fields[f"/scoring/values/{name}"] = f"bound-{name}"
    return said


def _read_answer(found: Reading) -> None:
    found.fields["/answer"] = "answer"
    if found.form.kind not in CHOICE_KINDS:
        found.document["answer"] = (
            ANSWERS[found.form.kind](found) if (found.form.kind in ANSWERS) else None
        )


def _number(found: Reading) -> dict[str, Any] | None:
    form = found.form
    found.fields |= {"/answer/value": "value", "/answer/units": "unit-name-0"}
    said: dict[str, Any] = {"value": form.text("value").strip()}
    if margin := form.text("margin"):
        size = form.text("margin-size").strip()
        said[margin] = int(size) if margin == "significant_figures" and size.isdecimal() else size
        found.fields[f"/answer/{margin}"] = "margin-size"
    units = {name.strip(): size.strip() or None for name, size in form.rows("unit") if name.strip()}
    if units:
        said["units"] = units
    return said if "".join(map(str, said.values())) else None


def _texts(found: Reading) -> dict[str, Any] | None:
    form = found.form
    rows = [(n, row) for n, row in enumerate(form.rows("accept")) if row[0].strip()]
    found.fields |= {f"/answer/accept/{at}": f"accept-text-{n}" for at, (n, _) in enumerate(rows)}
    found.fields |= {"/answer/patterns": "patterns"}
    accept = [
        {"text": text, "score": score.strip()} if score.strip() else text
        for _, (text, score) in rows
    ]
    patterns = _lines(form.text("patterns"))
    if not accept and not patterns:
        return None
    usual: dict[str, Any] = {"accept": [], "patterns": [], "form": "NFC"}
    usual |= {flag: flag in USUAL_FLAGS for flag in FLAGS}
    said: dict[str, Any] = {"accept": accept, "patterns": patterns, "form": form.text("form")}
    said |= {flag: form.has(flag) for flag in FLAGS}
    stated = form.fields.get("stated", [])
    return {name: one for name, one in said.items() if one != usual[name] or name in stated}


def _order(found: Reading) -> dict[str, Any]:
    groups: list[list[int]] = []
    found.fields["/answer/alike"] = "alike"
    for part in filter(None, (one.strip() for one in found.form.text("alike").split(","))):
        span = _SPAN.fullmatch(part)
        if span is None:
            told = f"{part[:40]!r} is no span of places, such as 2-3."
            found.faults.append(Fault("/answer/alike", "bad_span", told))
        else:
            groups.append(list(range(int(span[1]), int(span[2]) + 1)))
    return {"alike": groups} if groups else {}


def _pairs(found: Reading) -> dict[str, Any]:
    targets = [one.row for one in found.rows if one.part == TARGETS]
    found.fields["/answer/pairs"] = "options"
    return {
        "pairs": [
            targets.index(one.pair) + 1 if one.pair in targets else None
            for one in found.rows
            if one.part != TARGETS
        ]
    }


def _blanks(found: Reading) -> Any:
    _put(found, "answer", "answer", _json)
    return found.document.pop("answer", None)


ANSWERS: dict[str, Callable[[Reading], Any]] = {
    "numeric": _number,
    "short_text": _texts,
    "ordering": _order,
    "matching": _pairs,
    "cloze": _blanks,
}


def _put(found: Reading, name: str, field_id: str, read: Callable[[str], Any]) -> None:
    """Read one field into the document; a blank one is left out."""
    found.fields[f"/{name}"] = field_id
    text = found.form.text(field_id).strip()
    if not text:
        return
    try:
        found.document[name] = read(text)
    except UnreadableJson as error:
        found.faults.append(Fault(f"/{name}", "not_json", str(error.detail)))
    except ValueError:
        told = f"Write a {'whole number' if read is int else 'number'}, not {text[:40]!r}."
        found.faults.append(Fault(f"/{name}", "no_number", told))


def _json(text: str) -> Any:
    return read_json(text.encode(errors="replace"))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
