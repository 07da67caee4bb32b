"""What the service says about itself."""

from typing import Literal

from pydantic import Field

from api.schemas.base import Outgoing


class LiveOut(Outgoing):
    """The process runs."""

    status: Literal["alive"]


class ReadyOut(Outgoing):
    """The database answers and is at the newest migration."""

    status: Literal["ready"]
    migration: str = Field(examples=["2026_11_23_4"])


class VersionOut(Outgoing):
    """Which version of the service answers, and which version of the interface."""

    version: str = Field(examples=["0.1.0"])
    api: str = Field(examples=["v1"])
