"""Receipts as they go over the wire, and the public keys that verify them (RFC 7517, RFC 8037)."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field

from api.schemas.base import Outgoing
from models import SigningKey
from operations.sign_receipt import SignedReceipt

# Texts, so that they leave exactly as they were signed.
Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Exact = Annotated[
    str, Field(description="An exact fraction.", pattern=r"^-?\d+(/\d+)?$", examples=["1/2"])
]


class AnsweredQuestionOut(Outgoing):
    """The version that was answered. ``content_hash`` is null where the key is not told."""

    id: Id
    slug: str
    version: int
    content_hash: str | None
    kind: str


class ReceiptOut(Outgoing):
    """What was answered and how it was scored. ``key`` is null where it is not released."""

    issuer: str = Field(description="The service that signed.")
    submission: Id
    grade: Id = Field(description="The last grade of the submission, the one that counts.")
    learner: str | None
    question: AnsweredQuestionOut
    options: list[str] = Field(description="All option ids, in code point order.")
    key: list[str] | None = Field(description="The right option ids, in code point order.")
    selected: list[str]
    response: dict[str, Any] | None = Field(description="For kinds where nothing is picked.")
    rule: str = Field(examples=["net_right(floor=none)"])
    rule_version: int
    score: Exact
    points: Exact
    max_points: Exact
    submitted_at: Time
    graded_at: Time


class SignedReceiptOut(Outgoing):
    """A receipt with the Ed25519 signature over its canonical JSON (RFC 8785)."""

    receipt: ReceiptOut
    alg: Literal["EdDSA"]
    kid: str = Field(description="Which of the keys at /.well-known/jwks.json signed.")
    signature: str = Field(description="In base64url without padding.")

    @classmethod
    def of(cls, signed: SignedReceipt) -> Self:
        """The same on the wire."""
        return cls(
            receipt=ReceiptOut(**signed.receipt.document),
            alg="EdDSA",
            kid=signed.kid,
            signature=signed.signature,
        )


class PublicKeyOut(Outgoing):
    """An Ed25519 public key; ``kid`` is its thumbprint (RFC 7638)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    use: Literal["sig"]
    alg: Literal["EdDSA"]

    @classmethod
    def of(cls, row: SigningKey) -> Self:
        """The public part of a key."""
        return cls(kty="OKP", crv="Ed25519", x=row.public_key, kid=row.kid, use="sig", alg="EdDSA")


class KeySetOut(Outgoing):
    """All keys that ever signed, newest first."""

    keys: list[PublicKeyOut]
