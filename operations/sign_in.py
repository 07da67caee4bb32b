"""Let a browser act with a key."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from domain.access import Caller, hash_token
from domain.errors import Forbidden
from models import ApiKey, SignIn
from operations.record_audit import record_audit

LASTS = timedelta(hours=12)


def sign_in(
    session: Session, *, key: ApiKey, caller: Caller, at: datetime, before: str = ""
) -> str:
    """Begin a session of a key and return its token, which only the browser keeps.

    It ends the session that the browser had ``before``.

    Raises :class:`Forbidden` for a key that may not read the bank: the pages have nothing for it.
    Sessions that have ended are swept.
    """
    if not caller.may("bank:read"):
        raise Forbidden("The admin pages need a key of the role author, reviewer or admin.")
    has_ended = or_(SignIn.expires_at <= at, SignIn.token_hash == hash_token(before))
    session.execute(delete(SignIn).where(has_ended))
    token = secrets.token_urlsafe(32)
    session.add(SignIn(token_hash=hash_token(token), key_id=key.id, expires_at=at + LASTS))
    record_audit(
        session,
        actor=caller,
        action="key.signed_in",
        subject_type="key",
        subject_id=key.id,
        detail={"public_part": key.public_part},
        at=at,
    )
    return token
