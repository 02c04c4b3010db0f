"""Which version the tables of a package have, and which versions we know, without importing Alembic.

Every command asks. A migration's version is in its file's name: alerts_4_look_back.py is alerts_4.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from sqlalchemy import Connection, inspect


@cache
def known_versions(package: str) -> tuple[str, ...]:
    """Return the versions of a package's tables that this program knows, oldest first."""
    names = (each.name.split("_") for each in files(f"{package}.store.migrations.versions").iterdir())
    numbers = sorted(int(name[1]) for name in names if name[0] == package)
    return tuple(f"{package}_{number}" for number in numbers)


def version_in(connection: Connection, package: str) -> str:
    """Return the version of a package's tables in a store, "" where it has none of them."""
    table = f"{package}_version"
    if not inspect(connection).has_table(table):
        return ""
    # Alembic keeps one row for each branch; ours has none, so more than one is no version of ours
    return "".join(connection.exec_driver_sql(f"SELECT version_num FROM {table}").scalars())  # noqa: S608 - our own name
