"""Decide which thread a story belongs to: that of the story it is related to, while the event is young."""

from __future__ import annotations

from datetime import datetime, timedelta

SPAN = timedelta(days=4)  # from the first article of a thread to the opening of its last story


def thread_of(thread: str, opened: datetime, fresh: str, now: datetime) -> str:
    """Return the thread of a story related to one of `thread`: that one, or `fresh` once it is older than SPAN."""
    return thread if now - opened <= SPAN else fresh
