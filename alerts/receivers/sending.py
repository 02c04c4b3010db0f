"""Send a message to one target, in one attempt; the result says whether another attempt can help."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

from apprise import Apprise, AppriseResultStatus, NotifyBase, NotifyFormat, OverflowMode

from alerts.alert import Message, SendResult, Target
from alerts.receivers import answers
from alerts.receivers.fitting import fitted, room_of
from alerts.receivers.naming import BadReceiverUrl, LookUpFailed, Reactions, masked
from alerts.receivers.targets import asset, build
from alerts.receivers.urgency import type_of, with_priority

logging.getLogger("urllib3").setLevel(logging.INFO)  # at DEBUG it logs the paths of webhooks, which are their secrets
DETAIL_LIMIT = 300
# HTTP answers that the same request will get again (RFC 9110): refusals and redirects, but for those of the moment.
_OF_THE_MOMENT = frozenset({408, 421, 423, 424, 425, 429})
_PERMANENT = re.compile(r"\bSMTP 5[0-9]{2}\b")  # RFC 5321 4.2.1
# Errors that services name in the body of a 200 or a 4xx, and that no further attempt mends (Slack, Telegram, Pushover,
# Twilio).
_NAMED_PERMANENT = re.compile(
    r"channel_not_found|not_in_channel|is_archived|invalid_auth|not_authed|account_inactive|token_(?:revoked|expired)|"
    r"missing_scope|no_permission|msg_too_long|no_text|user_not_found|invalid_(?:arguments|token|api_key|routing_key)|"
    r"chat not found|bot was (?:blocked|kicked)|user is deactivated|message is too long|Unauthorized|"
    r"application token is invalid|user identifier is invalid|"
    r"\"code\"\s*:\s*(?:10003|10014|21211|21214|21408|21606|21610|21612|21614|21617|30007|50001|50013|50035)\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"rate.?limit|too many|try again|temporar|timeout|unavailable", re.IGNORECASE)
READ_TIMEOUT, CONNECT_TIMEOUT = 30.0, 10.0  # seconds; `rto` and `cto` in a URL set others
# What Apprise says of a connection at DEBUG, in its first form that fits: our words for it (what it says may name a
# token), and whether the message may have arrived. The pattern of an SMTP answer is the last of those that are sure.
_FAULTS = (
    (re.compile(r"NameResolution|getaddrinfo|Name or service|name resolution|nodename"), "its name is unknown", False),
    (re.compile(r"connect timeout|ConnectTimeout"), "no connection in time", False),
    (re.compile(r"refused|NewConnection|unreachable|No route"), "no connection: refused or unreachable", False),
    (re.compile(r"certificate|SSL|TLS", re.IGNORECASE), "TLS failed", False),
    (re.compile(r"\((?P<code>[45][0-9]{2}), "), "SMTP {code}", False),
    (re.compile(r"timed? ?out", re.IGNORECASE), "no answer in time", True),
    (re.compile(r""), "the connection was lost", True),
)
_AS_GIVEN = frozenset(("console", "json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos"))  # no markup
_COUNTS_AS_READ = frozenset({"tgram", "telegram"})  # services that count a text as its reader sees it
_MARKUP = re.compile(r"(?<!\w)@(?=\w)|<(?=[@!#&:])|\](?=\()")
_LOST = re.compile(r"timed? ?out|reset|aborted|closed|disconnected", re.IGNORECASE)  # of a plugin that says it aloud
_FAULT = "Socket Exception:"
# A server that failed over a request may have done what was asked before (RFC 9110 15.6; 9.2.2: a POST is not
# idempotent): so it is marked when it goes again. Not so after a 503, which takes no request (15.6.4), but where a
# gateway says in it that it lost the server behind it (decision 307).
_FAILED = re.compile(r"\berror[= :(]+5[0-9]{2}\b")


def send(target: Target, message: Message) -> SendResult:
    """Send a message to a target and return the result; no exception leaves it.

    It blocks until the service has answered or its time is over: call it in the target's own thread.
    """
    try:
        service = build(with_priority(target.url, message.severity))
    except BadReceiverUrl as error:
        return SendResult(ok=False, detail=str(error))
    if (deliver := getattr(service, "deliver", None)) is not None:  # a plugin of ours: it says more than yes or no
        try:
            return _cleaned(target, deliver(message))
        except Exception as error:  # noqa: BLE001 - a fault of ours must not stop the lane and all that waits in it
            return SendResult(ok=False, retry=True, uncertain=True, detail=_detail(target, [repr(error)]))
    if target.schema not in _AS_GIVEN:
        message = replace(message, title=_defused(message.title), body=_defused(message.body))
    return _notify(target, service, fitted(message, room_of(service)))


def _notify(target: Target, service: NotifyBase, message: Message) -> SendResult:
    """Send a message through a plugin of Apprise's."""
    _give_time(service)
    # laid out for its room already; split only where escaping makes it longer, and the service counts that
    service.overflow_mode = OverflowMode.UPSTREAM if target.schema in _COUNTS_AS_READ else OverflowMode.SPLIT
    sender = Apprise(service, asset=asset())
    watched = answers.watch(service)
    try:
        result = sender.notify(
            body=message.body,
            title=message.title,
            notify_type=type_of(service, message.severity),
            body_format=NotifyFormat.TEXT,
            log_level=logging.DEBUG,
        )
    except Exception as error:  # noqa: BLE001 - one of 130 plugins failed in a way of its own; the lane goes on
        return SendResult(ok=False, retry=True, uncertain=True, detail=_detail(target, [repr(error)]))
    if result.status == AppriseResultStatus.SUCCESS:
        return _believed(target) if answers.last() or not watched else _nothing_sent(target)
    said = [(entry.level, str(entry.message)) for entry in result.logs()]
    words, lost = _fault([text for _, text in said if text.startswith(_FAULT)])
    warned = [text for level, text in said if level in _WARNINGS]
    detail = _detail(target, warned + words)
    return SendResult(
        ok=False,
        retry=not _is_permanent(detail),
        uncertain=result.status == AppriseResultStatus.TIMEOUT or lost or _may_have_arrived(" ".join(warned)),
        detail=detail,
        wait=answers.asked_to_wait(),
    )


def _believed(target: Target) -> SendResult:
    """Return the result of a plugin that claims success: no success where the service's answer names an error."""
    answer = answers.last()
    if not (said := answers.refusal(target.schema, answer.body if answer else "")):
        return SendResult(ok=True)
    detail = _detail(target, [f"answered {answer.status if answer else 200}, and refused it: {said}"])
    return SendResult(ok=False, retry=not _is_permanent(detail), detail=detail)


def _nothing_sent(target: Target) -> SendResult:
    """Return the result of a plugin that claims success without a request: the message reached nobody."""
    return SendResult(ok=False, detail=_detail(target, ["its plugin sent no request, so nobody was told"]))


def _give_time(service: NotifyBase) -> None:
    """Set our timeouts where the URL names none: Apprise's four seconds take a slow receiver for a dead one."""
    if service.socket_read_timeout == NotifyBase.socket_read_timeout:
        service.socket_read_timeout = READ_TIMEOUT
    if service.socket_connect_timeout == NotifyBase.socket_connect_timeout:
        service.socket_connect_timeout = CONNECT_TIMEOUT


def _is_permanent(detail: str) -> bool:
    """Return whether the same message will be refused again: by the status, or by an error that the service names."""
    answer = answers.last()
    if answer is None:
        return bool(_PERMANENT.search(detail))
    if answer.status < 500 and _NAMED_PERMANENT.search(answer.body):
        return not _AGAIN.search(answer.body)
    return 300 <= answer.status < 500 and answer.status not in _OF_THE_MOMENT


def _may_have_arrived(warned: str) -> bool:
    # Apprise returns the same for a refused and a lost connection; only its log tells them apart (decision 101)
    answer = answers.last()
    if answer and answer.status == answers.UNAVAILABLE:
        return bool(_LOST.search(answer.body))
    return bool(_LOST.search(warned) or _FAILED.search(warned))


def _defused(text: str) -> str:
    """Return a text in which a chat service reads no mention and no link: an invisible word joiner breaks them."""
    return _MARKUP.sub(lambda found: f"{found[0]}\u2060", text)


def reactions(target: Target, handle: str) -> Reactions:
    """Return how readers reacted to a sent message; none where the service cannot say.

    Asks the plugin's own `reactions(handle)`. Raise LookUpFailed if the service does not answer.
    """
    try:
        ask = getattr(build(target.url), "reactions", None)
        found: Reactions = ask(handle) if ask else Reactions()
    except Exception as error:  # noqa: BLE001 - whatever a service does, it is asked again later
        raise LookUpFailed(_detail(target, [repr(error)])) from None
    return found


_WARNINGS = ("WARNING", "ERROR", "CRITICAL")


def _fault(said: list[str]) -> tuple[list[str], bool]:
    """Return in words why a connection failed, and whether the message may have arrived all the same."""
    if not said:
        return [], False
    for pattern, words, lost in _FAULTS:
        if found := pattern.search(said[-1].removeprefix(_FAULT)):
            return [words.format(**found.groupdict())], lost
    raise AssertionError("the last pattern fits all")


def _cleaned(target: Target, result: SendResult) -> SendResult:
    return result if result.ok else replace(result, detail=_detail(target, [result.detail]))


def _detail(target: Target, said: list[str]) -> str:
    """Return what the service said, on one line and without secrets."""
    text = " ".join(" ".join(said).split()) or "the service gave no reason"
    # any part of the URL may be a token; a part of fewer than eight characters is no secret, and may be a word
    for secret in {target.url, *re.findall(r"[^/:@?&=#,]{8,}", target.url.partition("://")[2])}:
        text = text.replace(secret, "***")
    return f"{masked(target.url)}: {text}"[:DETAIL_LIMIT]
