"""Pages for people: the documentation of the API, and one page per problem."""

from fastapi import APIRouter, Request, Response

from api.errors import CATALOGUE, status_of
from api.rendering import OF_DOCUMENTATION, render
from domain.errors import NotFound

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def documentation(request: Request) -> Response:
    """The HTTP interface, to read and to try."""
    return render(request, "docs.html", policy=OF_DOCUMENTATION)


@router.get("/problems")
def list_problems(request: Request) -> Response:
    """Every problem that this service names."""
    return render(request, "problems.html", {"problems": CATALOGUE.values(), "status": status_of})


@router.get("/problems/{code}")
def explain_problem(request: Request, code: str) -> Response:
    """The page that the ``type`` of a problem document points at: cause and cure."""
    error = CATALOGUE.get(code)
    if error is None:
        raise NotFound(f"No problem has the code {code[:60]!r}.")
    return render(request, "problem.html", {"problem": error, "status": status_of(error)})
