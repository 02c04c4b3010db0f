"""Call a method of Slack's Web API through `requests`; return the answer, or raise SlackFault.

Each client has one deadline for all its calls. Proxy and CA bundle are those of the environment (HTTPS_PROXY,
REQUESTS_CA_BUNDLE). Redirects are not followed, and no .netrc replaces the token. No message or exception shows the
token.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from threading import Thread
from time import monotonic
from typing import Any, TypeVar

import requests
from requests.auth import AuthBase
from urllib3.exceptions import NewConnectionError

from crawler.text.dates import retry_after

API = "https://slack.com/api/"
LONGEST_CONNECT = 10.0  # seconds until a connection is there
LARGEST_ANSWER = 8_000_000  # bytes: 999 messages with their blocks are under two million
PAGE_SIZE = 200  # messages: Slack advises no more
LONGEST_WAIT = timedelta(hours=1)  # whatever a 429 asks for
USUAL_WAIT = timedelta(seconds=30)  # where a 429 does not say how long
T = TypeVar("T")

# Refusals that the same request will get again -> what the admin can do about it (docs.slack.dev, the methods' errors).
_AUTH = "put the app's bot token (xoxb-...) into the receiver's URL, or install the app again"
_RIGHTS = "the workspace's administrators forbid it; ask them, or use another channel"
_OURS = "this is a fault of Watchfloor; please report it"
PERMANENT: Mapping[str, str] = {
    **dict.fromkeys(("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"), _AUTH),
    "not_allowed_token_type": _AUTH,
    "missing_scope": "the app lacks a scope: add those of docs/receivers.md and install it again",
    "no_permission": "the app may not: add the scopes of docs/receivers.md and invite it to the channel",
    "channel_not_found": "the app cannot see this channel: check its id, and invite the app to it",
    "not_in_channel": "invite the app to the channel",
    "is_archived": "the channel is archived: take it out of the archive, or use another",
    "is_inactive": "the channel is archived or frozen: use another",
    "restricted_action": _RIGHTS,
    "restricted_action_read_only_channel": _RIGHTS,
    "restricted_action_thread_only_channel": _RIGHTS,
    "restricted_action_non_threadable_channel": _RIGHTS,
    "ekm_access_denied": _RIGHTS,
    "access_denied": _RIGHTS,
    "accesslimited": _RIGHTS,
    "team_access_not_granted": _RIGHTS,
    "enterprise_is_restricted": _RIGHTS,
    "two_factor_setup_required": _RIGHTS,
    "message_not_found": "the message was deleted in Slack",
    "thread_not_found": "the message that it answers to was deleted in Slack",
    "invalid_thread_ts": "the message that it answers to was deleted in Slack",
    "cannot_reply_to_message": "the message that it answers to takes no replies",
    "cant_update_message": "the message was posted by another app",
    "edit_window_closed": "the workspace's settings let nobody change a message so old",
    **dict.fromkeys(
        (
            *("msg_too_long", "msg_blocks_too_long", "no_text", "invalid_blocks", "invalid_blocks_format"),
            *("block_mismatch", "invalid_arguments", "invalid_arg_name", "invalid_charset", "invalid_form_data"),
            *("invalid_post_type", "missing_post_type", "invalid_json", "json_not_object", "unknown_method"),
            *("invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large", "method_deprecated"),
            *("metadata_must_be_sent_from_app", "deprecated_endpoint", "bad_timestamp", "invalid_cursor"),
        ),
        _OURS,
    ),
}
# Of these Slack says that a part of the work may have been done.
HALF_DONE = frozenset({"internal_error", "fatal_error", "service_unavailable"})
LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})


class SlackFault(Exception):
    """Slack did not do what was asked.

    `name` is Slack's error or ours. `retry`: another attempt can help, after `wait` if Slack asks for it. `uncertain`:
    it may have been done all the same.
    """

    def __init__(
        self, name: str, said: str = "", *, retry: bool, uncertain: bool = False, wait: timedelta | None = None
    ) -> None:
        super().__init__(f"{name}: {said}" if said else name)
        self.name, self.retry, self.uncertain, self.wait = name, retry, uncertain, wait


class _Bearer(AuthBase):
    """Sets the token, where requests would otherwise use a .netrc entry for the host."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Slack(AbstractContextManager["Slack"]):
    """Calls methods of Slack with a token, all of them together within `deadline` seconds.

    `post`, `get` and `messages` raise SlackFault unless Slack's answer says ok.
    """

    def __init__(self, token: str, deadline: float) -> None:
        self._session = requests.Session()
        self._session.auth = _Bearer(token)
        self._ends = monotonic() + deadline

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def post(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Call a method that changes something, with its arguments as JSON; return the answer."""
        return self._ask("POST", method, json=arguments)

    def get(self, method: str, **arguments: str) -> Mapping[str, Any]:
        """Call a method that reads, with its arguments in the query; return the answer."""
        return self._ask("GET", method, params=arguments)

    def messages(self, method: str, **arguments: str) -> Iterator[Mapping[str, Any]]:
        """Yield the messages that a method returns, page by page until there is no further one."""
        cursor: dict[str, str] = {}
        while True:
            answer = self.get(method, limit=str(PAGE_SIZE), **arguments, **cursor)
            yield from answer.get("messages") or ()
            following = (answer.get("response_metadata") or {}).get("next_cursor")
            if not following:
                return
            cursor = {"cursor": following}

    def _ask(self, verb: str, method: str, **content: Any) -> Mapping[str, Any]:
        left = self._ends - monotonic()
        if left <= 0:
            raise SlackFault("deadline", "no time was left to ask", retry=True)
        try:
            status, headers, body = _within(left, lambda: self._exchange(verb, method, content))
        except TimeoutError:
            raise SlackFault("timeout", "no answer in time", retry=True, uncertain=True) from None
        except requests.RequestException as error:
            raise _broken(error) from None  # what it wraps may show headers
        except OSError as error:  # requests says so of a CA bundle that is not there
            raise SlackFault("unreachable", f"{error}", retry=True) from None
        return _read(status, headers, body)

    def _exchange(self, verb: str, method: str, content: Mapping[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        left = max(self._ends - monotonic(), 0.01)
        response = self._session.request(
            verb,
            API + method,
            timeout=(min(LONGEST_CONNECT, left), left),
            allow_redirects=False,
            stream=True,
            **content,
        )
        with response:
            body = b""
            for piece in response.iter_content(8_192):
                body += piece
                # checked for each piece: an answer that drips would outlast the timeout of a single read
                if len(body) > LARGEST_ANSWER or monotonic() > self._ends:
                    break  # it will not parse, and counts as no answer
        return response.status_code, response.headers, body


def _within(seconds: float, work: Callable[[], T]) -> T:
    """Run `work` in a thread and wait at most `seconds`: requests limits each read, not their sum."""
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except Exception as error:  # noqa: BLE001 - it is raised again by the one who waits
            done.set_exception(error)

    Thread(target=run, daemon=True, name="slack-call").start()
    return done.result(timeout=seconds)


def _broken(error: requests.RequestException) -> SlackFault:
    """Return the fault of a failed connection, uncertain if the request may have reached Slack.

    A ProxyError says little: it also stands for a connection that broke behind the proxy, after the request was sent.
    """
    reason = getattr(error.args[0], "reason", None) if error.args else None
    cause = getattr(reason, "original_error", reason)
    kind = type(error).__name__
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return SlackFault("unverified", "whoever answered has no certificate of Slack's", retry=True)
    if isinstance(error, requests.ConnectTimeout) or isinstance(cause, NewConnectionError):
        return SlackFault("unreachable", f"no connection ({kind})", retry=True)
    if str(cause).startswith("Tunnel connection failed"):
        return SlackFault("unreachable", "the proxy lets us not through to Slack", retry=True)
    return SlackFault("broken", f"the line broke before an answer came ({kind})", retry=True, uncertain=True)


def _read(status: int, headers: Mapping[str, str], body: bytes) -> Mapping[str, Any]:
    """Return Slack's answer if it says ok; raise SlackFault otherwise."""
    if status == 429:
        raise SlackFault("ratelimited", "Slack asks us to wait", retry=True, wait=_wait(headers))
    if status >= 500:
        raise SlackFault(f"http {status}", "Slack failed", retry=True, uncertain=True)
    if 300 <= status < 400:
        raise SlackFault(f"http {status}", "a redirect, which is not followed", retry=False)
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        if status >= 400:
            raise SlackFault(f"http {status}", "the request was refused", retry=status in {408, 425})
        raise SlackFault("unreadable", "the answer is no JSON", retry=True, uncertain=True)
    if answer.get("ok") is not True:
        raise _refused(answer, headers)
    return answer


def _refused(answer: Mapping[str, Any], headers: Mapping[str, str]) -> SlackFault:
    """Return the fault of a refusal. An error in no table is tried again: a lost alert would be worse."""
    name = str(answer.get("error") or "no error named")[:80]
    if name in LIMITED:
        return SlackFault(name, "Slack asks us to wait", retry=True, wait=_wait(headers))
    needed = f" (it needs {answer['needed']})" if isinstance(answer.get("needed"), str) else ""
    said = (answer.get("response_metadata") or {}).get("messages") or ()
    details = f" ({'; '.join(str(each) for each in said)[:200]})" if said and PERMANENT.get(name) == _OURS else ""
    return SlackFault(
        name,
        f"{PERMANENT.get(name, '')}{needed}{details}",
        retry=name not in PERMANENT,
        uncertain=name in HALF_DONE,
    )


def _wait(headers: Mapping[str, str]) -> timedelta:
    said = retry_after(headers.get("Retry-After"), datetime.now(UTC))
    return USUAL_WAIT if said is None else min(said, LONGEST_WAIT)
