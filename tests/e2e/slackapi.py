"""A local double of Slack's Web API, reached as production reaches Slack: slack.com:443 over a proxy, with TLS.

`env()` gives the variables that lead requests here: HTTPS_PROXY names our CONNECT proxy, REQUESTS_CA_BUNDLE a CA made
for the occasion. The double enforces what Slack documents: arguments, Block Kit's limits, scopes, threads, metadata,
paging, rate limits; `faults` makes it fail as told. What Slack would make of a message's markup is in slackview.py.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.servers import PATIENCE
from tests.e2e.slackview import Live, block_faults, live
from tests.e2e.slackwire import Fault, Road

__all__ = ["CHANNEL", "TOKEN", "Fault", "Live", "Posted", "SlackApi"]

TOKEN = "xoxb-not-a-token-of-anyone"
CHANNEL = "C0WATCH001"
SCOPES = frozenset(
    ["chat:write", "channels:history", "groups:history", "reactions:read", "users:read", "metadata.message:read"]
)
NEEDED = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "reactions.get": "reactions:read",
    "users.info": "users:read",
}
# (calls, seconds): one message a second and channel; the tiers a minute (docs.slack.dev, rate limits).
DOCUMENTED = {
    "chat.postMessage": (1, 1.0),
    "chat.update": (50, 60.0),
    "conversations.history": (50, 60.0),
    "conversations.replies": (50, 60.0),
    "reactions.get": (50, 60.0),
    "users.info": (100, 60.0),
}
TEXT_CUT = 40_000
METADATA_LIMIT = 8_000  # Slack names the error and not the size


@dataclass
class Posted:
    """A message as the channel keeps it."""

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any] | None
    thread_ts: str = ""
    broadcast: bool = False
    literal: bool = False
    edits: int = 0
    reactions: dict[str, list[str]] = field(default_factory=dict)

    @property
    def pings(self) -> bool:
        """Say whether the channel is told of it: a reply is not, unless it is broadcast."""
        return not self.thread_ts or self.broadcast

    @property
    def key(self) -> str:
        return str(((self.metadata or {}).get("event_payload") or {}).get("key", ""))

    def shown(self, *, metadata: bool) -> dict[str, Any]:
        made: dict[str, Any] = {"type": "message", "ts": self.ts, "text": self.text, "blocks": self.blocks}
        if self.thread_ts:
            made |= {"thread_ts": self.thread_ts}
        if self.broadcast:
            made |= {"subtype": "thread_broadcast"}
        if metadata and self.metadata:
            made |= {"metadata": self.metadata}
        if self.reactions:
            made |= {
                "reactions": [
                    {"name": name, "users": users, "count": len(users)} for name, users in self.reactions.items()
                ]
            }
        return made


class Refused(Exception):
    """ok:false by a name."""

    def __init__(self, name: str, **more: Any) -> None:
        super().__init__(name)
        self.answer = {"ok": False, "error": name, **more}


class SlackApi:
    """Start it, give `env()` to the process under test, read `messages`.

    `faults[method]` holds the faults of the next calls, in order (None: no fault); `chance(method, call)` is asked when
    there is none. `limits` is what 429 guards; {} for none. Files (CA, key) go into `place`.
    """

    def __init__(self, place: Path, *, limits: Mapping[str, tuple[int, float]] = DOCUMENTED) -> None:
        self.place, self.limits = place, dict(limits)
        self.token, self.scopes = TOKEN, set(SCOPES)
        self.channels = {CHANNEL}
        self.archived: set[str] = set()
        self.users: dict[str, dict[str, Any]] = {}
        self.messages: list[Posted] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.faults: dict[str, deque[Fault | None]] = defaultdict(deque)
        self.chance: Callable[[str, dict[str, Any]], Fault | None] = lambda _method, _call: None
        self.page = 1_000  # the most a page holds, whatever is asked for
        self.changed = threading.Condition(threading.RLock())
        self._spent: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._last = 0

    # the house it stands in

    def start(self) -> SlackApi:
        self._road = Road(self.place, self)
        return self

    def stop(self) -> None:
        self._road.close()

    close = stop

    def __enter__(self) -> SlackApi:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"watchslack://{self.token}/{CHANNEL}"

    def env(self) -> dict[str, str]:
        proxy = self._road.proxy
        return {
            "HTTPS_PROXY": proxy,
            "https_proxy": proxy,
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
            "REQUESTS_CA_BUNDLE": str(self._road.ca),
        }

    @property
    def strangers(self) -> list[str]:
        """Give the hosts that were asked for and are not Slack."""
        return self._road.strangers

    # what a test asks

    def script(self, method: str, *faults: Fault | None) -> None:
        """Let the next calls of a method go wrong."""
        with self.changed:
            self.faults[method].extend(faults)

    def pings(self) -> list[Posted]:
        return [each for each in self.messages if each.pings]

    def times(self) -> dict[str, int]:
        """Count messages by the key of their metadata."""
        counted: dict[str, int] = defaultdict(int)
        for each in self.messages:
            counted[each.key] += 1
        return dict(counted)

    def called(self, method: str) -> list[dict[str, Any]]:
        return [call for name, call in self.calls if name == method]

    def live(self) -> list[Live]:
        """Give every mention and link that Slack would make of what was posted."""
        return [found for each in self.messages for found in live(each.text, each.blocks, literal=each.literal)]

    def post(self, text: str, *, at: float | None = None) -> Posted:
        """Let somebody else write into the channel."""
        with self.changed:
            made = Posted(CHANNEL, self._ts(at), text, [], None)
            self.messages.append(made)
            return made

    def react(self, ts: str, emoji: str, user: str) -> None:
        with self.changed:
            self.message(CHANNEL, ts).reactions.setdefault(emoji, []).append(user)

    def delete(self, ts: str) -> None:
        with self.changed:
            self.messages = [each for each in self.messages if each.ts != ts]

    def wait_for(self, count: int, timeout: float = PATIENCE) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: len(self.messages) >= count, timeout)

    # what Slack does

    def message(self, channel: str, ts: str, error: str = "message_not_found") -> Posted:
        for each in self.messages:
            if (each.channel, each.ts) == (channel, ts):
                return each
        raise Refused(error)

    def fault(self, method: str, call: dict[str, Any]) -> Fault | None:
        """Give what this call shall suffer, or 429 where it comes too fast."""
        with self.changed:
            self.calls.append((method, call))
            self.changed.notify_all()
            fault = self.faults[method].popleft() if self.faults[method] else self.chance(method, call)
            if fault is None and (wait := self._over(method, call)):
                fault = Fault(status=429, retry_after=str(wait))
            return fault

    def _over(self, method: str, call: dict[str, Any]) -> int:
        if method not in self.limits:
            return 0
        most, span = self.limits[method]
        now, spent = time.monotonic(), self._spent[method, str(call.get("channel")) if "post" in method else ""]
        while spent and spent[0] <= now - span:
            spent.popleft()
        if len(spent) >= most:
            return max(1, int(span - (now - spent[0]) + 0.999))
        spent.append(now)
        return 0

    def answer(self, method: str, call: dict[str, Any], bearer: str) -> dict[str, Any]:
        """Do what a method does, under one lock."""
        with self.changed:
            try:
                self._admit(method, bearer)
                made = {"ok": True, **METHODS[method](self, call)}
            except Refused as refused:
                made = refused.answer
            self.changed.notify_all()
        return made

    def _admit(self, method: str, bearer: str) -> None:
        if method not in METHODS:
            raise Refused("unknown_method", req_method=method)
        if not bearer:
            raise Refused("not_authed")
        if bearer != f"Bearer {self.token}":
            raise Refused("invalid_auth")
        if method in NEEDED and NEEDED[method] not in self.scopes:
            raise Refused("missing_scope", needed=NEEDED[method], provided=",".join(sorted(self.scopes)))

    def channel(self, call: Mapping[str, Any]) -> str:
        name = str(call.get("channel") or "")
        if name not in self.channels:
            raise Refused("channel_not_found")
        return name

    def post_message(self, call: dict[str, Any]) -> dict[str, Any]:
        channel = self.channel(call)
        if channel in self.archived:
            raise Refused("is_archived")
        text, blocks = _content(call)
        thread = str(call.get("thread_ts") or "")
        if thread and self.message(channel, thread, "thread_not_found").thread_ts:
            raise Refused("cannot_reply_to_message")
        made = Posted(channel, self._ts(), text, blocks, _metadata(call), thread, bool(call.get("reply_broadcast")))
        if made.broadcast and not thread:
            raise Refused("invalid_arguments")
        made.literal = _literal(call)
        self.messages.append(made)
        return {"channel": channel, "ts": made.ts, "message": made.shown(metadata=False)}

    def update(self, call: dict[str, Any]) -> dict[str, Any]:
        found = self.message(self.channel(call), str(call.get("ts")))
        text, blocks = _content(call)
        found.text, found.blocks, found.edits = text, blocks, found.edits + 1
        found.literal = _literal(call)
        found.metadata = _metadata(call) if "metadata" in call else found.metadata
        return {"channel": found.channel, "ts": found.ts, "text": text}

    def history(self, call: dict[str, Any]) -> dict[str, Any]:
        channel = self.channel(call)
        seen = [each for each in self.messages if each.channel == channel and each.pings]
        return self._paged(sorted(seen, key=lambda each: each.ts, reverse=True), call)

    def replies(self, call: dict[str, Any]) -> dict[str, Any]:
        root = self.message(self.channel(call), str(call.get("ts")), "thread_not_found")
        below = [each for each in self.messages if each.thread_ts == root.ts]
        return self._paged([root, *sorted(below, key=lambda each: each.ts)], call, always=root)

    def _paged(self, seen: list[Posted], call: dict[str, Any], always: Posted | None = None) -> dict[str, Any]:
        """Cut to the window asked for, then to a page; the cursor is opaque to the caller, as Slack's."""
        oldest, latest = float(call.get("oldest") or 0), float(call.get("latest") or "inf")
        inside = [each for each in seen if each is always or oldest < float(each.ts) < latest]
        cursor = str(call.get("cursor") or "")
        if cursor and not re.fullmatch(r"at:\d+", cursor):
            raise Refused("invalid_cursor")
        start = int(cursor[3:]) if cursor else 0
        page = min(int(call.get("limit") or 100), 999, self.page)
        end = start + page
        asked = str(call.get("include_all_metadata", "")).lower() in {"true", "1"}
        full = asked and "metadata.message:read" in self.scopes
        return {
            "messages": [each.shown(metadata=full) for each in inside[start:end]],
            "has_more": end < len(inside),
            "response_metadata": {"next_cursor": f"at:{end}" if end < len(inside) else ""},
        }

    def reactions(self, call: dict[str, Any]) -> dict[str, Any]:
        found = self.message(self.channel(call), str(call.get("timestamp")))
        return {"type": "message", "channel": found.channel, "message": found.shown(metadata=False)}

    def user(self, call: dict[str, Any]) -> dict[str, Any]:
        if call.get("user") not in self.users:
            raise Refused("user_not_found")
        return {"user": self.users[str(call["user"])]}

    def who(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"url": "https://desk.slack.com/", "team": "Desk", "user": "watchfloor", "bot_id": "B0WATCH001"}

    def _ts(self, at: float | None = None) -> str:
        self._last = (
            max(self._last + 1, int((time.time() if at is None else at) * 1e6)) if at is None else int(at * 1e6)
        )
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


METHODS: dict[str, Callable[[SlackApi, dict[str, Any]], dict[str, Any]]] = {
    "chat.postMessage": SlackApi.post_message,
    "chat.update": SlackApi.update,
    "conversations.history": SlackApi.history,
    "conversations.replies": SlackApi.replies,
    "reactions.get": SlackApi.reactions,
    "users.info": SlackApi.user,
    "auth.test": SlackApi.who,
}


def _content(call: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    text, blocks = str(call.get("text") or ""), call.get("blocks") or []
    if not text and not blocks:
        raise Refused("no_text")
    if wrong := block_faults(blocks):
        name = "msg_blocks_too_long" if wrong[0].startswith("too long") else "invalid_blocks"
        raise Refused(name, response_metadata={"messages": wrong})
    return text[:TEXT_CUT], list(blocks)


def _literal(call: dict[str, Any]) -> bool:
    """Say whether no bare address becomes a link and no bare @name a mention: only when asked for in so many words."""
    return call.get("parse") == "none" and call.get("link_names") is False


def _metadata(call: dict[str, Any]) -> dict[str, Any] | None:
    metadata = call.get("metadata")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        raise Refused("invalid_metadata_format")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", str(metadata["event_type"])) or not isinstance(
        metadata["event_payload"], dict
    ):
        raise Refused("invalid_metadata_schema")
    if len(json.dumps(metadata)) > METADATA_LIMIT:
        raise Refused("metadata_too_large")
    return metadata
