"""A message to one target: one Apprise object, one attempt; the result says whether trying again can help."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

from apprise import Apprise, AppriseResultStatus, NotifyFormat

from alerts.alert import Message, SendResult, Target
from alerts.receivers.targets import BadReceiverUrl, asset, build, masked

_APPRISE = logging.getLogger("apprise")  # its own log names tokens at DEBUG: kept from ours, whatever the level
_APPRISE.setLevel(logging.WARNING)
_APPRISE.propagate = False
_APPRISE.addHandler(logging.NullHandler())
DETAIL_LIMIT = 300
# HTTP answers that the same request will get again (RFC 9110), and SMTP refusals for good (RFC 5321 4.2.1).
_PERMANENT = re.compile(r"\berror[= :(]+(400|401|403|404|405|410|413|422)\b|\(?\b55[0-4],|\b5[0-9]{2} 5\.\d\.\d")
_UNCERTAIN = re.compile(r"timed? ?out|reset|aborted|closed|disconnected", re.IGNORECASE)


def send(target: Target, message: Message) -> SendResult:
    """Send a message to a target and wait for the answer. Runs in a thread of the target's own."""
    try:
        service = build(target.url)
    except BadReceiverUrl as error:
        return SendResult(ok=False, detail=str(error))
    if (deliver := getattr(service, "deliver", None)) is not None:  # a plugin of ours: it says more than yes or no
        return _cleaned(target, deliver(message))
    sender = Apprise(service, asset=asset())
    try:
        result = sender.notify(
            body=message.body, title=message.title, body_format=NotifyFormat.TEXT, log_level=logging.WARNING
        )
    except Exception as error:  # noqa: BLE001 - one of 130 plugins failed in a way of its own; the lane goes on
        return SendResult(ok=False, retry=True, uncertain=True, detail=_detail(target, [repr(error)]))
    if result.status == AppriseResultStatus.SUCCESS:
        return SendResult(ok=True)
    detail = _detail(target, [str(entry.message) for entry in result.logs()])
    return SendResult(
        ok=False,
        retry=not _PERMANENT.search(detail),
        uncertain=result.status == AppriseResultStatus.TIMEOUT or bool(_UNCERTAIN.search(detail)),
        detail=detail,
    )


class LookUpFailed(Exception):
    """A service did not say whether a message was acknowledged; secrets are masked."""


def acknowledged(target: Target, handle: str) -> str | None:
    """Give the name of the first who reacted to a sent message; None where nobody has, or the service cannot say.

    Raises LookUpFailed. Asks the plugin's own `acknowledged(handle)`.
    """
    try:
        ask = getattr(build(target.url), "acknowledged", None)
        name: str | None = ask(handle) if ask else None
    except Exception as error:  # noqa: BLE001 - whatever a service does, it is asked again later
        raise LookUpFailed(_detail(target, [repr(error)])) from None
    return name


def _cleaned(target: Target, result: SendResult) -> SendResult:
    return result if result.ok else replace(result, detail=_detail(target, [result.detail]))


def _detail(target: Target, said: list[str]) -> str:
    """Give what the service said, on one line, without what may be secret."""
    text = " ".join(" ".join(said).split()) or "the service gave no reason"
    for secret in {target.url, *re.findall(r"[^/:@?&=#,]{8,}", target.url.partition("://")[2])}:
        text = text.replace(secret, "***")
    return f"{masked(target.url)}: {text}"[:DETAIL_LIMIT]
