"""The filters of the list of questions, as a form sends them: texts, blank if nothing is asked."""

from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.bank import BankQuery

DAY = len("2026-11-24")


class ListForm(BaseModel):
    """What is typed into the filters, and the place in the list. Several tags stand by commas."""

    model_config = ConfigDict(frozen=True)

    q: str = Field(default="", max_length=1000)
    status: list[str] = Field(default=[], max_length=10)
    kind: str = Field(default="", max_length=100)
    tag: str = Field(default="", max_length=1000)
    language: str = Field(default="", max_length=100)
    difficulty_min: str = Field(default="", max_length=100)
    difficulty_max: str = Field(default="", max_length=100)
    changed_since: str = Field(default="", max_length=100)
    has_draft: str = Field(default="", max_length=10)
    used: str = Field(default="", max_length=10)
    slug: str = Field(default="", max_length=200)
    external_id: str = Field(default="", max_length=300)
    rule: str = Field(default="", max_length=100)
    release: str = Field(default="", max_length=100)
    date_from: str = Field(default="", max_length=100)
    date_to: str = Field(default="", max_length=100)
    sort: str = Field(default="", max_length=100)
    cursor: str = Field(default="", max_length=1000)

    @property
    def stated(self) -> dict[str, Any]:
        """The filters that ask for something."""
        said = {name: self._cleaned(value) for name, value in self.model_dump().items()}
        usual = BankQuery.model_fields["sort"].default
        return {name: value for name, value in said.items() if value and value != usual}

    @property
    def query(self) -> BankQuery:
        """The same as the API reads it, or a ``pydantic.ValidationError`` with every fault."""
        said = self.stated
        if "tag" in said:
            said["tag"] = [tag for part in self.tag.split(",") if (tag := part.strip())]
        if len(said.get("changed_since", "")) == DAY:
            said["changed_since"] += "T00:00:00Z"
        return BankQuery.model_validate(said)

    def address(self, path: str, **changes: str) -> str:
        """The address of the list with these filters."""
        said = urlencode(self.stated | changes, doseq=True)
        return f"{path}?{said}" if said else path

    @staticmethod
    def _cleaned(value: str | list[str]) -> str | list[str]:
        return value.strip() if isinstance(value, str) else [one for one in value if one]
