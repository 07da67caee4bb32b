"""Problem documents (RFC 9457), the shape of every error."""

from pydantic import Field

from api.schemas.base import Outgoing


class FaultOut(Outgoing):
    """One wrong value: where (a JSON pointer, RFC 6901) and why."""

    pointer: str = Field(examples=["/selected/0"])
    code: str = Field(examples=["unknown_option"])
    detail: str


class ProblemOut(Outgoing):
    """What went wrong and what to do. ``type`` is the address of a page that says more."""

    type: str = Field(examples=["http://127.0.0.1:8000/problems/unknown_option"])
    title: str
    status: int = Field(examples=[422])
    detail: str
    instance: str = Field(examples=["/v1/questions/vanishing-gradients/submissions"])
    code: str = Field(examples=["unknown_option"])
    request_id: str
    errors: list[FaultOut]
