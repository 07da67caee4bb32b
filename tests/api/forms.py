"""Forms of pages, filled in and sent as a browser without scripts does it."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from fastapi.testclient import TestClient
from httpx2 import Response
from lxml import html

POSTED = {"Content-Type": "application/x-www-form-urlencoded"}


def send_form(
    client: TestClient, page: str, said: Mapping[str, str | Iterable[str]], method: str = "POST"
) -> Response:
    """Send the page's form of that method, with these fields changed and all others as they are.

    A field that the form does not have, or a value that it does not offer, is an error.
    """
    form = next(form for form in html.fromstring(page).forms if form.method == method)
    for name, value in said.items():
        form.inputs[name].value = value if isinstance(value, str) else set(value)
    body = urlencode(form.form_values())
    action = (form.action or "").partition("#")[0]
    if method == "GET":
        return client.get(f"{action}?{body}")
    return client.post(action, content=body, headers=POSTED)


def texts(page: str, path: str) -> list[str]:
    """The texts of the elements at an XPath, their space collapsed."""
    return [" ".join(node.text_content().split()) for node in html.fromstring(page).xpath(path)]
