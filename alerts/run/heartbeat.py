"""A beat for a dead man's switch: a service that raises an alarm where we do not call it, such as healthchecks.io."""

from __future__ import annotations

import http.client
import logging
import urllib.error
import urllib.request
from typing import Any

log = logging.getLogger(__name__)
ANSWER_WITHIN = 10.0  # seconds


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the address is the admin's word, and no other is."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def beat(url: str) -> bool:
    """Call the address with GET, "" for none; return whether it was answered with success."""
    if not url:
        return False
    try:
        with _OPENER.open(url, timeout=ANSWER_WITHIN) as answer:
            return bool(200 <= answer.status < 300)
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        log.warning("heartbeat not taken: %s", type(error).__name__)  # its words may hold the address
        return False
