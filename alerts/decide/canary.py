"""How far a story of our own has come goes in; whether it is missing, and where it was last seen, comes out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

TRIED_AGAIN = 60.0  # seconds between two tries of one that did not arrive; no longer than the interval itself
TRIES = 3  # after which it is missing


class Stage(StrEnum):
    """Where on its way the canary was last seen."""

    NOWHERE = "nowhere"
    SERVED = "served"
    FETCHED = "fetched"
    PARSED = "parsed"
    STORED = "stored"
    MATCHED = "matched"
    SENT = "sent"


_LACKS = {
    Stage.NOWHERE: "it was not even asked for, so no source may be polled either",
    Stage.SERVED: "it was served, and not fetched",
    Stage.FETCHED: "it was fetched, and no parsing child read it",
    Stage.PARSED: "it was fetched and parsed, and could not be stored",
    Stage.STORED: "it was stored, and not matched and decided on",
    Stage.MATCHED: "it was matched and queued, and not sent",
    Stage.SENT: "it was sent, and that could not be stored",
}


@dataclass(frozen=True, slots=True)
class Trace:
    """The present canary: when it is due, how far its last try came and why no farther, when one last arrived.

    Times are seconds of a clock that is never set; `arrived` is None before the first one of this process.
    """

    due: float
    seen: Stage = Stage.NOWHERE
    why: str = ""
    arrived: float | None = None


def missed_after(every: float) -> float:
    """Return how many seconds after it was due a canary is missing."""
    return TRIES * again_after(every)


def again_after(every: float) -> float:
    """Return the seconds until one that did not arrive is tried again."""
    return min(TRIED_AGAIN, every)


def missing(trace: Trace, every: float, now: float) -> str:
    """Return in words that the canary is missing and where it was last seen; "" while it is not, or is off."""
    if not every or now - trace.due <= missed_after(every):
        return ""
    why = f" ({trace.why})" if trace.why else ""
    return f"a story of our own that was due {_ago(now - trace.due)} ago did not arrive: {_LACKS[trace.seen]}{why}"


def arrived_lately(trace: Trace, every: float, now: float) -> bool:
    """Return whether a canary arrived and none is missing; true where it is off."""
    return not every or (trace.arrived is not None and not missing(trace, every, now))


def _ago(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
