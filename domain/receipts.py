"""What a receipt says of a graded submission, and the bytes of it that are signed.

Nothing here signs: these are the parts that a reader of a receipt can repeat with any library.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fractions import Fraction
from hashlib import sha256
from typing import Any


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """The version of a question that was answered. ``content_hash`` is null where the key is.

    The hash covers the key: whoever knows all else could try every key against it.
    """

    id: str
    slug: str
    version: int
    content_hash: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was answered and how it was scored.

    ``options`` and ``selected`` are option ids; ``key`` holds the right ones, ``None`` where the
    question does not release them or none is picked. ``response`` is what was sent to a kind where
    nothing is picked: its names are ASCII and its values no numbers, as every such kind has it.
    ``rule`` is the full name of the scoring rule, ``score`` the exact fraction of the maximum.
    """

    issuer: str
    submission: str
    grade: str
    learner: str | None
    question: AnsweredQuestion
    options: frozenset[str]
    key: frozenset[str] | None
    selected: frozenset[str]
    rule: str
    rule_version: int
    score: Fraction
    max_points: Fraction
    submitted_at: datetime
    graded_at: datetime
    response: Mapping[str, Any] | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The receipt as JSON values: ids in code point order, exact fractions as text."""
        return asdict(self) | {
            "options": sorted(self.options),
            "key": None if self.key is None else sorted(self.key),
            "selected": sorted(self.selected),
            "score": str(self.score),
            "points": str(self.score * self.max_points),
            "max_points": str(self.max_points),
            "submitted_at": _rfc3339(self.submitted_at),
            "graded_at": _rfc3339(self.graded_at),
        }

    @property
    def canonical(self) -> bytes:
        """The bytes that are signed: the document in the canonical form of RFC 8785 (JCS).

        JSON of the standard library is in that form already, as long as no number is a float,
        none is over 2**53 and all member names are ASCII, as they are here: both leave out white
        space, sort members and escape only what must be, ``\\u001f`` in lower case.
        """
        return json.dumps(
            self.document, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()


def key_id(public_key: str) -> str:
    """The JWK thumbprint (RFC 7638) of an Ed25519 public key, itself in base64url (RFC 8037)."""
    members = f'{{"crv":"Ed25519","kty":"OKP","x":"{public_key}"}}'
    return to_base64url(sha256(members.encode()).digest())


def to_base64url(octets: bytes) -> str:
    """Octets as text without padding (RFC 4648, section 5)."""
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The octets that :func:`to_base64url` made a text of."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
