"""Examples of what authors and admins send and get, by the name of the shape."""

from api.schemas.examples_shared import QUESTION_ID, RIGHT, SLUG, SUBMISSION_ID, TEXTS, Example

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

_STORED_SUBMISSION: Example = {
    "id": SUBMISSION_ID,
    "question_id": QUESTION_ID,
    "slug": SLUG,
    "title": "Vanishing gradients",
    "version_id": "019aaf4b-8c9d-7e0f-a1b2-c3d4e5f60718",
    "caller": _KEY["id"],
    "selected": RIGHT,
    "response": None,
    "shown": sorted(TEXTS),
    "shuffle": None,
    "release": "after_submission",
    "duration_ms": 41000,
    "submitted_at": "2026-11-23T10:05:00Z",
    "idempotency_key": "0199d3c0-6f0e-7cc1-9d5e-6a1f0b6c2d3e",
    "request_hash": "5f0c2b1d9e8a7f6c4d3b2a190817263544352617089a0b1c2d3e4f5061728394",
    "translation_id": None,
    "grades": [
        {
            "id": "019aaf51-7d03-7e10-b1c4-8a2d90c3f5e7",
            "rule": "all_or_nothing",
            "rule_version": 1,
            "exact_score": "1",
            "score": 1.0,
            "points": 1.0,
            "max_points": 1.0,
            "correct": True,
            "reason": "All right options were picked, and no wrong one: full points.",
            "graded_at": "2026-11-23T10:05:00Z",
            "regrade_id": None,
            "is_undo": False,
            "key_version_id": None,
        }
    ],
}

_CONTENT: Example = {
    "title": "Vanishing gradients",
    "kind": "multiple_response",
    "prompt": "Which of the following statements should help the network learn?",
    "options": [
        {"id": id_, "part": "", "text": text, "feedback": None, "pinned": False}
        for id_, text in TEXTS.items()
    ],
    "key": RIGHT,
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
    "tests": [{"response": {"selected": RIGHT}, "score": 1.0}],
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
_AUTHOR, _REVIEWER = SUBMISSION_ID, "019aaf52-0a4e-7b1d-8c3f-6a2e4f8d0b15"
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
    "id": QUESTION_ID,
    "slug": SLUG,
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
    "slug": SLUG,
    "outcome": "updated",
    "problems": [],
    "losses": [],
    "changes": ["option 2: - Use ReLU.", "option 2: + Use ReLU instead of sigmoid."],
}
_REFUSED: Example = {
    "source": "week-3/relu.qmd",
    "slug": None,
    "outcome": "failed",
    "problems": [_FINDING],
    "losses": [],
    "changes": [],
}
_REPORT: Example = {
    "created": 0,
    "updated": 1,
    "unchanged": 0,
    "failed": 1,
    "items": [_CHANGED, _REFUSED],
}

_TRANSLATED: Example = {
    "title": "Verschwindende Gradienten",
    "prompt": "Welche dieser Aussagen helfen dem Netz beim Lernen?",
    "options": {
        "senv": "Tanh statt Sigmoid verwenden.",
        "dapz": "ReLU statt Sigmoid verwenden.",
        "gpnu": "Batch-Normalisierung einführen.",
        "3swy": "Die Gewichte mit großen Werten initialisieren.",
    },
    "explanation": "ReLU sättigt viel seltener, also hilft {option:dapz}.",
    "feedback": {},
    "hints": ["Sieh dir die Ableitung fern von null an."],
    "combinations": ["Eine weitere Option hält die Aktivierungen im Rahmen."],
}
_TRANSLATION_STATE: Example = {
    "language": "de",
    "number": 1,
    "status": "published",
    "stale": True,
    "changed": ["/hints/0"],
    "source_version": 1,
    "current_version": 2,
    "shown_in_versions": [1],
    "written_at": "2026-11-26T09:00:00Z",
    "written_by": "019aaf4a-5b6c-7d8e-9f00-112233445566",
    "published_at": "2026-11-26T10:00:00Z",
    "published_by": "019aaf4a-5b6c-7d8e-9f00-112233445577",
}
_CHANGED_TEXT: Example = {
    "pointer": "/hints/0",
    "old": "Look at the derivative.",
    "new": "Look at the derivative far from zero.",
}
_REGRADE: Example = {
    "id": "019aaf70-1b2c-7d3e-8f40-516273849506",
    "state": "planned",
    "progress": {"done": 120, "total": 120},
    "failure": None,
    "question": {"id": QUESTION_ID, "slug": SLUG},
    "reason": "Batch normalization helps, too.",
    "mode": "current_or_previous",
    "scope": {"versions": [1], "since": None, "until": "2026-11-25T00:00:00Z"},
    "version": 2,
    "rule": None,
    "plan": {
        "submissions": 120,
        "affected": 30,
        "unaffected": 90,
        "ungradable": 0,
        "raised": 30,
        "lowered": 0,
        "became_correct": 30,
        "became_incorrect": 0,
        "mean": {"before": 0.5, "after": 0.75, "shift": 0.25, "shift_exact": "1/4"},
    },
    "result": {"applied": 0, "stale": 0, "arrived": None, "undone": 0, "kept": 0},
    "planned_by": _AUTHOR,
    "created_at": "2026-11-25T09:00:00Z",
    "planned_at": "2026-11-25T09:00:01Z",
    "applied_by": None,
    "applied_at": None,
    "undone_by": None,
    "undone_at": None,
}
_REGRADE_ITEM: Example = {
    "submission": SUBMISSION_ID,
    "learner": "opaque-id",
    "version": 1,
    "status": "planned",
    "old": {
        "grade": "019aaf51-7d03-7e10-b1c4-8a2d90c3f5e7",
        "score": 0.0,
        "exact": "0",
        "correct": False,
    },
    "new": {
        "score": 1.0,
        "exact": "1",
        "points": 1.0,
        "max_points": 1.0,
        "correct": True,
        "rule": "all_or_nothing",
        "rule_version": 1,
    },
    "problem": None,
    "reason": "This answer earns all points: only picking exactly the right options earns points."
    " The corrected key counts here.",
}

OF_AUTHORS: dict[str, Example] = {
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
    "TranslationIn": {"source_version": 1, **_TRANSLATED},
    "TranslationListOut": {"items": [_TRANSLATION_STATE]},
    "TranslationOut": {**_TRANSLATION_STATE, **_TRANSLATED, "changes": [_CHANGED_TEXT]},
    "ImportReportOut": _REPORT,
    "ImportJobOut": {
        "id": "019aaf60-5b1e-7f0d-8c2a-3d4e5f607182",
        "state": "running",
        "progress": {"done": 400, "total": 2000},
        "report": None,
    },
    "RegradeIn": {
        "reason": _REGRADE["reason"],
        "scope": {"question": SLUG, "versions": [1], "until": "2026-11-25T00:00:00Z"},
        "mode": "current_or_previous",
        "version": 2,
    },
    "RegradeOut": _REGRADE,
    "RegradePage": {"items": [_REGRADE], "next_cursor": None, "limit": 50},
    "RegradeItemPage": {"items": [_REGRADE_ITEM], "next_cursor": None, "limit": 50},
    "LearnerIn": {"learner": "opaque-id"},
    "ErasedOut": {"submissions": 3, "pseudonym": "erased-5f0c2b1d9e8a7f6c4d3b2a19"},
    "LearnerOut": {
        "learner": "opaque-id",
        "exported_at": "2026-11-28T09:00:00Z",
        "submissions": [_STORED_SUBMISSION],
        "kept_answers": [],
    },
    "LossReportOut": {
        "format": "aiken",
        "exported": 41,
        "left_out": 1,
        "items": [
            {
                "slug": SLUG,
                "is_in": False,
                "losses": [
                    {
                        "path": "/kind",
                        "code": "not_expressible",
                        "what": "Several options may be picked.",
                        "instead": "It was left out.",
                    }
                ],
            }
        ],
    },
}
