"""When a store was restored -> whether an alert may have been told before, by what the backup does not know. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

POLLED_AGAIN = timedelta(hours=24)  # from a restore: by then each source was polled, and what it showed was judged


def may_repeat(published: datetime | None, restored: datetime | None, now: datetime) -> bool:
    """Return whether what is decided `now` may have been told before the store was restored.

    It may if the article was published before the restore, or says no date. After POLLED_AGAIN nothing is marked any
    more: an edit of an old article is news.
    """
    if restored is None or not restored <= now < restored + POLLED_AGAIN:
        return False
    return published is None or published <= restored
