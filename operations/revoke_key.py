"""Make an API key useless."""

from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import Caller
from domain.errors import KeyNotFound, LastAdminKey
from models import ApiKey, Bank
from operations.record_audit import record_audit


def revoke_key(
    session: Session, *, public_part: str, at: datetime, actor: Caller | None = None
) -> ApiKey:
    """Revoke the key with this public part; once revoked it stays as it is.

    Raises :class:`KeyNotFound`, or :class:`LastAdminKey` where a caller would lock everybody
    out. At the command line (no ``actor``) that is allowed: another key can be made there.
    """
    # Locked in one order, so that two admins who revoke each other do not both succeed.
    admins = ApiKey.valid_admins(at).order_by(ApiKey.id).with_for_update()
    valid = session.scalars(admins.execution_options(populate_existing=True)).all()
    key = session.scalar(ApiKey.by_public_part(public_part))
    if key is None:
        raise KeyNotFound
    if key.revoked_at is not None:
        return key
    if actor is not None and list(valid) == [key]:
        raise LastAdminKey
    key.revoked_at = at
    Bank.change_access(session)
    record_audit(
        session,
        actor=actor,
        action="key.revoked",
        subject_type="key",
        subject_id=key.id,
        detail={"public_part": key.public_part, "name": key.name},
        at=at,
    )
    return key
