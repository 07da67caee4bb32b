"""Files that come with a form: not read before it is known that the sender may write."""

from pathlib import PurePath
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.admin.forms import FormFiles
from api.admin.routes import AdminRoute
from api.admin.sessions import SignedInWith
from api.uploads import Upload

AROUND = 16 * 1024  # bytes of a form beside its file


class UploadRoute(AdminRoute):
    """A route whose forms carry a file, for which the application allows more than for others."""

    async def check_form(self, request: Request) -> None:
        """Refuse who may not write, before the form is read and looked at."""
        database = request.app.state.database
        await run_in_threadpool(SignedInWith("bank:write"), request, database)
        await super().check_form(request)


async def chosen_file(files: FormFiles) -> Upload | None:
    """The file of the form, under its name without folders; ``None`` where none was chosen."""
    if not files:
        return None
    return Upload(await files[0].read(), PurePath(files[0].filename or "").name)


ChosenFile = Annotated[Upload | None, Depends(chosen_file)]
