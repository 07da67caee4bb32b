"""What can go wrong, in four kinds, each error named once.

Each named error documents itself: ``code`` is stable and goes over the wire, ``title`` is what
happened, ``cure`` what the caller can do. Nothing here knows HTTP.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong value of a request: ``pointer`` is a JSON pointer (RFC 6901) to it."""

    pointer: str
    code: str
    detail: str


class ServiceError(Exception):
    """Base of every error that is somebody's to know. ``str(error)`` is safe to show."""

    code: ClassVar[str]
    title: ClassVar[str]
    cure: ClassVar[str]

    def __init__(self, detail: str = "", faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail or self.title)
        self.faults = faults


class NotFound(ServiceError):
    """The thing does not exist, or is hidden from the caller: both look the same."""

    code = "not_found"
    title = "There is nothing here"
    cure = "Check the spelling of the address, the slug or the id."


class Conflict(ServiceError):
    """The request is sound, but the present state forbids it."""

    code = "conflict"
    title = "The present state does not allow this"
    cure = "Read the thing again and decide anew."


class Invalid(ServiceError):
    """The request was understood and its content is wrong."""

    code = "invalid"
    title = "The content of the request is wrong"
    cure = "Mend the values that `errors` points at and send the request again."


class Forbidden(ServiceError):
    """The caller is known and may not do this."""

    code = "forbidden"
    title = "This key may not do that"
    cure = "Use a key that has the scope named in the detail."


class QuestionNotFound(NotFound):
    code = "question_not_found"
    title = "There is no such question"
    cure = "Check the slug or the id; GET /v1/questions lists the published questions."


class HintNotFound(NotFound):
    code = "hint_not_found"
    title = "The question has no hint of that level"
    cure = "Ask for the levels from 1 to the number that the question states as `hints`."


class VersionNotFound(NotFound):
    code = "version_not_found"
    title = "The question has no version of that number"
    cure = "GET /v1/bank/questions/{slug}/versions lists the versions that there are."


class TranslationNotFound(NotFound):
    code = "translation_not_found"
    title = "The question is not translated into that language"
    cure = "GET /v1/bank/questions/{slug}/translations lists the translations that there are."


class SubmissionNotFound(NotFound):
    code = "submission_not_found"
    title = "There is no such submission"
    cure = "A submission can be read back with the key that posted it, or with an admin key."


class KeyNotFound(NotFound):
    code = "key_not_found"
    title = "There is no such API key"
    cure = "Name the key by its public part; GET /v1/keys lists all keys."


class LastAdminKey(Conflict):
    code = "last_admin_key"
    title = "This is the last admin key that is valid"
    cure = "Make another admin key first, or revoke this one with `questions keys revoke`."


class ImportNotFound(NotFound):
    code = "import_not_found"
    title = "There is no such import"
    cure = "An import can be followed with the key that posted it, or with an admin key."


class UploadNotKept(Conflict):
    code = "upload_not_kept"
    title = "What was uploaded is not kept any more"
    cure = "What a dry run has read can be imported for a day. Upload the file again."


class RegradeNotFound(NotFound):
    code = "regrade_not_found"
    title = "There is no such regrade"
    cure = "GET /v1/bank/regrades lists them."


class RegradeNotReady(Conflict):
    code = "regrade_not_ready"
    title = "The regrade is not in a state that allows this"
    cure = (
        "Read its `state`: one that is planned can be applied, one that is applied be undone; "
        "of one question only one at a time."
    )


class RegradedSince(Conflict):
    code = "regraded_since"
    title = "A later regrade has graded the same submissions since"
    cure = "Undo the later one first; the detail names it."


class NothingPublished(Conflict):
    code = "nothing_published"
    title = "The question has no published version to grade by"
    cure = "Publish the corrected version first, or name an earlier one as `version`."


class VersionConflict(Conflict):
    code = "version_conflict"
    title = "That version of the question was never published"
    cure = "Fetch the question again and send the `version` that it states, or leave it out."


class IncompleteQuestion(Conflict):
    code = "incomplete_question"
    title = "The question is not complete"
    cure = "Mend what `errors` lists and publish again."


class NotReleased(Conflict):
    code = "not_released"
    title = "The result of this submission is not released"
    cure = "Nothing: its question releases no result, and a receipt would tell the score."


class WrongState(Conflict):
    code = "wrong_state"
    title = "The question is not in a state that allows this"
    cure = "Read its `status`: a draft is reviewed, then published, then retired, then reopened."


class InUse(Conflict):
    code = "in_use"
    title = "Learners have answered this question, so it stays"
    cure = "Retire it instead: learners no longer get it, and its results stay explained."


class LanguageConflict(Conflict):
    code = "language_conflict"
    title = "That version of the question was never shown in this language"
    cure = "Send the `language` that the question stated when it was shown, or leave it out."


class StaleTranslation(Conflict):
    code = "stale_translation"
    title = "The question says something else now than what was translated"
    cure = "Read the translation: `changes` lists what to look at again; then write it anew."


class SlugTaken(Conflict):
    code = "slug_taken"
    title = "Another question has this slug"
    cure = "Choose another slug."


class ExternalIdTaken(Conflict):
    code = "external_id_taken"
    title = "Another question has this external id"
    cure = "Choose another external id, or take it away from the other question first."


class OwnDraft(Forbidden):
    code = "own_draft"
    title = "Nobody publishes what they wrote themselves"
    cure = "Ask somebody else to publish it: the setting QUESTIONS_FOUR_EYES asks for two people."


class OwnPlan(Forbidden):
    code = "own_plan"
    title = "Nobody applies a regrade that they planned themselves"
    cure = "Ask somebody else to apply it: the setting QUESTIONS_FOUR_EYES asks for two people."


class MediaNotFound(NotFound):
    code = "media_not_found"
    title = "There is no such picture"
    cure = "Take the name from the text that shows it; GET /v1/bank/media lists all of them."


class InvalidPicture(Invalid):
    code = "invalid_picture"
    title = "The picture cannot be taken"
    cure = "Send one whole PNG, JPEG, GIF, WebP or SVG; `errors` says what is wrong with this one."


class InvalidDraft(Invalid):
    code = "invalid_draft"
    title = "The draft cannot be stored as it is"
    cure = "Mend the values that `errors` points at; what is merely missing may stay so."


class InvalidTranslation(Invalid):
    code = "invalid_translation"
    title = "The translation does not fit what it translates"
    cure = "Send a text for each text of the source, options under the ids that they have there."


class InvalidResponse(Invalid):
    code = "invalid_response"
    title = "The response does not fit the question"
    cure = "Send each picked option's id once, as the question gave them."


class UnknownOption(InvalidResponse):
    code = "unknown_option"
    title = "The question has no option with this id"
    cure = "Send ids of the version that was shown; fetch the question again to see them."


class RepeatedOption(InvalidResponse):
    code = "repeated_option"
    title = "An option is picked twice"
    cure = "Send each picked option's id once."


class TooManyOptions(InvalidResponse):
    code = "too_many_options"
    title = "More options are picked than the question allows"
    cure = "Pick at most as many as `select.max` of the question says."


class NotAChoice(Invalid):
    code = "not_a_choice"
    title = "The question is not answered by picking options"
    cure = "Compare rules on a question of kind `single_choice` or `multiple_response`."


class IdempotencyKeyReused(Invalid):
    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used for another request"
    cure = "Make a new key for a new request; repeat a request with exactly the same body."


class ExpiresInThePast(Invalid):
    code = "expires_in_the_past"
    title = "The key would have expired before it is made"
    cure = "State a moment to come as `expires_at`, or leave it out."


class UnknownRule(Invalid):
    code = "unknown_rule"
    title = "There is no scoring rule of that name"
    cure = "Use one of the registered rules."


class AmbiguousRevision(Conflict):
    code = "ambiguous_revision"
    title = "It is not clear which old option is which new one"
    cure = (
        "State the option ids: in a file as `ids: [...]`, by HTTP as the `id` of each old option."
    )


class AlteredHistory(Conflict):
    code = "altered_history"
    title = "Published versions, submissions, grades and audit entries are never changed"
    cure = "Write a correction as a new version, a regrade as a new grade."
