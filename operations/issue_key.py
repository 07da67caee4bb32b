"""Make an API key."""

from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import ROLES, Caller, Role, hash_token, make_token, public_part
from models import ApiKey
from operations.record_audit import record_audit


def issue_key(
    session: Session,
    *,
    name: str,
    role: Role,
    expires_at: datetime | None = None,
    rate_limit: str | None = None,
    token: str | None = None,
    actor: Caller | None = None,
) -> tuple[ApiKey, str]:
    """Store a new key with the scopes of a role. Returns its row and its text.

    The text is kept nowhere: whoever gets it here is the last to see it. ``token`` is a text
    chosen beforehand, for automated installs.
    """
    token = token or make_token()
    key = ApiKey(
        name=name,
        public_part=public_part(token),
        token_hash=hash_token(token),
        scopes=sorted(ROLES[role]),
        role=role,
        rate_limit=rate_limit,
        expires_at=expires_at,
    )
    session.add(key)
    session.flush()
    _note(session, key, actor)
    return key, token


def _note(session: Session, key: ApiKey, actor: Caller | None) -> None:
    record_audit(
        session,
        actor=actor,
        action="key.created",
        subject_type="key",
        subject_id=key.id,
        detail={
            "public_part": key.public_part,
            "name": key.name,
            "role": key.role,
            "expires_at": key.expires_at.isoformat() if key.expires_at else None,
            "rate_limit": key.rate_limit,
        },
        at=key.created_at,
    )
