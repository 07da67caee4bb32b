"""What the service says about itself."""

from typing import Literal

from pydantic import Field

from api.schemas.base import Outgoing

Durability = Literal["keeps_answers", "may_lose_answers"]


class LiveOut(Outgoing):
    """The process runs."""

    status: Literal["alive"]


class ReadyOut(Outgoing):
    """The database answers and is at the newest migration."""

    status: Literal["ready"]
    migration: str
    durability: Durability = Field(
        description="Whether a power cut may take away what was confirmed, by the database's word."
    )


class VersionOut(Outgoing):
    """Which version of the service answers, and which version of the interface."""

    version: str
    api: str
