"""The tables, and named statements over them. Importing this package maps them all."""

from models.api_key import ApiKey
from models.audit import AuditEntry, AuditHead
from models.bank import Bank
from models.base import Base, now
from models.database import Database, open_engine
from models.history import guard_history
from models.idempotency import IdempotencyRecord
from models.import_job import ImportJob, ImportPart
from models.item_tally import ItemTally
from models.likeness import AlikePair, LikenessBand
from models.media import Media, VersionMedia
from models.parts import (
    CorrectOption,
    ExplanationText,
    Hint,
    MarkScheme,
    OptionRow,
    ReferenceRow,
    Tag,
)
from models.question import Question, QuestionVersion
from models.regrade import ItemValues, OutcomeValues, Regrade, RegradeItem, RegradeOutcome
from models.sign_in import SignIn
from models.signing_key import SigningKey
from models.submission import (
    GradeRow,
    GradeValues,
    RegradeValues,
    Submission,
    SubmissionValues,
)
from models.translation import TranslatedVersion, Translation, TranslationSecret

__all__ = [
    "AlikePair",
    "ApiKey",
    "AuditEntry",
    "AuditHead",
    "Bank",
    "Base",
    "CorrectOption",
    "Database",
    "ExplanationText",
    "GradeRow",
    "GradeValues",
    "Hint",
    "IdempotencyRecord",
    "ImportJob",
    "ImportPart",
    "ItemTally",
    "ItemValues",
    "LikenessBand",
    "MarkScheme",
    "Media",
    "OptionRow",
    "OutcomeValues",
    "Question",
    "QuestionVersion",
    "ReferenceRow",
    "Regrade",
    "RegradeItem",
    "RegradeOutcome",
    "RegradeValues",
    "SignIn",
    "SigningKey",
    "Submission",
    "SubmissionValues",
    "Tag",
    "TranslatedVersion",
    "Translation",
    "TranslationSecret",
    "VersionMedia",
    "guard_history",
    "now",
    "open_engine",
]
