"""What the watch of a daemon saw of itself goes into a small file; whoever asks whether it lives reads it there."""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from alerts.decide.life import STILL
from alerts.run.lock import holder

log = logging.getLogger(__name__)
LIFE = "life.json"  # in the state directory


def show(state_dir: Path, why: str, *, canary: bool) -> None:
    """Write that this process lives, and why it is not well, "" if it is; `canary`: whether it sends canaries.

    Where nothing more can be written the file gets old: that is shown as well.
    """
    shown = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "pid": os.getpid(),
        "why": why,
        "canary": canary,
    }
    place, body = state_dir / LIFE, json.dumps(shown).encode()
    aside = place.with_suffix(".new")
    try:
        aside.write_bytes(body)
        aside.replace(place)
    except OSError as error:
        log.debug("life not shown anew: %s", error)
        with suppress(OSError), place.open("r+b") as handle:  # a full disk takes what needs no further block
            handle.write(body)
            handle.truncate()


def last_seen(state_dir: Path) -> datetime | None:
    """Return when a daemon last showed that it lives, whichever it was; None if none ever ran here."""
    try:
        return datetime.fromisoformat(json.loads((state_dir / LIFE).read_text(encoding="utf-8"))["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def last_life(state_dir: Path, pid: int | None) -> tuple[datetime, str] | None:
    """Return when the daemon of this pid last showed that it lives, and what it said stands still; None if never.

    What another process left there says nothing: a round by hand, or a daemon that is only starting, shows no life.
    """
    try:
        shown = json.loads((state_dir / LIFE).read_text(encoding="utf-8"))
        return (datetime.fromisoformat(shown["at"]), str(shown["why"])) if shown["pid"] == pid else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_watched(state_dir: Path, now: datetime) -> bool:
    """Return whether a daemon runs on a state directory and has shown life lately, or has only been started."""
    pid = holder(state_dir)
    last = last_life(state_dir, pid)
    return pid is not None and (last is None or (now - last[0]).total_seconds() <= STILL)
