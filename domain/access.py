"""Who may do what: scopes, the roles that bundle them, and API keys as text."""

import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, get_args

Scope = Literal[
    "questions:read", "submissions:write", "bank:read", "bank:write", "bank:publish", "admin"
]
Role = Literal["publishable", "integration", "author", "reviewer", "admin"]

SCOPES: tuple[Scope, ...] = get_args(Scope)

ROLES: dict[Role, frozenset[Scope]] = {
    "publishable": frozenset({"questions:read"}),
    "integration": frozenset({"questions:read", "submissions:write"}),
    "author": frozenset({"questions:read", "bank:read", "bank:write"}),
    "reviewer": frozenset({"questions:read", "bank:read", "bank:publish"}),
    "admin": frozenset(SCOPES),
}

# Long enough that guessing is hopeless, short enough for names people choose in tests.
STATED_TOKEN = re.compile(r"[!-~]{12,200}")

RATE_LIMIT = re.compile(r"[1-9][0-9]{0,8}/(second|minute|hour|day)")
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
LONGEST_KEY_NAME = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request. ``id`` tells callers apart; ``public`` stands for nobody in person.

    ``name`` is what people called the key when they made it.
    """

    id: str
    scopes: frozenset[Scope]
    name: str = ""

    def may(self, scope: Scope) -> bool:
        """Whether the caller holds the scope."""
        return scope in self.scopes


PUBLIC = Caller("public", frozenset({"questions:read"}))


def read_rate_limit(limit: str) -> tuple[int, int]:
    """How often, and in how many seconds: ``600/minute`` is (600, 60)."""
    quota, _, unit = limit.partition("/")
    return int(quota), SECONDS[unit]


def is_key_name(name: str) -> bool:
    """Whether people can tell a key by this name: printable, not blank, not too long."""
    return name.isprintable() and len(name.strip()) > 0 and len(name) <= LONGEST_KEY_NAME


def make_token() -> str:
    """A new API key, ``qs_<public part>_<secret>``, with 192 random bits in the secret."""
    return f"qs_{secrets.token_hex(4)}_{secrets.token_hex(24)}"


def public_part(token: str) -> str:
    """The part of a key that may be shown and logged; a key chosen by hand shows its hash."""
    pieces = token.split("_")
    well_formed = len(pieces) == 3 and pieces[0] == "qs" and pieces[1].isalnum()
    return pieces[1][:32] if well_formed else hash_token(token)[:8]


def hash_token(token: str) -> str:
    """SHA-256 in hex: keys are random, so a fast hash is enough and each request can pay it."""
    return sha256(token.encode()).hexdigest()
