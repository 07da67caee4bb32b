"""What to do next, as OpenAPI links: which of an answer's values name the object of which calls."""

from typing import Any, NamedTuple


class Follow(NamedTuple):
    """Calls that take the value at a place of an answer as a parameter."""

    status: str
    pointer: str
    parameter: str
    operations: tuple[str, ...]


_ANSWERING = ("read_question", "read_hint", "submit_answer")
_EDITING = (
    "read_bank_question",
    "patch_bank_question",
    "copy_question",
    "review_question",
    "publish_question",
    "retire_question",
    "reopen_question",
    "delete_question",
    "list_question_versions",
    "compare_question_versions",
    "read_question_statistics",
    "list_translations",
    "write_translation",
)
_RESULT = ("read_submission", "list_grades", "read_receipt")
_REGRADE = ("read_regrade", "list_regrade_items", "apply_regrade", "undo_regrade")
_KEY = ("read_key", "revoke_key")

LINKS: dict[str, tuple[Follow, ...]] = {
    "list_questions": (Follow("200", "/items/0/slug", "name", _ANSWERING),),
    "draw_questions": (Follow("200", "/items/0/slug", "name", _ANSWERING),),
    "list_bank_questions": (Follow("200", "/items/0/slug", "name", _EDITING),),
    "write_bank_question": tuple(
        Follow(status, "/slug", "name", _EDITING) for status in ("200", "201")
    ),
    "copy_question": (Follow("201", "/slug", "name", _EDITING),),
    "publish_question": (Follow("200", "/slug", "name", (*_ANSWERING, "retire_question")),),
    "submit_answer": (Follow("201", "/id", "submission_id", _RESULT),),
    "list_submissions": (Follow("200", "/items/0/id", "submission_id", _RESULT),),
    "plan_regrade": tuple(
        Follow(status, "/id", "regrade_id", _REGRADE) for status in ("201", "202")
    ),
    "list_regrades": (Follow("200", "/items/0/id", "regrade_id", _REGRADE),),
    "create_key": (Follow("201", "/public_part", "public_part", _KEY),),
    "list_keys": (Follow("200", "/items/0/public_part", "public_part", ("read_key",)),),
    "import_questions": (Follow("202", "/id", "import_id", ("read_import",)),),
}


def put_links(operation: dict[str, Any]) -> None:
    """Write them into an operation of the document."""
    for follow in LINKS.get(operation["operationId"], ()):
        links = operation["responses"][follow.status].setdefault("links", {})
        for target in follow.operations:
            value = f"$response.body#{follow.pointer}"
            links[target] = {"operationId": target, "parameters": {follow.parameter: value}}
