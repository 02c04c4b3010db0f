"""All tables of both store rooms, as the code has them."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import MetaData

from alerts.store.opening import PACKAGES


def all_tables() -> MetaData:
    """Return the tables of every file of both store rooms, without a list of files kept by hand."""
    merged = MetaData()
    for package in PACKAGES:
        room = importlib.import_module(f"{package}.store")
        for each in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            for table in getattr(importlib.import_module(each.name), "metadata", MetaData()).sorted_tables:
                if table.name not in merged.tables:
                    table.to_metadata(merged)
    return merged
