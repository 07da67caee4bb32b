"""One who writes to a PostgreSQL bank as fast as it answers: ``python -m bench.writing WHAT URL``.

Says "ready" after the first commit, ends with the standard input, and then prints of each
transaction when it began and ended (seconds of the machine's monotonic clock), as JSON.
"""

import json
import sys
import time
import uuid
from random import Random
from threading import Event, Thread

import psycopg

# What the service of every release since the first scale writes; later columns have defaults.
WRITES = {
    "answers": (
        """INSERT INTO submission (id, question_id, version_id, caller, selected, shown, release,
            submitted_at) SELECT %(id)s, id, published_id, 'writer', '["opta"]', '["opta", "optb"]',
            'after_submission', now() FROM question WHERE number = %(number)s""",
        """INSERT INTO grade (id, submission_id, rule, rule_version, exact_score, score, points,
            max_points, correct, reason, graded_at) VALUES (%(id)s, %(id)s, 'all_or_nothing', 1,
            '1', 1, 1, 1, true, 'Exactly the right options.', now())""",
    ),
    "edits": (
        "UPDATE question SET changed_at = now() WHERE number = %(number)s",
        """INSERT INTO question_version (id, question_id, number, kind, language, title, sort_title,
            prompt, prompt_html, select_min, select_max, scoring_rule, max_points, release, shuffle,
            extra, content_hash, created_at) SELECT %(id)s, id, %(draft)s,
            'multiple_response', 'en', 'T', 't', 'p', 'p', 0, 4, 'all_or_nothing', '1', 'never',
            false, '{}', '', now() FROM question WHERE number = %(number)s""",
    ),
}


def main() -> None:
    """Write until nobody listens any more."""
    what, url = sys.argv[1:]
    is_over = Event()
    Thread(target=_listen, args=[is_over], daemon=True).start()
    sys.stdout.write(f"{json.dumps(_write(url, WRITES[what], is_over))}\n")


def _listen(is_over: Event) -> None:
    sys.stdin.read()
    is_over.set()


def _write(url: str, statements: tuple[str, ...], is_over: Event) -> list[tuple[float, float]]:
    random, waits = Random(1), list[tuple[float, float]]()  # noqa: S311 - no secret
    with psycopg.connect(url, autocommit=True) as connection:
        connection.prepare_threshold = None  # as the service's are
        row = connection.execute("SELECT max(number) FROM question").fetchone()
        questions = int(row[0]) if row else 1
        while not is_over.is_set():
            id_ = uuid.uuid4()
            values = {
                "id": id_,
                "number": random.randint(1, questions),
                "draft": 1000 + id_.int % 2**30,
            }
            began = time.monotonic()
            with connection.transaction():
                for statement in statements:
                    connection.execute(statement.encode(), values)
            waits.append((began, time.monotonic()))
            if len(waits) == 1:
                sys.stdout.write("ready\n")
                sys.stdout.flush()
    return waits


if __name__ == "__main__":
    main()
