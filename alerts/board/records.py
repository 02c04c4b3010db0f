"""The record of a page goes in, its JSON comes out: times in UTC, values with their fields. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

from alerts.render.records import stamp


def dumped(record: Any) -> str:
    """Return a record as JSON."""
    return json.dumps(record, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return stamp(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a page's record holds {type(value).__name__}, which JSON cannot")
