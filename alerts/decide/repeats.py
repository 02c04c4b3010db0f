"""When a store was restored -> whether an alert may have been told before, by what the backup does not know. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

POLLED_AGAIN = timedelta(hours=24)  # from the first start: by then each source was polled, and what it showed judged


@dataclass(frozen=True, slots=True)
class Restore:
    """When the store was last restored, and when a watch was first started on it since; None before that."""

    at: datetime
    started: datetime | None = None


def may_repeat(published: datetime | None, restore: Restore | None, now: datetime) -> bool:
    """Return whether what is decided `now` may have been told before the store was restored.

    It may if the article was published before the restore, or says no date. POLLED_AGAIN after the first start nothing
    is marked any more: an edit of an old article is news.
    """
    if restore is None or not restore.at <= now < (restore.started or now) + POLLED_AGAIN:
        return False
    return published is None or published <= restore.at
