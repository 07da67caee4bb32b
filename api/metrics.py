"""`/metrics`: what was measured, in the text format of Prometheus or as OpenMetrics."""

from fastapi import APIRouter, Depends, Request, Response

from api.dependencies import AppSettings, CallerWith
from api.requests import StrictRoute
from api.responses import NO_STORE
from domain.errors import NotFound

PATH = "/metrics"
ADMIN = CallerWith("admin")

router = APIRouter(include_in_schema=False, route_class=StrictRoute)


async def may_see_metrics(request: Request, settings: AppSettings) -> None:
    """Let in whom the settings let in: nobody, admins or everybody.

    The page holds no content, but its counts tell when an exam begins and how it goes.
    """
    if settings.metrics == "off":
        raise NotFound
    if settings.metrics == "admin":
        await ADMIN(request)


@router.get(PATH, dependencies=[Depends(may_see_metrics)])
def read_metrics(request: Request) -> Response:
    """All measurements of this service, summed over its processes."""
    state = request.app.state
    state.gauges.look()
    content, media_type = state.observer.measurements.page(request.headers.get("accept", ""))
    return Response(content, headers={"Cache-Control": NO_STORE}, media_type=media_type)
