"""One example of each document that goes over the wire, by the name of its shape."""

from typing import Any

_SLUG, _QUESTION_ID = "vanishing-gradients", "019aaf4c-21c7-7a6e-8d64-0f3f2a7b9c11"
_SUBMISSION_ID = "019aaf51-7d02-7c3b-9a8e-5b1c6d2e4f90"
_TEXTS = {
    "senv": "Use tanh instead of sigmoid.",
    "dapz": "Use ReLU instead of sigmoid.",
    "gpnu": "Introduce batch normalization.",
    "3swy": "Initialize the weights with large values.",
}
_RIGHT = ["dapz", "gpnu"]

Example = dict[str, Any]


def _text(markdown: str) -> Example:
    return {"markdown": markdown, "html": f"<p>{markdown}</p>\n"}


_QUESTION: Example = {
    "id": _QUESTION_ID,
    "slug": _SLUG,
    "version": 1,
    "kind": "multiple_response",
    "language": "en",
    "title": "Vanishing gradients",
    "date": "2022-09-21",
    "tags": [],
    "difficulty": None,
    "prompt": _text("Which of the following statements should help the network learn?"),
    "options": [{"id": id_, **_text(text)} for id_, text in _TEXTS.items()],
    "select": {"min": 0, "max": 4},
    "interaction": None,
    "hints": 1,
    "scoring": {"rule": "all_or_nothing", "max_points": 1.0},
    "published_at": "2026-11-23T10:00:00Z",
    "shuffle": None,
}

_ANSWER: Example = {"selected": _RIGHT, "learner": "opaque-id", "version": 1, "duration_ms": 41000}
_ENTRY: Example = {"question": _SLUG, "selected": _RIGHT, "idempotency_key": "attempt-7-item-1"}

_SUBMISSION: Example = {
    "id": _SUBMISSION_ID,
    "question": {"id": _QUESTION_ID, "slug": _SLUG, "version": 1},
    "learner": "opaque-id",
    "selected": _RIGHT,
    "response": None,
    "submitted_at": "2026-11-23T10:05:00Z",
    "score": 1.0,
    "points": 1.0,
    "max_points": 1.0,
    "correct": True,
    "rule": "all_or_nothing",
    "rule_version": 1,
    "reason": "This answer earns all points: only picking exactly the right options earns points.",
    "feedback": {
        "correct": _RIGHT,
        "options": [
            {
                "id": id_,
                "selected": id_ in _RIGHT,
                "correct": id_ in _RIGHT,
                "verdict": "rightly_picked" if id_ in _RIGHT else "rightly_left",
                "html": None,
            }
            for id_ in _TEXTS
        ],
        "solution": None,
        "parts": [],
        "combination": None,
        "explanation": _text("ReLU is much less likely to saturate."),
        "references": [
            {
                "title": "Initializing neural networks",
                "url": "https://www.deeplearning.ai/ai-notes/initialization/",
                "note": "is an excellent summary.",
                "lead": "",
            }
        ],
    },
}

_FINDING: Example = {
    "line": 2,
    "column": 8,
    "code": "bad_title",
    "message": "`title` says 2022; expected a text.",
    "hint": 'Put the title in quotes, as in `title: "2022"`.',
    "severity": "error",
}
_CHANGED: Example = {
    "source": "vanishing-gradients.qmd",
    "slug": _SLUG,
    "outcome": "updated",
    "problems": [],
    "changes": ["option 2: - Use ReLU.", "option 2: + Use ReLU instead of sigmoid."],
}
_REFUSED: Example = {
    "source": "week-3/relu.qmd",
    "slug": None,
    "outcome": "failed",
    "problems": [_FINDING],
    "changes": [],
}
_REPORT: Example = {
    "created": 0,
    "updated": 1,
    "unchanged": 0,
    "failed": 1,
    "items": [_CHANGED, _REFUSED],
}

EXAMPLES: dict[str, Example] = {
    "QuestionOut": _QUESTION,
    "QuestionPage": {"items": [_QUESTION], "next_cursor": None, "limit": 50},
    "QuestionDraw": {"items": [_QUESTION], "seed": "S1"},
    "HintOut": {"level": 1, "levels": 1, **_text("Look at the derivative far from zero.")},
    "SubmissionIn": _ANSWER,
    "SubmissionOut": _SUBMISSION,
    "BatchIn": {"submissions": [_ENTRY]},
    "BatchOut": {"results": [{"status": 201, "submission": _SUBMISSION}]},
    "SubmissionPage": {"items": [_SUBMISSION], "next_cursor": None, "limit": 50},
    "ImportReportOut": _REPORT,
    "ImportJobOut": {
        "id": "019aaf60-5b1e-7f0d-8c2a-3d4e5f607182",
        "state": "running",
        "progress": {"done": 400, "total": 2000},
        "report": None,
    },
    "LiveOut": {"status": "alive"},
    "ReadyOut": {"status": "ready", "migration": "2026_11_24_5"},
    "VersionOut": {"version": "0.1.0", "api": "v1"},
}
