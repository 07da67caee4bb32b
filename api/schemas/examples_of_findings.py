"""Examples of what the bank tells of its questions beside what they say."""

from api.schemas.examples_shared import QUESTION_ID, SLUG, Example

OF_FINDINGS: dict[str, Example] = {
    "DuplicatePage": {
        "items": [
            {
                "similarity": 0.875,
                "questions": [
                    {
                        "id": QUESTION_ID,
                        "slug": SLUG,
                        "title": "Vanishing gradients",
                        "version": 1,
                        "status": "published",
                    },
                    {
                        "id": "0199b3c4-5d6e-7f80-9a1b-2c3d4e5f6a7b",
                        "slug": "gradients-that-vanish",
                        "title": "Gradients that vanish",
                        "version": 1,
                        "status": "draft",
                    },
                ],
            }
        ],
        "next_cursor": None,
        "limit": 50,
    },
    "MissedPage": {
        "items": [{"id": QUESTION_ID, "slug": SLUG, "mean_score": 0.25, "submissions": 120}],
        "limit": 50,
    },
}
