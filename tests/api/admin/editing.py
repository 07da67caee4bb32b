"""The form of a question as a browser without script has it: read from a page, and sent back."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from httpx2 import Response
from lxml import html

from tests.api.admin.desk import Desk

LIST = "/admin/questions"
KINDS = Path(__file__).parents[2] / "browser" / "kinds.jsonl"


@dataclass
class Editor:
    """A form on somebody's desk. ``fields`` are its fields, each with all its values."""

    desk: Desk
    action: str
    fields: dict[str, list[str]]

    @classmethod
    def of(cls, desk: Desk, page: Response) -> "Editor":
        """The form of a page."""
        form: Any = html.fromstring(page.text).get_element_by_id("editor")
        fields: dict[str, list[str]] = {}
        for area in form.xpath(".//textarea"):
            area.text = (area.text or "").removeprefix("\n")  # as browsers read it
        for name, value in form.form_values():
            fields.setdefault(name, []).append(value)
        return cls(desk, form.get("action") or "", fields)

    @classmethod
    def open(cls, desk: Desk, slug: str = "") -> "Editor":
        """The form of a question, or of a new one."""
        page = desk.get(f"{LIST}/{slug}/edit" if slug else f"{LIST}/new")
        assert page.status_code == 200, page.text
        return cls.of(desk, page)

    def type(self, **changes: str | list[str]) -> "Editor":
        """Type into fields; their names with ``_`` for ``-``."""
        for name, value in changes.items():
            known = name if name in self.fields else name.replace("_", "-")
            self.fields[known] = [value] if isinstance(value, str) else value
        return self

    def put(self, name: str, place: int, text: str) -> "Editor":
        """Type into one of several fields of a name."""
        self.fields[name][place] = text
        return self

    def send(self, wish: str = "save") -> Response:
        """Press a button of the form."""
        return self.desk.post(self.action, **self.fields, do=wish)

    def press(self, wish: str) -> "Editor":
        """Press a button that leads to the form again."""
        page = self.send(wish)
        assert page.status_code == 200, page.text
        return Editor.of(self.desk, page)


def questions_of_all_kinds() -> Iterator[dict[str, Any]]:
    """A question of each kind as the API takes it, its slug included."""
    for line in KINDS.read_text().splitlines():
        yield json.loads(line)


def invalid_fields(page: Response) -> list[str]:
    """The ids of the fields that a page marks as wrong."""
    return [str(one) for one in html.fromstring(page.text).xpath("//*[@aria-invalid]/@id")]


def told_at(page: Response, field: str) -> str:
    """What a page tells at a field."""
    found = html.fromstring(page.text).xpath(f"//*[@id='told-{field}']")
    return " ".join(found[0].text_content().split()) if found else ""


def text_of(page: Response) -> str:
    """What a page shows, on one line."""
    return " ".join(html.fromstring(page.text).text_content().split())
