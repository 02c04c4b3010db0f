"""`console://`: an Apprise plugin of ours that writes messages to standard output."""

from __future__ import annotations

import sys
from typing import Any

from apprise import NotifyBase, NotifyFormat

SCHEMA = "console"
_Base: Any = NotifyBase  # Apprise types its base by the values of no service


class NotifyConsole(_Base):  # type: ignore[misc]
    """Writes title and body below a line of dashes; the send fails if standard output is closed or full."""

    service_name = "Console"
    protocol = SCHEMA
    notify_format = NotifyFormat.TEXT
    templates = ("{schema}://",)
    title_maxlen = 500
    body_maxlen = 100_000
    request_rate_per_sec = 0

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:  # noqa: ARG002, FBT - Apprise's signature
        return f"{self.protocol}://"

    @staticmethod
    def parse_url(url: str, *_: Any, **__: Any) -> dict[str, Any] | None:
        # the URL has no host, which Apprise would take for a fault
        parsed: dict[str, Any] | None = NotifyBase.parse_url(url, verify_host=False)
        return parsed

    def send(self, body: str, title: str = "", *_: Any, **__: Any) -> bool:
        try:
            sys.stdout.write(f"{'-' * 78}\n{title}\n{body}\n")
            sys.stdout.flush()
        except (OSError, ValueError) as error:  # closed or full
            self.logger.warning("standard output cannot be written: %s", error)
            return False
        return True
