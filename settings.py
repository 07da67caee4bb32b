"""Every setting of the service: one frozen class, read from the environment once."""

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from domain.access import RATE_LIMIT, STATED_TOKEN

ROOT = Path(__file__).resolve().parent
OFF = "off"
PORT = "PORT"  # what platforms call it
EMBEDDED = "sqlite:///data/questions.db"
NEARLY_ALIKE = 0.9  # a typing error, not a name that a platform puts into the environment
DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}


class BadSettingError(Exception):
    """A setting cannot be used. ``str(error)`` is one line that says which, why and the cure."""


class Settings(BaseModel):
    """How this service runs. Each field is an environment variable, listed in docs/settings.md."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True
    )

    database_url: str = Field(
        EMBEDDED,
        description="Where the bank lives: a SQLite file or a PostgreSQL server.",
    )
    database_read_url: str = Field(
        "",
        description="A replica for the questions that learners read; empty reads them above.",
    )
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(
        8000,
        ge=1,
        le=65535,
        description="The port to listen on; `PORT` means the same.",
    )
    workers: int = Field(
        1, ge=1, le=1000, description="How many processes serve on the port, a core for each."
    )
    public: bool = Field(
        True, description="Whether anybody may read and answer published questions without a key."
    )
    admin_key: SecretStr | None = Field(
        None, description="The admin key of an empty service, 12 to 200 printable characters."
    )
    four_eyes: bool = Field(
        False, description="Whether a draft must be published by somebody who did not write it."
    )
    base_url: str = Field(
        "", description="How clients reach the service; empty takes it from each request."
    )
    cors_origins: tuple[str, ...] = Field(
        ("*",), description="Origins whose pages may call the learner door, by commas; `*` is all."
    )
    max_body_bytes: int = Field(
        2 * 1024 * 1024, ge=1024, description="The largest request body that is read."
    )
    media_folder: str = Field(
        "", description="A folder for pictures; empty keeps them in the database."
    )
    response_cache_bytes: int = Field(
        64 * 1024 * 1024, ge=0, description="Memory for answers that are kept ready; 0 keeps none."
    )
    rate_limit: str = Field(
        "6000/minute", description="How often a key without a limit of its own may ask; or `off`."
    )
    rate_limit_public: str = Field(
        "1000000/minute",
        description="How often an address may ask without a known key; or `off`. A school is one.",
    )
    max_import_bytes: int = Field(
        64 * 1024 * 1024, ge=1024, description="The largest body of an import that is read."
    )
    import_at_once: int = Field(
        50, ge=0, le=1000, description="The most files of an import that is answered at once."
    )
    import_seconds: int = Field(
        20, ge=1, le=86_400, description="The processor time that reading a file of an import has."
    )
    import_memory: int = Field(
        1024**3, ge=64 * 1024**2, description="The memory that reading an import has."
    )
    regrade_at_once: int = Field(
        1000, ge=0, le=10_000, description="The most submissions of a regrade that is done at once."
    )
    sqlite_synchronous: Literal["FULL", "EXTRA", "NORMAL", "OFF"] = Field(
        "FULL", description="SQLite's `synchronous`; below FULL a power cut loses answers."
    )
    durability: Literal["keeps-answers", "may-lose-answers"] = Field(
        "keeps-answers",
        description="`may-lose-answers` serves a database that a power cut makes forget answers.",
    )
    busy_timeout_ms: int = Field(
        10_000, ge=0, le=600_000, description="How long a write waits for another one on SQLite."
    )
    pool_size: int = Field(
        10, ge=1, le=1000, description="The most connections that one process keeps open."
    )
    answer_queue: int = Field(
        1000, ge=1, le=100_000, description="The most requests with answers that wait to be stored."
    )
    drain_seconds: float = Field(
        2, ge=0, le=300, description="Seconds from SIGTERM, when `/readyz` turns 503, to the end."
    )
    max_in_flight: int = Field(
        1000, ge=1, le=100_000, description="The most requests at work before reads get 503."
    )
    longest_wait_ms: int = Field(
        500,
        ge=1,
        le=60_000,
        description="How long reads may wait for their turn; what would wait longer gets 503.",
    )
    max_connections: int = Field(
        4096, ge=1, le=1_000_000, description="The most connections of one process that are served."
    )
    slow_request_seconds: int = Field(
        10,
        ge=1,
        le=3600,
        description="How long a request may take to arrive; large bodies longer.",
    )
    metrics: Literal["admin", "public", "off"] = Field(
        "admin", description="Who may read `/metrics`: keys of admins, everybody, or nobody."
    )
    otel: bool = Field(
        False, description="Whether traces are sent to where the OTEL_* variables say."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The least important log line that is written."
    )
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="`console` for people, `json` for machines; `auto` asks the terminal."
    )

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("log_level", "sqlite_synchronous", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("rate_limit", "rate_limit_public")
    @classmethod
    def _known_limit(cls, value: str) -> str:
        if value and value != OFF and not RATE_LIMIT.fullmatch(value):
            raise ValueError("should look like 600/minute (second, minute, hour, day), or be off")
        return value or OFF

    @field_validator("base_url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("should start with http:// or https://")
        return value.rstrip("/")

    @field_validator("database_url", "database_read_url")
    @classmethod
    def _known_engine(cls, value: str, info: ValidationInfo) -> str:
        """Give the URL the driver this service comes with."""
        if not value and info.field_name == "database_read_url":
            return value
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError("should look like sqlite:///file.db or postgresql://host/db") from None
        if url.get_backend_name() not in DRIVERS:
            raise ValueError("should begin with sqlite:// or postgresql://")
        if url.get_backend_name() == "sqlite" and not url.database:
            raise ValueError("should name a file, as in sqlite:///data/questions.db")
        driver = DRIVERS[url.get_backend_name()]
        return url.set(drivername=driver).render_as_string(hide_password=False)

    @field_validator("database_read_url")
    @classmethod
    def _same_engine(cls, value: str, info: ValidationInfo) -> str:
        """A replica is of the same engine as what it copies."""
        primary = info.data.get("database_url", "")
        if value and primary and value.partition(":")[0] != primary.partition(":")[0]:
            raise ValueError("should be of the same engine as DATABASE_URL")
        return value

    @field_validator("admin_key")
    @classmethod
    def _strong_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not STATED_TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("should be 12 to 200 printable ASCII characters without spaces")
        return value

    @property
    def may_lose_answers(self) -> bool:
        """Whether somebody has said that a power cut may take confirmed answers away."""
        return self.durability == "may-lose-answers"

    @property
    def limit_per_key(self) -> str | None:
        """How often a key without a limit of its own may ask; ``None`` is as often as it likes."""
        return None if self.rate_limit == OFF else self.rate_limit

    @property
    def limit_per_address(self) -> str | None:
        """How often an address may ask without a known key."""
        return None if self.rate_limit_public == OFF else self.rate_limit_public

    @property
    def engine_options(self) -> dict[str, Any]:
        """What the database engine is made with, beside its URL."""
        return {
            "synchronous": self.sqlite_synchronous,
            "busy_timeout_ms": self.busy_timeout_ms,
            "pool_size": self.pool_size,
        }

    @classmethod
    def load(cls, **stated: Any) -> Self:
        """The settings of the environment, ``stated`` ones first; :class:`BadSettingError`."""
        if misspelt := _misspelt():
            raise BadSettingError(misspelt)
        given = {name: value for name, value in stated.items() if value is not None}
        try:
            return cls(**_environment() | given)
        except ValidationError as error:
            told = (f"{variable_of(str(at['loc'][0]))} {_reason(at)}" for at in error.errors())
            raise BadSettingError("; ".join(told)) from None


def variable_of(field: str) -> str:
    """The environment variable that sets a field."""
    return field.upper() if field.startswith("database_") else f"QUESTIONS_{field.upper()}"


def _environment() -> dict[str, str]:
    """By field what the environment says; a variable that is empty says nothing."""
    found = {field: os.environ.get(variable_of(field)) for field in Settings.model_fields}
    found["port"] = found["port"] or os.environ.get(PORT)
    return {field: value for field, value in found.items() if value}


def _misspelt() -> str:
    """What to say of a variable that is nearly one of ours: serving without it could be unsafe."""
    known = [variable_of(field) for field in Settings.model_fields]
    strange = (name for name in os.environ if name.startswith("QUESTIONS_") and name not in known)
    for name in strange:
        if near := get_close_matches(name, known, n=1, cutoff=NEARLY_ALIKE):
            return f"Nothing reads {name}. Did you mean {near[0]}?"
    return ""


def _reason(fault: ErrorDetails) -> str:
    if "error" in (context := fault.get("ctx", {})):
        return str(context["error"])
    return fault["msg"].replace("Input should", "should", 1)
