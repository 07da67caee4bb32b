"""The routes that take an idempotency key, each with requests that it has an effect of."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models import ApiKey, Media, Question, Regrade, Submission
from tests.factories import SEED_FILE
from tests.pictures import png
from tests.torture.effects.crowd import Sent

SEED = SEED_FILE.read_text()


@dataclass(frozen=True)
class Keyed:
    """A route: where it is, what is sent to it, and the table in which its effects count.

    ``said`` gets a number, and a word by which two requests under one key differ.
    """

    path: str
    said: Callable[[int, str], Any]
    table: type[Any]
    type: str = "application/json"

    def sent(self, number: int, caller: Mapping[str, str], word: str = "") -> Sent:
        """The request under the key of that number."""
        said = self.said(number, word)
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return Sent(self.path, body, f"key-{number}", caller, self.type)


def _answer(number: int, word: str) -> Any:
    return {"selected": [], "learner": f"{number}{word}"}


def _answers(number: int, word: str) -> Any:
    return {"submissions": [{"question": "rivers", **_answer(number, word)}]}


def _key(number: int, word: str) -> Any:
    return {"name": f"{number}{word}", "role": "author"}


def _copy(number: int, word: str) -> Any:
    return {"slug": f"copy-{number}{word}"}


def _regrade(number: int, word: str) -> Any:
    return {"reason": f"{number}{word}", "scope": {"question": "lakes"}, "mode": "full_credit"}


def _file(number: int, word: str) -> bytes:
    return SEED.replace("title: ", f"title: {number}{word} ", 1).encode()


def _picture(number: int, word: str) -> bytes:
    return png(number + 1, 2 + len(word))


ROUTES = {
    "submit_answer": Keyed("/v1/questions/rivers/submissions", _answer, Submission),
    "submit_answers": Keyed("/v1/submissions", _answers, Submission),
    "create_key": Keyed("/v1/keys", _key, ApiKey),
    "copy_question": Keyed("/v1/bank/questions/rivers/copy", _copy, Question),
    "plan_regrade": Keyed("/v1/bank/regrades", _regrade, Regrade),
    "import_questions": Keyed("/v1/bank/imports", _file, Question, "text/markdown"),
    "upload_media": Keyed("/v1/bank/media", _picture, Media, "image/png"),
}
