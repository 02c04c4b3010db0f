"""An entry that is published as the test runs."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime


def item(title: str, guid: str) -> dict[str, str]:
    return {"title": title, "guid": guid, "date": format_datetime(datetime.now(UTC))}
