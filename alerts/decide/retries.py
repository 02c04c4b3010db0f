"""Decide when a failed delivery is tried again, and when it is given up. Pure."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from alerts.alert import Severity

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=15)
# How long a message is worth sending: an old flash still matters to whoever comes on shift.
AGE_LIMIT = {
    Severity.ROUTINE: timedelta(hours=24),
    Severity.PRIORITY: timedelta(hours=36),
    Severity.IMMEDIATE: timedelta(hours=48),
    Severity.FLASH: timedelta(hours=72),
}


def retry_at(delivery: str, attempts: int, now: datetime) -> datetime:
    """Return the time of the next attempt: exponential back-off with full jitter, at least one second.

    See AWS, "Exponential Backoff And Jitter", 2015. The jitter is drawn from the delivery's id, so a replay gets the
    same times.
    """
    # the exponent is bounded, because a timedelta overflows long before a message is given up
    ceiling = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(attempts - 1, 20))
    draw = int.from_bytes(hashlib.sha256(f"{delivery}:{attempts}".encode()).digest()[:4], "big") / 2**32
    wait: timedelta = max(timedelta(seconds=1), ceiling * draw)
    return now + wait


def is_spent(queued: datetime, severity: Severity, now: datetime) -> bool:
    """Return whether a delivery was tried for as long as its severity allows (AGE_LIMIT)."""
    return now - queued > AGE_LIMIT[severity]
