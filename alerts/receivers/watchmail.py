"""`watchmail://` and `watchmails://`: our Apprise plugin that sends one mail to one address.

Apprise's own mail plugin does not fold subjects, drops links from the text part, makes its own Message-ID and changes
the process-wide table of charsets; nothing of it is used here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from apprise import NotifyBase, NotifyFormat

from alerts.alert import Message, SendResult
from alerts.receivers.mailurl import IMPLICIT, PLAIN, Account, BadMailUrl, Tls, account_of
from alerts.receivers.mime import compose
from alerts.receivers.smtp import submit

SCHEMAS = (PLAIN, IMPLICIT)
_Base: Any = NotifyBase  # Apprise types its base by the values of no service


class NotifyWatchmail(_Base):  # type: ignore[misc]
    """Sends mail through the account of its URL. `deliver` returns the full result, `send` only success or failure."""

    service_name = "Watchfloor mail"
    protocol = PLAIN
    secure_protocol = IMPLICIT
    notify_format = NotifyFormat.TEXT
    templates = ("{schema}://{user}:{password}@{host}:{port}/{targets}",)
    title_maxlen = 500
    body_maxlen = 200_000
    request_rate_per_sec = 0  # pacing is ours

    def __init__(self, account: Account, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._account = account

    @staticmethod
    def parse_url(url: str, *_: Any, **__: Any) -> dict[str, Any] | None:
        try:
            account = account_of(url)
        except BadMailUrl:
            return None  # `problem` says why
        return {"schema": _schema(account), "account": account, "targets": [account.recipient]}

    @staticmethod
    def problem(url: str) -> str:
        """Return why a URL names no account, and what to write; "" if it names one."""
        try:
            account_of(url)
        except BadMailUrl as error:
            return str(error)
        return ""

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:  # noqa: ARG002, FBT - Apprise's signature
        return _written(self._account, "****" if privacy else self._account.password)

    def deliver(self, message: Message) -> SendResult:
        """Send a message. The handle of an accepted mail is its Message-ID."""
        # the clock is read here, at the edge: Date says when this attempt was made
        mail = compose(self._account, message, datetime.now(UTC))
        result = submit(self._account, mail.as_bytes())
        return replace(result, handle=str(mail["Message-ID"])) if result.ok else result

    def send(self, body: str, title: str = "", *_: Any, **__: Any) -> bool:
        """Send a text in the way Apprise calls it."""
        result = self.deliver(Message(title, body))
        if not result.ok:
            self.logger.warning("%s", result.detail)
        return result.ok


def _schema(account: Account) -> str:
    return IMPLICIT if account.tls is Tls.IMPLICIT else PLAIN


def _written(account: Account, password: str) -> str:
    """Return an account as a URL that would be read as the same account."""
    login = f"{quote(account.user, safe='')}:{quote(password, safe='*')}@" if account.user else ""
    host = f"[{account.host}]" if ":" in account.host else account.host
    query = {"from": account.sender, "name": account.name, "timeout": f"{account.timeout:g}"}
    if account.tls is not Tls.IMPLICIT:
        query["tls"] = account.tls.value
    asked = urlencode(query, quote_via=quote)
    return f"{_schema(account)}://{login}{host}:{account.port}/{quote(account.recipient, safe='@')}?{asked}"
