"""HTTP answers as this thread saw them last: Apprise does not hand on for how long a service asks to be left alone."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from requests.adapters import HTTPAdapter

TOO_MANY = 429  # RFC 6585
UNSAID = timedelta(seconds=60)  # where a service asks for a rest and does not say how long
_seen = threading.local()
_build_response: Any = HTTPAdapter.build_response


def _watched(self: HTTPAdapter, request: Any, answer: Any) -> Any:
    _seen.answer = (int(answer.status), answer.headers.get("Retry-After"))
    return _build_response(self, request, answer)


HTTPAdapter.build_response = _watched  # type: ignore[method-assign, assignment]


def forget() -> None:
    """Begin a send: what was answered before it does not count."""
    _seen.answer = None


def asked_to_wait(now: datetime | None = None) -> timedelta | None:
    """Give how long the last answer asks to be left alone; None where it was no 429."""
    answer: tuple[int, str | None] | None = getattr(_seen, "answer", None)
    if answer is None or answer[0] != TOO_MANY:
        return None
    return retry_after(answer[1], now or datetime.now(UTC))


def retry_after(value: str | None, now: datetime) -> timedelta:
    """Read a Retry-After: seconds or an HTTP date (RFC 9110, 10.2.3); what cannot be read asks for a minute."""
    text = (value or "").strip()
    if text.isdecimal() and len(text) < 10:
        return timedelta(seconds=int(text))
    try:
        return max(timedelta(seconds=1), parsedate_to_datetime(text) - now)
    except (ValueError, TypeError):  # TypeError: a date without a zone
        return timedelta(hours=1) if text.isdecimal() else UNSAID
