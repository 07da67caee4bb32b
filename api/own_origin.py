"""Forms come from pages of ours."""

from urllib.parse import urlsplit

from fastapi import Request

from api.protocol_errors import ForeignForm


def require_own_origin(request: Request) -> None:
    """Raise :class:`ForeignForm` for what a page of another origin sends.

    Browsers say it as Sec-Fetch-Site; older ones by Origin, which is ``null`` for pages that, like
    ours, send no referrer.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_own = site in {"same-origin", "none"}
    else:
        is_own = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not is_own:
        raise ForeignForm
