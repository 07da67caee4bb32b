"""POSTs that may arrive twice: one effect, and the first answer again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Caller
from domain.errors import IdempotencyKeyReused
from models import IdempotencyRecord

KEPT = timedelta(hours=24)
REPLAYED = {"Idempotency-Replayed": "true"}


def answer_once(
    session: Session,
    *,
    caller: Caller,
    route: str,
    key: str | None,
    request: str,
    at: datetime,
    work: Callable[[], str],
) -> tuple[str, bool]:
    """The body that ``work`` makes, or the one it made before under this key, and which it is.

    The record is claimed first, so that a twin at the same moment waits for this transaction
    and then finds the answer. Another request under the key is :class:`IdempotencyKeyReused`.
    """
    if key is None:
        return work(), False
    session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.created_at < at - KEPT))
    claim = IdempotencyRecord(
        caller=caller.id,
        route=route,
        key=key,
        request_hash=sha256(request.encode()).hexdigest(),
        created_at=at,
        body="",
    )
    try:
        with session.begin_nested():
            session.add(claim)
    except IntegrityError:
        first = session.get_one(IdempotencyRecord, (caller.id, route, key))
        if first.request_hash != claim.request_hash:
            raise IdempotencyKeyReused from None
        return first.body, True
    claim.body = work()
    return claim.body, False
