"""Work that nobody asks for by HTTP: publishing what is due."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog
from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError

from models import Database, now
from models.authoring import due_versions
from operations.publish_due import publish_due

SECONDS_BETWEEN = 5.0


@contextlib.asynccontextmanager
async def publishing_what_is_due(database: Database) -> AsyncIterator[None]:
    """Publish at once what is due, and from then on every few seconds until the block ends."""
    ended = asyncio.Event()
    loop = asyncio.create_task(_keep_publishing(database, ended))
    try:
        yield
    finally:
        ended.set()
        await loop


async def _keep_publishing(database: Database, ended: asyncio.Event) -> None:
    while not ended.is_set():
        await asyncio.to_thread(publish_now, database)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), SECONDS_BETWEEN)


def publish_now(database: Database) -> None:
    """Publish what is due. A database that is away is tried again; several processes may try."""
    log = structlog.get_logger()
    try:
        with database.read() as session:
            if not session.scalar(select(exists(due_versions(now())))):
                return
        refused = database.write(lambda session: publish_due(session, at=now()))
    except SQLAlchemyError as error:
        log.warning("due_not_published", reason=type(error).__name__)
        return
    for version in refused:
        log.warning("due_not_complete", question=str(version.question_id), number=version.number)
