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

_CONTENT: Example = {
    "title": "Vanishing gradients",
    "kind": "multiple_response",
    "prompt": "Which of the following statements should help the network learn?",
    "options": [
        {"id": id_, "part": "", "text": text, "feedback": None, "pinned": False}
        for id_, text in _TEXTS.items()
    ],
    "key": _RIGHT,
    "answer": None,
    "explanation": "ReLU is much less likely to saturate, so {option:dapz} helps.",
    "references": [
        {
            "title": "Initializing neural networks",
            "url": "https://www.deeplearning.ai/ai-notes/initialization/",
            "note": "is an excellent summary.",
            "lead": "",
        }
    ],
    "hints": ["Look at the derivative far from zero."],
    "combinations": [{"picked": ["dapz"], "text": "One more option keeps activations in range."}],
    "tests": [{"response": {"selected": _RIGHT}, "score": 1.0}],
    "scoring": {"rule": "all_or_nothing", "max_points": 1.0, "values": None},
    "release": "after_submission",
    "shuffle": False,
    "oracle_budget": None,
    "tags": ["deep-learning"],
    "difficulty": 0.4,
    "language": "en",
    "date": "2022-09-21",
    "external_id": None,
    "extra": {},
}
_AUTHOR, _REVIEWER = _SUBMISSION_ID, "019aaf52-0a4e-7b1d-8c3f-6a2e4f8d0b15"
_VERSION: Example = {
    "number": 1,
    "status": "published",
    "written_at": "2026-11-23T09:00:00Z",
    "written_by": _AUTHOR,
    "in_review_at": "2026-11-23T09:30:00Z",
    "in_review_by": _AUTHOR,
    "publish_at": None,
    "published_at": "2026-11-23T10:00:00Z",
    "published_by": _REVIEWER,
}
_BANK_QUESTION: Example = {
    **_CONTENT,
    "id": _QUESTION_ID,
    "slug": _SLUG,
    "version": 1,
    "status": "published",
    "has_draft": False,
    "published_version": 1,
    "publish_at": None,
    "copied_from": None,
    "created_at": "2026-11-23T09:00:00Z",
    "changed_at": "2026-11-23T10:00:00Z",
    "versions": [_VERSION],
    "problems": [],
}
_DIFF: Example = {
    "from_version": 1,
    "to_version": 2,
    "texts": [],
    "options": [
        {
            "id": "senv",
            "change": "reworded",
            "moved": False,
            "old_place": 1,
            "new_place": 1,
            "text": [
                {"change": "same", "text": "Use tanh instead of "},
                {"change": "removed", "text": "sigmoid"},
                {"change": "added", "text": "ReLU"},
                {"change": "same", "text": "."},
            ],
            "feedback": [],
            "pinned": None,
        }
    ],
    "key": {"became_right": [], "became_wrong": ["gpnu"]},
    "fields": [{"name": "difficulty", "old": None, "new": "0.4"}],
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
    "DraftIn": _CONTENT | {"key": [2, 3]},
    "PublishIn": {"publish_at": "2026-12-01T08:00:00Z"},
    "CopyIn": {"slug": "exploding-gradients"},
    "BankQuestionOut": _BANK_QUESTION,
    "BankPage": {"items": [_BANK_QUESTION], "next_cursor": None, "limit": 50},
    "BankVersionOut": {**_CONTENT, "version": _VERSION},
    "VersionListOut": {"items": [_VERSION]},
    "DiffOut": _DIFF,
    "LiveOut": {"status": "alive"},
    "ReadyOut": {"status": "ready", "migration": "2026_11_24_3"},
    "VersionOut": {"version": "0.1.0", "api": "v1"},
}
