"""Why the board is not served is noted in the state directory while it is not, for `status` and `doctor` to say."""

from __future__ import annotations

import json
import logging
from pathlib import Path

log = logging.getLogger(__name__)
FILE = "board-fault.json"  # in the state directory


def note(state_dir: Path, pid: int, why: str) -> None:
    """Keep why the daemon of a process id does not serve the board; where that cannot be written, it is logged."""
    try:
        (state_dir / FILE).write_text(json.dumps({"pid": pid, "why": why}), encoding="utf-8")
        (state_dir / FILE).chmod(0o600)
    except OSError as error:
        log.warning("that the board is not served is not kept for status: %s", error)


def forget(state_dir: Path) -> None:
    """Forget it: the board is served, or is to be served no more."""
    try:
        (state_dir / FILE).unlink(missing_ok=True)
    except OSError as error:
        log.warning("a fault of the board that is over stays in status: %s", error)


def last(state_dir: Path, pid: int | None) -> str:
    """Return why the daemon of a process id does not serve the board; "" where it does, or none runs."""
    try:
        kept = json.loads((state_dir / FILE).read_text(encoding="utf-8"))
        return str(kept["why"]) if pid is not None and kept["pid"] == pid else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""
