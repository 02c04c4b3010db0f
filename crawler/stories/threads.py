"""Which thread a story belongs to: that of the story it is related to, while the event is young."""

from __future__ import annotations

from datetime import datetime, timedelta

SPAN = timedelta(days=4)  # from the first article of a thread to the opening of its last story


def thread_of(thread: str, opened: datetime, fresh: str, now: datetime) -> str:
    """Give the thread of a story related to one of `thread`; a thread older than an event lasts takes no more."""
    return thread if now - opened <= SPAN else fresh
