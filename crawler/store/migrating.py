"""The migrations of a package go in; its tables come out in their newest version (Alembic)."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def upgrade(connection: Connection, package: str) -> None:
    """Bring the tables of a package to its newest version."""
    config = Config()
    config.set_main_option("script_location", f"{package}.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
