"""One example of each document that goes over the wire, by the name of its shape."""

from api.schemas.examples_of_authors import OF_AUTHORS
from api.schemas.examples_of_findings import OF_FINDINGS
from api.schemas.examples_of_statistics import OF_STATISTICS
from api.schemas.examples_shared import (
    QUESTION_ID,
    RIGHT,
    SLUG,
    SUBMISSION_ID,
    TEXTS,
    Example,
    text_of,
)

_QUESTION: Example = {
    "id": QUESTION_ID,
    "slug": SLUG,
    "version": 1,
    "kind": "multiple_response",
    "language": "en",
    "title": "Vanishing gradients",
    "date": "2022-09-21",
    "tags": [],
    "difficulty": None,
    "prompt": text_of("Which of the following statements should help the network learn?"),
    "options": [{"id": id_, **text_of(text)} for id_, text in TEXTS.items()],
    "select": {"min": 0, "max": 4},
    "interaction": None,
    "hints": 1,
    "scoring": {"rule": "all_or_nothing", "max_points": 1.0},
    "published_at": "2026-11-23T10:00:00Z",
    "shuffle": None,
}

_ELEMENT = "http://127.0.0.1:8000/element/0.1.0-32a6b0ce1c4d9a87/quiz-question.js"
_HASH = "sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC"

_ANSWER: Example = {"selected": RIGHT, "learner": "opaque-id", "version": 1, "duration_ms": 41000}
_ENTRY: Example = {"question": SLUG, "selected": RIGHT, "idempotency_key": "attempt-7-item-1"}

_SUBMISSION: Example = {
    "id": SUBMISSION_ID,
    "question": {"id": QUESTION_ID, "slug": SLUG, "version": 1},
    "learner": "opaque-id",
    "selected": RIGHT,
    "response": None,
    "submitted_at": "2026-11-23T10:05:00Z",
    "score": 1.0,
    "points": 1.0,
    "max_points": 1.0,
    "correct": True,
    "rule": "all_or_nothing",
    "rule_version": 1,
    "reason": "This answer earns all points: only picking exactly the right options earns points.",
    "language": "en",
    "feedback": {
        "correct": RIGHT,
        "options": [
            {
                "id": id_,
                "selected": id_ in RIGHT,
                "correct": id_ in RIGHT,
                "verdict": "rightly_picked" if id_ in RIGHT else "rightly_left",
                "html": None,
            }
            for id_ in TEXTS
        ],
        "solution": None,
        "parts": [],
        "combination": None,
        "explanation": text_of("ReLU is much less likely to saturate."),
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

_GRADED = ("score", "points", "max_points", "correct", "rule", "rule_version", "reason")

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
    "submission": SUBMISSION_ID,
    "grade": "019aaf51-7d03-7e10-b1c4-8a2d90c3f5e7",
    "learner": "opaque-id",
    "question": {
        "id": QUESTION_ID,
        "slug": SLUG,
        "version": 1,
        "content_hash": "5f0c2b1d9e8a7f6c4d3b2a190817263544352617089a0b1c2d3e4f5061728394",
        "kind": "multiple_response",
    },
    "options": sorted(TEXTS),
    "key": RIGHT,
    "selected": RIGHT,
    "response": None,
    "rule": "all_or_nothing",
    "rule_version": 1,
    "score": "1",
    "points": "1",
    "max_points": "1",
    "submitted_at": "2026-11-23T10:05:00Z",
    "graded_at": "2026-11-23T10:05:00Z",
}

_PICTURE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.png"
_MEDIA: Example = {
    "name": _PICTURE,
    "type": "image/png",
    "bytes": 48211,
    "width": 640,
    "height": 480,
    "file": "loss-curve.png",
    "url": f"/v1/media/{_PICTURE}",
    "markdown": f"![](media/{_PICTURE})",
    "created_at": "2026-11-26T09:00:00Z",
}
EXAMPLES: dict[str, Example] = {
    "MediaOut": _MEDIA,
    "MediaPage": {"items": [{"media": _MEDIA, "uses": 2}], "next_cursor": None, "limit": 50},
    "QuestionOut": _QUESTION,
    "QuestionPage": {"items": [_QUESTION], "next_cursor": None, "limit": 50},
    "QuestionDraw": {"items": [_QUESTION], "seed": "S1"},
    "ElementOut": {
        "version": "0.1.0",
        "src": _ELEMENT,
        "integrity": _HASH,
        "html": f'<script type="module" src="{_ELEMENT}" integrity="{_HASH}" crossorigin></script>',
    },
    "HintOut": {"level": 1, "levels": 1, **text_of("Look at the derivative far from zero.")},
    "SubmissionIn": _ANSWER,
    "SubmissionOut": _SUBMISSION,
    "BatchIn": {"submissions": [_ENTRY]},
    "BatchOut": {"results": [{"status": 201, "submission": _SUBMISSION}]},
    "GradeList": {
        "items": [
            {
                "id": "019aaf51-7d03-7e10-b1c4-8a2d90c3f5e7",
                "graded_at": "2026-11-23T10:05:00Z",
                "regrade": None,
                "is_undo": False,
                "key_version": 1,
                **{name: _SUBMISSION[name] for name in _GRADED},
            }
        ]
    },
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
    **OF_AUTHORS,
    **OF_FINDINGS,
    **OF_STATISTICS,
    "LiveOut": {"status": "alive"},
    "ReadyOut": {
        "status": "ready",
        "migration": "2026_11_26_7",
        "durability": "keeps_answers",
    },
    "VersionOut": {"version": "0.1.0", "api": "v1"},
}
