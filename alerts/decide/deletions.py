"""What a sweep of old stories deleted -> whether and in which words the admin is told. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MUCH, FEWEST = 0.1, 500  # of all stories, and of them at least so many: a day of a year's store is far less


@dataclass(frozen=True, slots=True)
class Deleted:
    """What one sweep deleted: stories, their articles, and how many stories were younger than `articles` allows."""

    stories: int = 0
    articles: int = 0
    early: int = 0


def words_of(deleted: Deleted) -> str:
    """Return what was deleted, for the log of what was done."""
    early = f", {deleted.early:,} of them before their time, as the store was too large" if deleted.early else ""
    return f"deleted {deleted.stories:,} old stories with {deleted.articles:,} articles{early}"


def notice_of(deleted: Deleted, left: int) -> tuple[str, str] | None:
    """Return title and text of a notice, None where nobody needs one; `left` is how many stories are kept."""
    title, which = words_of(deleted), "watchfloor log --what deletion lists each sweep."
    if deleted.early:
        why = "The store is larger than settings.retention.most_gb: the oldest stories that alerted nobody went first."
        return title, f"{why} Raise it, or keep less (settings.retention.articles). {which}"
    if deleted.stories >= FEWEST and deleted.stories > MUCH * (deleted.stories + left):
        why = f"They are older than settings.retention allows; {left:,} stories are left."
        back = "If that was not meant, set it back; a backup still has them (watchfloor restore)."
        return title, f"{why} {back} {which}"
    return None
