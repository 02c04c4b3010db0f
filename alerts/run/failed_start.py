"""A start that failed before the store was open is noted in the state directory, for `status` to say."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from pathlib import Path

log = logging.getLogger(__name__)
FILE = "failed-start.json"  # in the state directory


def note(state_dir: Path, why: str, now: datetime) -> None:
    """Keep why a daemon did not start, in a directory that its first start may have to make.

    Where that cannot be written, it is logged: the caller prints the reason too.
    """
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        (state_dir / FILE).write_text(json.dumps({"at": now.isoformat(), "why": why}), encoding="utf-8")
    except OSError as error:
        log.warning("that the start failed is not kept for status: %s", error)


def forget(state_dir: Path) -> None:
    """Forget the start that failed: one has succeeded since, however short it runs."""
    try:
        (state_dir / FILE).unlink(missing_ok=True)
    except OSError as error:
        log.warning("the start that failed before stays in status: %s", error)


def last(state_dir: Path, since: datetime | None) -> tuple[datetime, str] | None:
    """Return when and why a start failed last; None if none did, or a daemon has shown life (`since`) after it."""
    try:
        kept = json.loads((state_dir / FILE).read_text(encoding="utf-8"))
        at, why = datetime.fromisoformat(kept["at"]), str(kept["why"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return (at, why) if since is None or at > since else None
