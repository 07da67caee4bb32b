"""Errors of HTTP itself, each with the status that HTTP has for it."""

from typing import ClassVar

from domain.errors import ServiceError


class ProtocolError(ServiceError):
    """An error of HTTP itself, with the status that HTTP has for it."""

    status: ClassVar[int]


class MalformedRequest(ProtocolError):
    status = 400
    code = "malformed_request"
    title = "The request cannot be read"
    cure = "Send well-formed JSON in UTF-8, and addresses without control characters."


class InvalidCursor(ProtocolError):
    status = 400
    code = "invalid_cursor"
    title = "The cursor does not belong to this listing"
    cure = "Start again without `cursor`, and keep filters and sort unchanged between pages."


class Unauthenticated(ProtocolError):
    status = 401
    code = "unauthenticated"
    title = "This needs a valid API key"
    cure = "Send `Authorization: Bearer qs_...` with a key that is neither expired nor revoked."


class NotSignedIn(ProtocolError):
    status = 401
    code = "not_signed_in"
    title = "Nobody is signed in"
    cure = "Sign in at /admin/sign-in with a key of the role author, reviewer or admin."


class ForeignForm(ProtocolError):
    status = 403
    code = "foreign_form"
    title = "The form does not come from a page of this session"
    cure = "Open the page again, fill its form there and send it."


class MethodNotAllowed(ProtocolError):
    status = 405
    code = "method_not_allowed"
    title = "This address does not know that method"
    cure = "Use one of the methods in the Allow header."


class AlreadyExists(ProtocolError):
    status = 412
    code = "already_exists"
    title = "There is a question of that name already"
    cure = "Choose another slug, or read the question and write its next version with If-Match."


class Stale(ProtocolError):
    status = 412
    code = "stale"
    title = "The question has changed since you read it"
    cure = "Read it again, put your change into what it says now, and send the new ETag."


class PayloadTooLarge(ProtocolError):
    status = 413
    code = "payload_too_large"
    title = "The request body is larger than this service reads"
    cure = (
        "Send less at once; the limit is the setting QUESTIONS_MAX_BODY_BYTES, for imports "
        "QUESTIONS_MAX_IMPORT_BYTES."
    )


class UnsupportedMediaType(ProtocolError):
    status = 415
    code = "unsupported_media_type"
    title = "The body is not of a type that is read here"
    cure = "Send JSON with `Content-Type: application/json`."


class PreconditionRequired(ProtocolError):
    status = 428
    code = "precondition_required"
    title = "This needs to know which state you change"
    cure = "Send the ETag that you read as If-Match, or `If-None-Match: *` to create a question."


class InvalidRequest(ProtocolError):
    status = 422
    code = "invalid_request"
    title = "The request does not have the shape that is expected here"
    cure = "Mend the values that `errors` points at; /docs shows the shape."


class UnknownField(InvalidRequest):
    code = "unknown_field"
    title = "The body has a field that nothing reads"
    cure = "Check the spelling of the field that `errors` points at, or leave it out."


class UnknownParameter(InvalidRequest):
    code = "unknown_parameter"
    title = "The address has a query parameter that nothing reads"
    cure = "Check the spelling of the parameter that `errors` points at, or leave it out."


class CorsRefused(MalformedRequest):
    code = "cors_refused"
    title = "Pages of this origin may not send that request"
    cure = "Add the origin to the setting QUESTIONS_CORS_ORIGINS."


class SlowRequest(ProtocolError):
    status = 408
    code = "request_timeout"
    title = "The request took too long to arrive"
    cure = "Send it again over a new connection, its head and body without pauses."


class Passing(ProtocolError):
    """What passes by itself; ``seconds`` says after how long to ask again."""

    def __init__(self, detail: str = "", seconds: int = 1) -> None:
        super().__init__(detail)
        self.seconds = seconds


class RateLimited(Passing):
    status = 429
    code = "rate_limited"
    title = "Too many requests in too short a time"
    cure = "Wait as long as Retry-After says; the RateLimit header tells what is left before that."


class InternalError(ProtocolError):
    status = 500
    code = "internal_error"
    title = "The service made a mistake"
    cure = "Try again; if it stays, tell the operator the request_id, which the log explains."


class Unavailable(Passing):
    status = 503
    code = "unavailable"
    title = "The service cannot do this just now"
    cure = "Wait as long as Retry-After says and send the same request again."


class Overloaded(Unavailable):
    code = "overloaded"
    title = "The service is asked more than it can answer in time"
    cure = "Wait as long as Retry-After says and send the same request again."
