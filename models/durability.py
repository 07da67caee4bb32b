"""Whether a power cut may take away what was confirmed: asked of the engine, not of settings."""

from typing import Any

from sqlalchemy import Connection

SQLITE_LEVELS = {0: "OFF", 1: "NORMAL"}  # of ``synchronous``: weaker than FULL and EXTRA
POSTGRES = ("fsync", "full_page_writes", "synchronous_commit")


def weaknesses(connection: Connection) -> list[str]:
    """The settings of this connection under which a confirmed commit may be lost, as it is told."""
    if connection.dialect.name == "sqlite":
        journal, level = (_pragma(connection, name) for name in ("journal_mode", "synchronous"))
        return [
            *([] if journal == "wal" else [f"journal_mode is {journal}"]),
            *([f"synchronous is {SQLITE_LEVELS[level]}"] if level in SQLITE_LEVELS else []),
        ]
    told = ", ".join(f"current_setting('{name}')" for name in POSTGRES)
    values = connection.exec_driver_sql(f"SELECT {told}").one()
    return [
        f"{name} is off" for name, value in zip(POSTGRES, values, strict=True) if value == "off"
    ]


def _pragma(connection: Connection, name: str) -> Any:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
