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

_NET_RIGHT: Example = {
    "name": "net_right",
    "version": 1,
    "kinds": ["multiple_response", "single_choice", "true_false"],
    "formula": "max(0, (h - f) / k)",
    "example": "4 options, 2 right; picked 2 right and 1 wrong: 1/2",
    "used_by": "Canvas partial credit; NCLEX plus/minus; H5P with weights of 1; PrairieLearn "
    "net-correct; eSkill; R/exams rule true",
    "source": "Betts et al. 2022, doi 10.1177/0013164421994636, plus/minus",
    "policy": "each right pick adds a share of the points and each wrong pick takes one away",
    "properties": [
        "never_negative",
        "nothing_ticked_earns_nothing",
        "only_the_key_is_full",
        "partial_credit",
        "right_pick_never_lowers",
        "wrong_pick_never_raises",
    ],
    "parameters": {"floor": "0"},
    "ticking_everything": [
        {"options": options, "key": key, "score": score}
        for options, scores in ((4, "0 0 2/3 1"), (5, "0 0 1/3 3/4 1"))
        for key, score in enumerate(scores.split(), start=1)
    ],
    "ticking_nothing": [
        {"options": options, "key": key, "score": "0"}
        for options in (4, 5)
        for key in range(1, options + 1)
    ],
}

_COMPARED: Example = {
    "rule": "net_right",
    "version": 1,
    "score": 0.5,
    "exact": "1/2",
    "chance": {"any": "3/16", "non_empty": "1/5", "key_size": "1/6"},
    "oracle": 3,
    "oracle_bounds": {"at_least": 3, "at_most": 3},
    "cohort": None,
}

# The key pair of RFC 8037, appendix A, signed this example.
_KEY_ID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
_RECEIPT: Example = {
    "issuer": "http://127.0.0.1:8000",
    "submission": _SUBMISSION_ID,
    "grade": "019aaf51-7d03-7e10-b1c4-8a2d90c3f5e7",
    "learner": "opaque-id",
    "question": {
        "id": _QUESTION_ID,
        "slug": _SLUG,
        "version": 1,
        "content_hash": "5f0c2b1d9e8a7f6c4d3b2a190817263544352617089a0b1c2d3e4f5061728394",
        "kind": "multiple_response",
    },
    "options": sorted(_TEXTS),
    "key": _RIGHT,
    "selected": _RIGHT,
    "response": None,
    "rule": "all_or_nothing",
    "rule_version": 1,
    "score": "1",
    "points": "1",
    "max_points": "1",
    "submitted_at": "2026-11-23T10:05:00Z",
    "graded_at": "2026-11-23T10:05:00Z",
}

_NEW_KEY: Example = {"name": "The LMS", "role": "integration", "rate_limit": "600/minute"}
_KEY: Example = {
    "id": "019aaf53-0c1e-7d44-8b2f-6e5d4c3b2a10",
    "public_part": "4f1c09ab",
    **_NEW_KEY,
    "scopes": ["questions:read", "submissions:write"],
    "created_at": "2026-11-24T09:00:00Z",
    "expires_at": None,
    "last_used_at": None,
    "revoked_at": None,
}
_AUDIT_ENTRY: Example = {
    "number": 2,
    "at": _KEY["created_at"],
    "actor": "019aaf4a-5b6c-7d8e-9f00-112233445566",
    "actor_name": "first admin",
    "action": "key.created",
    "subject": {"type": "key", "id": _KEY["id"]},
    "version": None,
    "detail": {**_NEW_KEY, "public_part": _KEY["public_part"], "expires_at": None},
    "previous_hash": "9b1d7c4e5f60718293a4b5c6d7e8f90123456789abcdef0123456789abcdef01",
    "hash": "1f2e3d4c5b6a79880716253443526170fedcba9876543210fedcba9876543210",
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
    "ScoringRuleList": {"items": [_NET_RIGHT]},
    "LabIn": {"options": 4, "key": ["b", "c"], "selected": ["b"], "rules": ["net_right"]},
    "LabOut": {
        "options": 4,
        "key": ["b", "c"],
        "selected": ["b"],
        "submissions": None,
        "rules": [_COMPARED],
    },
    "SignedReceiptOut": {
        "receipt": _RECEIPT,
        "alg": "EdDSA",
        "kid": _KEY_ID,
        "signature": "hxnDvfx4IH0cUxt7BlUIddarFkppWVB3LdnEAmcJXr0"
        "Ob7ojdssW-c1F_iowGHPy9pmBS_ZoYyUTtWFgVaXmAQ",
    },
    "KeySetOut": {
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                "kid": _KEY_ID,
                "use": "sig",
                "alg": "EdDSA",
            }
        ]
    },
    "KeyIn": _NEW_KEY,
    "KeyOut": _KEY,
    "NewKeyOut": {
        **_KEY,
        "key": "qs_4f1c09ab_0a1b2c3d4e5f60718293a4b5c6d7e8f9a0b1c2d3e4f5a6b7",
    },
    "KeyPage": {"items": [_KEY], "next_cursor": None, "limit": 50},
    "AuditPage": {"items": [_AUDIT_ENTRY], "next_cursor": None, "limit": 50},
    "DraftIn": _CONTENT | {"key": [2, 3]},
    "PublishIn": {"publish_at": "2026-12-01T08:00:00Z"},
    "CopyIn": {"slug": "exploding-gradients"},
    "BankQuestionOut": _BANK_QUESTION,
    "BankPage": {"items": [_BANK_QUESTION], "next_cursor": None, "limit": 50},
    "BankVersionOut": {**_CONTENT, "version": _VERSION},
    "VersionListOut": {"items": [_VERSION]},
    "DiffOut": _DIFF,
    "ImportReportOut": _REPORT,
    "ImportJobOut": {
        "id": "019aaf60-5b1e-7f0d-8c2a-3d4e5f607182",
        "state": "running",
        "progress": {"done": 400, "total": 2000},
        "report": None,
    },
    "MissedPage": {
        "items": [{"id": _QUESTION_ID, "slug": _SLUG, "mean_score": 0.25, "submissions": 120}],
        "limit": 50,
    },
    "LiveOut": {"status": "alive"},
    "ReadyOut": {"status": "ready", "migration": "2026_11_24_6"},
    "VersionOut": {"version": "0.1.0", "api": "v1"},
}
