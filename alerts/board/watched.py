"""Signs of the watch go in, the sentences that stand over every page come out: why what is seen may mislead. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.render.words import clean, time

LONGEST = 300  # characters of one fault


@dataclass(frozen=True, slots=True)
class WatchState:
    """How the watch is, as the head of each page says it; `words` say what is wrong, "" if nothing is.

    `watched` is False where nothing new can come, as no daemon runs or the one that does stands still.
    """

    watched: bool
    words: str = ""


def unwatched(pid: int | None, seen: datetime | None, zone: str, now: datetime, others: str = "") -> WatchState:
    """Return the state of a watch that does not go on here; `seen` is the last life sign, `others` watch the store."""
    if others:
        return WatchState(True, f"The daemon of this board does not run or stands still; {others}. Start it again.")
    if pid is None:
        gone = f"the daemon is gone since {time(seen, zone, now)}" if seen else "no daemon runs here"
        return WatchState(False, f"Nothing is watched: {gone}. What you see does not change until one is started.")
    last = f" since {time(seen, zone, now)}" if seen else ""
    return WatchState(False, f"Nothing is watched: the daemon (pid {pid}) STANDS STILL{last}. Start it again.")


def watched(
    why: str, network_down: datetime | None, reload: Mapping[str, Any] | None, zone: str, now: datetime
) -> WatchState:
    """Return the state of a watch that goes on: `why` is what the daemon says ails it, "" if nothing does.

    Only times that stand still are named, no ages: other words are news, for which every open page is read anew.
    """
    said = [f"The watch is not well: {_short(why)}."] if why else []
    if network_down:
        since = time(network_down, zone, now)
        said.append(f"Our network is down since {since}: no source can be reached, so no news is no sign of quiet.")
    if reload and reload["result"] == "refused":
        at = time(datetime.fromisoformat(reload["at"]), zone, now)
        problems = reload["problems"]
        more = f" (and {len(problems) - 1} more: Health)" if len(problems) > 1 else ""
        first = f": {_short(problems[0])}{more}" if problems else ""
        said.append(f"The rules saved {at} are REFUSED, those of before stay in force{first}.")
    return WatchState(True, " ".join(said))


def _short(text: str) -> str:
    shown = clean(text)
    return (shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…").rstrip(".")
