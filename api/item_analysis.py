"""The analysis of a question, and keeping what it has counted."""

import structlog
from sqlalchemy.exc import DBAPIError

from api.schemas.statistics import ItemStatisticsOut
from models import Database, now
from operations.analyse_item import analyse_item
from operations.keep_tally import keep_tally


def item_statistics(
    database: Database, question: str, version: int | None = None
) -> ItemStatisticsOut:
    """What the answers say; so that the next one need not count them, the sums are kept.

    Where they cannot be, the answer stands nevertheless.
    """
    with database.read() as session:
        found = analyse_item(session, question=question, version=version, at=now())
        told = ItemStatisticsOut.of(found)
    if (tally := found.worth_keeping) is not None:
        try:
            database.write(lambda session: keep_tally(session, tally=tally))
        except DBAPIError as error:
            structlog.get_logger().warning("tally_not_kept", reason=type(error).__name__)
    return told
