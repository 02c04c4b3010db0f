"""`log://`: an Apprise plugin of ours that writes one line to the log for each message, and tells nobody."""

from __future__ import annotations

import logging
from typing import Any

from alerts.receivers.console import NotifyConsole

log = logging.getLogger(__name__)
SCHEMA = "log"
LEVELS = {"info": logging.INFO, "debug": logging.DEBUG}


class NotifyLog(NotifyConsole):
    """Logs the title; it cannot fail but by a fault of ours. With `?level=debug` only `run -vv` shows the line."""

    service_name = "Log"
    protocol = SCHEMA

    def __init__(self, level: str = "info", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._level = level

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:  # noqa: ARG002, FBT - Apprise's signature
        return f"{self.protocol}://?level={self._level}"

    @staticmethod
    def parse_url(url: str, *_: Any, **__: Any) -> dict[str, Any] | None:
        parsed = NotifyConsole.parse_url(url)
        level = parsed["qsd"].get("level", "info") if parsed else ""
        return parsed | {"level": level} if parsed and level in LEVELS else None

    @staticmethod
    def problem(url: str) -> str:  # noqa: ARG004 - as the other plugins have it
        """Return what is wrong with a URL that cannot be read."""
        return f"has a level that is none of {', '.join(LEVELS)}"

    def send(self, body: str, title: str = "", *_: Any, **__: Any) -> bool:  # noqa: ARG002 - Apprise's signature
        log.log(LEVELS[self._level], "message title=%s", title)
        return True
