"""A desk's receivers go in; that its notices reach nobody, though its alerts do, comes out. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from alerts.alert import Target
from alerts.rule import Config
from crawler.config.problems import Problem

TELL_NOBODY = frozenset({"console", "log"})  # schemas of what is read only by who looks there


def unread_notices(config: Config) -> Problem | None:
    """Return a problem where the admin's receiver tells nobody by itself and another could; None where all is well.

    Notices say that a source is gone, that a message could not be delivered, that the watch was down.
    """
    admin = config.receivers.get(config.admin)
    others = [name for name, each in config.receivers.items() if not _tells_nobody(each.targets)]
    if admin is None or not others or not _tells_nobody(admin.targets):
        return None
    words = f'notices of faults go to receiver "{admin.name}" alone, which tells nobody by itself'
    return Problem(config.receivers_at[admin.name], f"{words}; let settings.admin name {others[0]}")


def _tells_nobody(targets: Iterable[Target]) -> bool:
    return all(each.schema in TELL_NOBODY for each in targets)
