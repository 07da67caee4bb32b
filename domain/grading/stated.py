"""Documents that authors and learners write: read strictly from JSON values, then frozen."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Document(BaseModel):
    """A document without room for what nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The document that JSON values say, or a ``pydantic.ValidationError`` with every fault."""
        return cls.model_validate(dict(document))


class Stated(Document):
    """What an author states as right, and what counts as near to it. Never shown to learners.

    Options are named by their place in their part, from 1.
    """


class Sent(Document):
    """What a learner sends. Options are named by their ids."""
