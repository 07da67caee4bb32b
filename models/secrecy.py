"""Which columns learners may be told of, and which they never are before their answer releases it.

Each column stands in one of the two lists of its table: a test compares them with the tables as the
migrations made them, so that who adds a column has to say which. A *secret* one has no influence
on anything that a caller without a right to the bank can get, until the release setting of a
question opens it: twins of one bank that differ in all of these answer byte for byte alike. A
*public* one of a version is public from its publication on; of drafts everything is secret.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Secrecy(NamedTuple):
    """The columns of a table, by whether learners may be told of them."""

    public: frozenset[str]
    secret: frozenset[str]


def _marked(public: str, secret: str = "") -> Secrecy:
    return Secrecy(frozenset(public.split()), frozenset(secret.split()))


COLUMNS: Mapping[str, Secrecy] = {
    # What a question says.
    "question": _marked(
        "id slug published_id published_at number changed_in is_translated retired_at deleted_at"
        " sort_title sort_date",
        "external_id created_at changed_at copied_from_id retired_by deleted_by",
    ),
    "question_version": _marked(
        "id question_id number kind language title sort_title date difficulty prompt prompt_html"
        " select_min select_max scoring_rule max_points release shuffle interaction hint_count"
        " published_at",
        "extra content_hash created_at writers in_review_at in_review_by publish_at publish_by"
        " published_by",
    ),
    # The position is secret where it is the answer, and in parts beside the stem's options.
    "option": _marked(
        "version_id option_id part text html pinned position", "feedback feedback_html"
    ),
    "tag": _marked("version_id tag position"),
    "correct_set": _marked("", "version_id option_id"),
    "explanation": _marked("version_id", "text html"),
    "reference": _marked("version_id", "position title url note lead"),
    "hint": _marked("version_id level", "text html"),
    "mark_scheme": _marked("version_id", "answer option_values combinations tests oracle_budget"),
    "question_search": _marked("rowid question_id title prompt options document"),
    "question_search_authors": _marked(
        "rowid question_id title prompt options", "explanation document"
    ),
    # The same in other languages.
    "translation": _marked(
        "id question_id language title prompt prompt_html options published_at withdrawn_at",
        "number source_version source_hash created_at writers published_by withdrawn_by",
    ),
    "translation_secret": _marked(
        "translation_id", "explanation explanation_html feedback hints combinations source"
    ),
    "translated_version": _marked("version_id language translation_id withdrawn_at"),
    # Pictures are told to whoever knows the hash of their bytes.
    "media": _marked("sha256 type size width height content", "file created_at"),
    "version_media": _marked("version_id sha256", "file"),
    # What learners sent is told to who sent it; what it earned, as its release says.
    "submission": _marked(
        "id question_id version_id caller learner selected response shown shuffle release"
        " submitted_at idempotency_key request_hash translation_id",
        "duration_ms",
    ),
    "grade": _marked(
        "id submission_id rule rule_version max_points graded_at",
        "exact_score score points correct reason regrade_id is_undo key_version_id",
    ),
    "item_tally": _marked("version_id", "answers regraded until document"),
    "regrade": _marked(
        "id question_id",
        "reason mode versions since until target_id rule planned_by created_at planned_at"
        " applied_by apply_asked_at applied_at undone_by undone_at submissions affected ungradable"
        " raised lowered became_correct became_incorrect sum_before sum_after applied stale"
        " arrived undone kept task mark done attempts worker alive_at finished_at failure",
    ),
    "regrade_outcome": _marked(
        "regrade_id number",
        "old_exact_score old_correct problem reason rule rule_version exact_score score points"
        " max_points correct key_version_id",
    ),
    "regrade_item": _marked("regrade_id submission_id", "old_grade_id outcome"),
    # What authors and operators work with.
    "likeness_band": _marked("question_id", "band"),
    "alike_pair": _marked("question_id other_id", "similarity"),
    "import_job": _marked(
        "id",
        "caller name format dry_run total data created_at attempts worker alive_at finished_at"
        " failure",
    ),
    "import_part": _marked("job_id first", "files items created updated unchanged failed noted"),
    "audit_entry": _marked(
        "number",
        "at actor actor_name action subject_type subject_id version detail previous_hash hash",
    ),
    "audit_head": _marked("id", "entries hash"),
    "idempotency_record": _marked("caller route key request_hash", "body created_at"),
    # Who may do what, and what the service signs with.
    "bank": _marked("id revision unnamed_in serves_since", "signing_secret"),
    "api_key": _marked(
        "id public_part scopes role rate_limit expires_at revoked_at",
        "name token_hash created_at last_used_at",
    ),
    "sign_in": _marked("id", "token_hash key_id expires_at"),
    "signing_key": _marked("id kid public_key created_at", "private_key"),
}
