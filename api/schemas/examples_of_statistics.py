"""An example of what answers say: twenty of them to the first question."""

from api.schemas.examples_shared import QUESTION_ID, RIGHT, SLUG, TEXTS, Example, text_of

_MEAN = {"mean": 0.35, "exact": "7/20", "low": 0.1811918241010821, "high": 0.5671457233147637}
_GUESSED = {"exact": "1/16", "decimal": 0.0625}
_PICKED = {
    "A": (7, 0.0, 7 / 13),
    "B": (16, 0.4375, 0.0),
    "C": (14, 0.5, 0.0),
    "D": (4, 0.0, 0.4375),
}
_PATTERNS = {"BC": 7, "ABC": 4, "B": 3, "ABCD": 2, "": 1, "AD": 1, "C": 1, "D": 1}
_BARS = (2, 3, 3, 3, 3, 2, 1, 1, 0, 1, 0, 0, 1)  # of 10 s each
_IDS = dict(zip("ABCD", TEXTS, strict=True))

OF_STATISTICS: dict[str, Example] = {
    "ItemStatisticsOut": {
        "question": {"id": QUESTION_ID, "slug": SLUG, "version": 1},
        "kind": "multiple_response",
        "title": "Vanishing gradients",
        "versions": [{"version": 1, "submissions": 20}],
        "submissions": 20,
        "learners": 18,
        "confidence": 0.95,
        "facility": _MEAN,
        "correct": _MEAN,
        "correct_count": 7,
        "chance": {"score": _GUESSED, "correct": _GUESSED},
        "patterns": {
            "items": [
                {
                    "selected": [_IDS[letter] for letter in letters],
                    "letters": letters,
                    "response": None,
                    "count": count,
                    "share": count / 20,
                    "mean_score": float(letters == "BC"),
                    "correct": letters == "BC",
                }
                for letters, count in _PATTERNS.items()
            ],
            "others": 0,
            "possible": 16,
            "missed": 0,
        },
        "options": [
            {
                "id": id_,
                "letter": letter,
                **text_of(TEXTS[id_]),
                "right": id_ in RIGHT,
                "picked": _PICKED[letter][0],
                "share": _PICKED[letter][0] / 20,
                "mean_score": _PICKED[letter][1],
                "mean_score_of_others": _PICKED[letter][2],
            }
            for letter, id_ in _IDS.items()
        ],
        "time": {
            "count": 20,
            "p25_ms": 19_000,
            "p50_ms": 33_000,
            "p75_ms": 52_000,
            "p90_ms": 70_000,
            "bars": [
                {"from_ms": place * 10_000, "to_ms": (place + 1) * 10_000, "count": count}
                for place, count in enumerate(_BARS)
            ],
        },
    },
}
