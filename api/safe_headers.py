"""What every answer tells browsers, so that they do no more with it than they must."""

from collections.abc import Iterable

from api.kept_answers import RawHeaders

POLICY = b"content-security-policy"
# What is no page runs nothing, loads nothing and stands in no frame, whatever it is taken for.
OF_DATA = (
    POLICY,
    b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)
ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
YEAR = 365 * 24 * 60 * 60
BY_TLS_ONLY = (b"strict-transport-security", b"max-age=%d; includeSubDomains" % YEAR)


def is_by_tls(scheme: str, base_url: str) -> bool:
    """Whether clients come by TLS: a proxy that is trusted says so, or the settings do."""
    return scheme == "https" or base_url.startswith("https://")


def safe_headers(is_secure: bool) -> RawHeaders:
    """The headers of every answer."""
    return (*ALWAYS, BY_TLS_ONLY) if is_secure else ALWAYS


def has_policy(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether an answer brings a policy of its own, as pages and pictures do."""
    return any(name.lower() == POLICY for name, _ in headers)
