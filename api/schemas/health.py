"""What the service says about itself."""

from typing import Literal

from api.schemas.base import Outgoing


class LiveOut(Outgoing):
    """The process runs."""

    status: Literal["alive"]


class ReadyOut(Outgoing):
    """The database answers and is at the newest migration."""

    status: Literal["ready"]
    migration: str


class VersionOut(Outgoing):
    """Which version of the service answers, and which version of the interface."""

    version: str
    api: str
