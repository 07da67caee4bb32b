"""Signed receipts of submissions, and the public keys that verify them."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.dependencies import Integration, ReadSession
from api.documentation import problems
from api.errors import base_url
from api.requests import StrictRoute
from api.responses import json_response
from api.schemas.receipts import KeySetOut, PublicKeyOut, SignedReceiptOut
from api.submissions import readable_submission
from models import SigningKey
from operations.sign_receipt import sign_receipt

router = APIRouter(tags=["receipts"], route_class=StrictRoute)

KEYS_CHANGE_SELDOM = "public, max-age=300"  # also where questions need a key


@router.get(
    "/v1/submissions/{submission_id}/receipt",
    operation_id="read_receipt",
    summary="Read the signed receipt of a submission",
    response_model=SignedReceiptOut,
    responses=problems(401, 403, 404, 409, 422),
)
def read_receipt(
    request: Request, session: ReadSession, caller: Integration, submission_id: UUID
) -> Response:
    """What was answered and how it was scored, for anybody to verify without this service."""
    submission = readable_submission(session, caller, submission_id)
    signed = sign_receipt(session, submission=submission, issuer=base_url(request.scope))
    return json_response(request, SignedReceiptOut.of(signed))


@router.get(
    "/.well-known/jwks.json",
    operation_id="read_signing_keys",
    summary="Read the keys that verify receipts",
    responses=problems(422),
)
def read_signing_keys(response: Response, session: ReadSession) -> KeySetOut:
    """All public keys, newest first. Those no longer in use stay, for old receipts."""
    response.headers["Cache-Control"] = KEYS_CHANGE_SELDOM
    return KeySetOut(
        keys=[PublicKeyOut.of(row) for row in session.scalars(SigningKey.newest_first())]
    )
