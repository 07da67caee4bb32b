"""Wire shapes of pictures."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints

from api.schemas.base import Incoming, Moment, Outgoing
from domain.pictures import FOLDER
from formats.sanitising import MEDIA_ADDRESS
from models import Media

FileName = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class MediaUploadQuery(Incoming):
    """What is told of a picture beside its bytes."""

    filename: FileName | None = Field(
        None, description="What the file is called, for exports.", examples=["plot.png"]
    )


class MediaOut(Outgoing):
    """A picture. ``markdown`` shows it in any text of a question; put words into the brackets.

    Width and height are in pixels, null for one without a size of its own.
    """

    name: str = Field(description="The SHA-256 of its bytes, and its ending.")
    type: str = Field(examples=["image/png"])
    bytes: int
    width: int | None
    height: int | None
    file: str = Field(description="What the file was called when it first came.")
    url: str
    markdown: str
    created_at: Moment

    @classmethod
    def of(cls, row: Media, base_url: str) -> Self:
        """The shape of a stored picture, which learners get below that address."""
        return cls(
            name=row.name,
            type=row.type,
            bytes=row.size,
            width=row.width,
            height=row.height,
            file=row.file,
            url=f"{base_url}{MEDIA_ADDRESS}{row.name}",
            markdown=f"![]({FOLDER}{row.name})",
            created_at=row.created_at,
        )


class UsedMediaOut(Outgoing):
    """A picture, and how many versions of questions show it, old ones included."""

    media: MediaOut
    uses: int


class MediaPage(Outgoing):
    """One page of the pictures, newest first. ``next_cursor`` is null on the last one."""

    items: list[UsedMediaOut]
    next_cursor: str | None
    limit: int


class MediaQuery(Incoming):
    """Which pictures, and the page of them."""

    used: bool | None = Field(
        None, strict=False, description="Only those that some version shows, or none does."
    )
    limit: int = Field(50, ge=1, le=200, strict=False)
    cursor: str | None = Field(None, max_length=1000)
