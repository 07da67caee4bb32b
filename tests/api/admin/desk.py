"""A browser at the admin pages, as far as a test without one needs it."""

import html
import re
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from domain.access import Role
from tests.factories import Bank

ORIGIN = "https://testserver"
SIGN_IN = "/admin/sign-in"


@dataclass
class Desk:
    """A session of somebody with a key. Answers are not followed, so that tests see redirects."""

    client: TestClient
    token: str  # of the API key
    csrf: str = ""

    def sign_in(self, next: str = "") -> Response:
        """Exchange the key for a session, and remember what its forms carry."""
        answer = self.client.post(
            f"{ORIGIN}{SIGN_IN}",
            data={"key": self.token, "next": next},
            follow_redirects=False,
        )
        if answer.status_code == 303:
            found = re.search(r'name="csrf" value="(\w+)"', self.get("/admin").text)
            self.csrf = found[1] if found else ""
        return answer

    def get(self, path: str, **query: Any) -> Response:
        return self.client.get(f"{ORIGIN}{path}", params=query or None, follow_redirects=False)

    def part(self, path: str, **query: Any) -> Response:
        """What htmx gets."""
        headers = {"HX-Request": "true"}
        url = f"{ORIGIN}{path}"
        return self.client.get(url, params=query or None, headers=headers, follow_redirects=False)

    def post(self, path: str, files: Any = None, **fields: Any) -> Response:
        """Send a form of this session; ``files`` as httpx takes them."""
        data = {"csrf": self.csrf, **fields}
        return self.client.post(f"{ORIGIN}{path}", data=data, files=files, follow_redirects=False)

    def told(self) -> str:
        """What the next page tells of the last form."""
        page = self.get("/admin").text
        found = re.search(r'class="told"[^>]*><span[^>]*>.</span> ([^<]*)<', page)
        return html.unescape(found[1]) if found else ""


def desk(client: TestClient, bank: Bank, role: Role = "admin") -> Desk:
    """Somebody with a new key of that role, signed in."""
    _, headers = bank.key(role)
    one = Desk(client, headers["Authorization"].removeprefix("Bearer "))
    one.sign_in()
    return one
