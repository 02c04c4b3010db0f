"""`log://`: an Apprise plugin of ours that writes one line to the log for each message, and tells nobody."""

from __future__ import annotations

import logging
from typing import Any

from alerts.receivers.console import NotifyConsole

log = logging.getLogger(__name__)
SCHEMA = "log"


class NotifyLog(NotifyConsole):
    """Logs the title; it cannot fail but by a fault of ours."""

    service_name = "Log"
    protocol = SCHEMA

    def send(self, body: str, title: str = "", *_: Any, **__: Any) -> bool:  # noqa: ARG002 - Apprise's signature
        log.info("message title=%s", title)
        return True
