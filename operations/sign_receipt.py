"""Sign what was answered and how it was scored."""

from dataclasses import dataclass
from fractions import Fraction

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from domain.errors import NotReleased
from domain.grading import ChoiceKey
from domain.receipts import AnsweredQuestion, Receipt, from_base64url, to_base64url
from models import SigningKey, Submission


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt and its Ed25519 signature in base64url; ``kid`` names the key that made it."""

    receipt: Receipt
    kid: str
    signature: str


def sign_receipt(session: Session, *, submission: Submission, issuer: str) -> SignedReceipt:
    """The receipt of a submission under its last told grade, signed with the newest key.

    Equal receipts have equal signatures. Raises :class:`NotReleased` where the question tells
    nobody the score.
    """
    if submission.release == "never":
        raise NotReleased
    receipt = _receipt(submission, issuer)
    key = session.scalars(SigningKey.that_signs()).one()
    signer = Ed25519PrivateKey.from_private_bytes(from_base64url(key.private_key))
    return SignedReceipt(receipt, key.kid, to_base64url(signer.sign(receipt.canonical)))


def _receipt(submission: Submission, issuer: str) -> Receipt:
    version, grade = submission.version, submission.told_grades[-1]
    key = (grade.key_version or version).key
    is_open = submission.release_of(grade) == "after_submission"
    return Receipt(
        issuer=issuer,
        submission=str(submission.id),
        grade=str(grade.id),
        learner=submission.learner,
        question=AnsweredQuestion(
            id=str(version.question_id),
            slug=version.question.slug,
            version=version.number,
            content_hash=version.content_hash if is_open else None,
            kind=version.kind,
        ),
        options=frozenset(version.option_ids),
        key=key.correct if is_open and isinstance(key, ChoiceKey) else None,
        selected=frozenset(submission.selected),
        response=submission.response,
        rule=grade.rule,
        rule_version=grade.rule_version,
        score=Fraction(grade.exact_score),
        max_points=version.points_at_most,
        submitted_at=submission.submitted_at,
        graded_at=grade.graded_at,
    )
