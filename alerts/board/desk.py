"""What stands behind the pages: the rules in force, the store read-only, how the watch is; and orders to the daemon."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from alerts.board.page import Asked, Query, Reader
from alerts.rule import Config
from alerts.run.ask import ControlError, ask
from alerts.run.lock import holder
from alerts.run.rules_shown import config_or_kept
from alerts.run.watch import is_watched, last_life, last_seen
from alerts.store.opening import reading

T = TypeVar("T")
ORDER_WITHIN = 15.0  # seconds for the daemon to carry out what a form asks


@dataclass(frozen=True, slots=True)
class WatchState:
    """Whether the watch runs, as the head of each page says it; `words` say what is wrong, "" if nothing is."""

    watched: bool
    seen: datetime | None
    words: str


class Desk:
    """Reads one store by the rules in force; every method may be called in any thread."""

    def __init__(self, rules: Path, state_dir: Path, sockets: Sequence[Path]) -> None:
        self.rules, self.state_dir, self._sockets = rules, state_dir, sockets

    def config(self) -> Config:
        """Return the rules in force, or those last in force. Raises ConfigError where there are none."""
        return config_or_kept(self.rules, self.state_dir)[0]

    def read(
        self, work: Callable[[Asked], T], query: Query, parts: Mapping[str, str], reader: Reader
    ) -> tuple[T, Asked]:
        """Return what `work` reads, in one transaction of a connection that cannot write. Raises StoreError."""
        config = self.config()
        with reading(self.state_dir) as connection:
            asked = Asked(config, self.state_dir, connection, datetime.now(UTC), query, parts, reader)
            return work(asked), asked

    def watch(self, now: datetime) -> WatchState:
        """Return whether the watch runs."""
        watched, seen = is_watched(self.state_dir, now), last_seen(self.state_dir)
        if not watched:
            return WatchState(False, seen, "Nothing is watched: no daemon runs here. What you see does not change.")
        life = last_life(self.state_dir, holder(self.state_dir))
        return WatchState(True, seen, f"The watch is not well: {life[1]}" if life and life[1] else "")

    def order(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the daemon's answer to an order. Raises ControlError."""
        socket = next((each for each in self._sockets if each.exists()), None)
        if socket is None:
            raise ControlError("no daemon runs here; nothing can be changed until it does")
        return ask(socket, request, ORDER_WITHIN)
