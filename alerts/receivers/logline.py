"""`log://`: an Apprise plugin of ours that writes one line to the log for each message, and tells nobody."""

from __future__ import annotations

import logging
from typing import Any

from apprise import NotifyBase, NotifyFormat
from apprise.plugins import N_MGR

log = logging.getLogger(__name__)
SCHEMA = "log"
_Base: Any = NotifyBase  # Apprise types its base by the values of no service


class NotifyLog(_Base):  # type: ignore[misc]
    """Logs the title; it cannot fail but by a fault of ours."""

    service_name = "Log"
    protocol = SCHEMA
    notify_format = NotifyFormat.TEXT
    templates = ("{schema}://",)
    title_maxlen = 500
    body_maxlen = 100_000
    request_rate_per_sec = 0

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:  # noqa: ARG002, FBT - Apprise's signature
        return f"{SCHEMA}://"

    @staticmethod
    def parse_url(url: str, *_: Any, **__: Any) -> dict[str, Any] | None:
        # the URL has no host, which Apprise would take for a fault
        parsed: dict[str, Any] | None = NotifyBase.parse_url(url, verify_host=False)
        return parsed

    def send(self, body: str, title: str = "", *_: Any, **__: Any) -> bool:  # noqa: ARG002 - Apprise's signature
        log.info("message title=%s", title)
        return True


N_MGR.add(NotifyLog, schemas=SCHEMA)  # type: ignore[no-untyped-call]
