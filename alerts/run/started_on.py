"""What a start says of the store that it began on, where that is not the one it held before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

_KNOWN = "what its feed holds now is taken for known and told to nobody, but for what is younger than settings.backfill"


@dataclass(frozen=True, slots=True)
class Beginning:
    """A notice of a start: `cause` is told once."""

    cause: str
    title: str
    body: str


def beginning(*, accepted: bool, is_new: bool, store: str, now: datetime) -> Beginning | None:
    """Return the notice of a start on a store that was accepted as it is, or that is new; None for any other.

    A folder of state that was removed takes with it all that would tell so. So that a store is new is always told: who
    reads it knows whether it may be.
    """
    if accepted:
        return Beginning(
            f"accepted:{now.isoformat()}",
            "started on the store as it is, by an explicit word (--accept-store)",
            f"What it lost is lost. Where the state of a source is gone, {_KNOWN}.",
        )
    if is_new:
        return Beginning(
            "new store",
            "begins with a new, empty store",
            f"{store} was not there. Of each source {_KNOWN}; watchfloor stories lists it. If this is not the first "
            "start here, the store was removed with its folder: stop the daemon, put it back (watchfloor restore), and "
            "look for what was told before in your messages.",
        )
    return None
