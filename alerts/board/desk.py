"""What stands behind the pages: the rules in force, the store read-only, how the watch is; and orders to the daemon."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TypeVar

from sqlalchemy import Connection

from alerts.board.guard import SHORTEST_TOKEN
from alerts.board.page import Asked, Query, Reader
from alerts.board.watched import WatchState, unwatched, watched
from alerts.rule import Config
from alerts.run.ask import ControlError, ask
from alerts.run.health import down_since
from alerts.run.life_sign import is_watched, last_life, last_seen
from alerts.run.lock import holder
from alerts.run.others import collects, others, watched_by
from alerts.run.rules_shown import config_or_kept, seen
from alerts.run.stored import last_reload
from alerts.store.opening import reading
from crawler.config.problems import ConfigError
from crawler.store.errors import StoreError

log = logging.getLogger(__name__)
T = TypeVar("T")
CONFIG_LOOKED = 2.0  # seconds between two looks whether the rules have changed
READ_WITHIN = 45.0  # seconds for the daemon to run a command that reads: it stops by itself after 40


class Desk:
    """Reads one store by the rules in force; every method may be called in any thread."""

    def __init__(self, rules: Path, state_dir: Path, sockets: Sequence[Path]) -> None:
        self.rules, self.state_dir, self._sockets = rules, state_dir, sockets
        self._said: set[str] = set()
        self._lock, self._reading = Lock(), False
        self._config: Config | None = None
        self._seen: object = None
        self._looked = time.monotonic()

    def config(self) -> Config:
        """Return the rules in force, or those last in force. Raises ConfigError where there are none.

        Where the files have changed, those of before are returned while a thread reads the new ones: that may take
        seconds.
        """
        with self._lock:
            if self._config is None:
                self._config = config_or_kept(self.rules, self.state_dir)[0]
                self._seen = seen(self.rules, self._config)
            elif self._stale(self._config):
                self._reading = True
                Thread(target=self._read_config, name="rules", daemon=True).start()
            return self._config

    def _stale(self, config: Config) -> bool:
        """Return whether the files have changed since they were read last, good or faulty."""
        if self._reading or time.monotonic() - self._looked < CONFIG_LOOKED:
            return False
        self._looked, before = time.monotonic(), self._seen
        self._seen = seen(self.rules, config)
        return before != self._seen

    def _read_config(self) -> None:
        try:
            self._config = config_or_kept(self.rules, self.state_dir)[0]
        except ConfigError as error:
            self._say(f"rules not read, those of before are shown: {error}")
        finally:
            self._reading = False

    def read(
        self, work: Callable[[Asked], T], query: Query, parts: Mapping[str, str], reader: Reader
    ) -> tuple[T, Asked]:
        """Return what `work` reads, in one transaction of a connection that cannot write. Raises StoreError."""
        config = self.config()
        with reading(self.state_dir) as connection:
            asked = Asked(config, self.state_dir, connection, datetime.now(UTC), query, parts, reader, self.command)
            return work(asked), asked

    def command(self, words: Sequence[str]) -> str:
        """Return what a command prints, as the daemon's own process for that ran it. Raises ControlError."""
        reply = self.order({"command": "read", "words": list(words), "columns": None, "color": False}, READ_WITHIN)
        return "".join(text for _, text in reply["said"])

    def glance(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` reads of the store alone. Raises StoreError."""
        with reading(self.state_dir) as connection:
            return work(connection)

    def token(self, config: Config) -> bytes:
        """Return the token in the file that settings.board_token names; b"" where none is or none will do."""
        path = config.board.token
        if path is None:
            return b""
        try:
            token = path.read_text(encoding="utf-8").strip().encode()
        except (OSError, UnicodeDecodeError) as error:
            self._say(f"settings.board_token: {path} cannot be read: {error}; nobody can write on the board")
            return b""
        if len(token) < SHORTEST_TOKEN:
            self._say(
                f"settings.board_token: {path} has under {SHORTEST_TOKEN} characters; nobody can write on the board"
            )
            return b""
        return token

    def _say(self, words: str) -> None:
        if words not in self._said:  # once: it is read for each request
            self._said.add(words)
            log.warning("%s", words)

    def watch(self, now: datetime) -> WatchState:
        """Return how the watch is: the daemon, our network, the last reload. It reads the store."""
        zone = self._config.timezone if self._config else "UTC"
        pid = holder(self.state_dir)
        life = last_life(self.state_dir, pid)
        if not is_watched(self.state_dir, now):
            seen = life[0] if life else last_seen(self.state_dir)
            return unwatched(pid, seen, zone, now, self._others())
        try:
            down, reload = self.glance(lambda connection: (down_since(connection), last_reload(connection)))
        except StoreError:  # whoever asks reads the store as well, and says what is wrong with it
            down, reload = None, None
        return watched(life[1] if life else "", down, reload, zone, now)

    def _others(self) -> str:
        """Return in words which other daemons watch the store, "" if none does or the store cannot be read."""
        try:
            found = self.glance(lambda connection: others(connection, self.state_dir))
        except StoreError:  # whoever asks reads the store as well, and says what is wrong with it
            return ""
        return watched_by([each.name for each in found]) if collects(found) else ""

    def order(self, request: Mapping[str, Any], within: float) -> Mapping[str, Any]:
        """Return the daemon's answer to an order, waited for so many seconds. Raises ControlError."""
        socket = next((each for each in self._sockets if each.exists()), None)
        if socket is None:
            raise ControlError("no daemon runs here; nothing can be changed until it does")
        return ask(socket, request, within)
