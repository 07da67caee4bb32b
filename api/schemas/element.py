"""Where the custom element is that shows questions on any page."""

from pydantic import Field

from api.schemas.base import Outgoing


class ElementOut(Outgoing):
    """The element ``<quiz-question>``: an address that never changes its content, and its hash."""

    version: str = Field(examples=["0.1.0"])
    src: str = Field(description="The address of this version alone.")
    integrity: str = Field(description="The value of the attribute of that name.")
    html: str = Field(description="The line that loads it, to copy into a page.")
