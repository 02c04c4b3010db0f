"""A length of time goes in as people write it: 90s, 5m, 48h, 7d, 2w; it comes out as one that can be counted with."""

from __future__ import annotations

import re
from datetime import timedelta

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def span(text: str) -> timedelta | None:
    """Return a length of time as written in rules.yaml ("90s", "5m", "48h", "7d", "2w", "0"); None if it is not one."""
    match = re.fullmatch(r"(\d{1,6})([smhdw])", text)
    if match:
        return timedelta(seconds=int(match[1]) * UNITS[match[2]])
    return timedelta(0) if text == "0" else None
