"""`watchslack://BOT_TOKEN/CHANNEL_ID`: our Slack plugin. It posts, edits and answers messages, and reads reactions.

Each message has the delivery's id as metadata, so that after a lost answer we can look before posting again. The handle
of a message is `CHANNEL:TS`, or `CHANNEL:TS@ROOT` if it is a reply in the thread of ROOT.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from apprise import NotifyBase, NotifyFormat

from alerts.alert import Kind, Message, SendResult
from alerts.receivers.naming import Reactions
from alerts.receivers.slackapi import Slack, SlackFault
from alerts.receivers.slackurl import SCHEMA, URL, problem
from alerts.render.title import TITLE_LIMIT, marked
from alerts.render.words import cut, plain
from crawler.article import minted

DEADLINE = 30.0  # seconds for one delivery: look-up, post and all
TEXT_LIMIT = 4_000  # Slack's advice for `text`; past 40,000 it cuts by itself
EVENT = "watchfloor_delivery"  # names our metadata among those of other apps
CLOCKS_APART = timedelta(hours=1)  # our clock and Slack's are closer than that
OLDEST_KEY = timedelta(days=4)  # older than any delivery that is still tried
LITERAL = {"link_names": False, "parse": "none"}  # no name in `text` becomes a mention, no address a link
ACKS = ("white_check_mark", "heavy_check_mark", "ballot_box_with_check", "eyes", "ack")
JUDGEMENTS = {"+1": True, "thumbsup": True, "-1": False, "thumbsdown": False}  # whether it says "relevant"

# Answers after which the message can still be told in another way.
UNEDITABLE = frozenset({"edit_window_closed", "cant_update_message"})  # it stands there: the edit becomes a reply
# the thread is gone or takes no replies: the message is posted by itself
ROOTLESS = frozenset(
    {
        *("thread_not_found", "invalid_thread_ts", "message_not_found", "cannot_reply_to_message"),
        "restricted_action_non_threadable_channel",
    }
)
# Slack does not like the layout: the message is sent as plain text
UNSHOWN = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch"})

_NAMES: OrderedDict[tuple[str, str], str] = OrderedDict()  # (channel, user) -> name; a name changes rarely
NAMES_KEPT = 1_000
_Base: Any = NotifyBase  # Apprise types its base by the values of no service


@dataclass(frozen=True, slots=True)
class Handle:
    """Where a message is: its channel, its ts, and the ts of the message that began its thread."""

    channel: str
    ts: str
    root: str = ""

    @classmethod
    def read(cls, written: str) -> Handle | None:
        """Return the handle in a text, None if it is not one of Slack's."""
        found = re.fullmatch(r"([A-Z0-9]+):(\d+\.\d+)(?:@(\d+\.\d+))?", written)
        return cls(found[1], found[2], found[3] or "") if found else None

    def __str__(self) -> str:
        return f"{self.channel}:{self.ts}{f'@{self.root}' if self.root and self.root != self.ts else ''}"


class NotifyWatchSlack(_Base):  # type: ignore[misc]
    """Posts to one channel as a Slack app with a bot token; `deadline` is in seconds, for each delivery."""

    service_name = "Slack, by Watchfloor"
    secure_protocol = SCHEMA
    notify_format = NotifyFormat.TEXT
    templates = ("{schema}://{token}/{channel}",)
    template_tokens: Mapping[str, Any] = {
        **NotifyBase.template_tokens,
        "token": {"name": "Bot Token", "type": "string", "private": True, "required": True},
        "channel": {"name": "Channel ID", "type": "string", "required": True},
    }
    title_maxlen = 150
    body_maxlen = TEXT_LIMIT - 200
    request_rate_per_sec = 0  # pacing is ours

    def __init__(self, token: str, channel: str, deadline: float = DEADLINE, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._token, self._channel, self._deadline = token, channel, deadline

    def url(self, privacy: bool = False, *args: Any, **kwargs: Any) -> str:  # noqa: ARG002, FBT - Apprise's signature
        return f"{SCHEMA}://{'***' if privacy else self._token}/{self._channel}"

    problem = staticmethod(problem)

    @staticmethod
    def parse_url(url: str, *_: Any, **__: Any) -> dict[str, Any] | None:
        found = URL.fullmatch(url)
        if found is None or problem(url):
            return None
        return {"schema": SCHEMA, "token": found["token"], "channel": found["channel"]}

    def send(self, body: str, title: str = "", *_: Any, **__: Any) -> bool:
        return self.deliver(Message(title, body)).ok

    def deliver(self, message: Message) -> SendResult:
        """Post, edit or reply. What may have arrived in an earlier attempt is looked up before it is posted again."""
        with Slack(self._token, self._deadline) as slack:
            try:
                return self._edit(slack, message) if message.edits else self._post(slack, message)
            except SlackFault as error:
                return SendResult(
                    ok=False, retry=error.retry, uncertain=error.uncertain, detail=f"Slack: {error}", wait=error.wait
                )

    def _edit(self, slack: Slack, message: Message) -> SendResult:
        """Change a message in place. One that was deleted stays deleted, since an edit notifies nobody.

        The message keeps its own metadata: a look-up seeks its key, not the edit's.
        """
        at = Handle.read(message.edits)
        if at is None:
            return SendResult(ok=False, detail=f"{message.edits!r} is no message of Slack's, so nothing can be edited")
        try:
            detail, _ = _shown(slack, "chat.update", message, channel=at.channel, ts=at.ts, **LITERAL)
        except SlackFault as error:
            if error.name not in UNEDITABLE:
                raise
            return self._post(slack, message, at.root or at.ts)
        return SendResult(ok=True, handle=str(at), detail=detail)

    def _post(self, slack: Slack, message: Message, root: str = "") -> SendResult:
        root = root or self._root(message.follows)
        marked = False
        if message.repeat and message.key:
            try:
                if found := self._found(slack, message.key, root):
                    return SendResult(ok=True, handle=str(found), detail="it had arrived; not sent again")
            except SlackFault as error:
                if error.retry:
                    raise
                message, marked = _marked(message, error), True  # told twice is better than not at all
        content = self._content(message)
        try:
            detail, answer = _shown(slack, "chat.postMessage", message, **content, **_threaded(message, root))
        except SlackFault as error:
            if not root or error.name not in ROOTLESS:
                raise
            detail, answer = _shown(slack, "chat.postMessage", message, **content)
            root = ""
        handle = Handle(str(answer.get("channel") or self._channel), str(answer.get("ts") or ""), root)
        said = [detail, *(["it may have arrived before, and could not be looked for"] if marked else [])]
        return SendResult(ok=True, handle=str(handle), detail="; ".join(filter(None, said)))

    def _root(self, follows: str) -> str:
        """Return the ts of the message whose thread a reply goes into: never another reply, which Slack forbids."""
        at = Handle.read(follows)
        return (at.root or at.ts) if at and at.channel == self._channel else ""

    def _content(self, message: Message) -> dict[str, Any]:
        metadata = {"event_type": EVENT, "event_payload": {"key": message.key}}
        return {
            "channel": self._channel,
            "unfurl_links": False,
            "unfurl_media": False,
            "mrkdwn": False,
            **LITERAL,
            **({"metadata": metadata} if message.key else {}),
        }

    def _found(self, slack: Slack, key: str, root: str) -> Handle | None:
        """Return the handle of the message with this key; None if it is neither in the thread nor in the channel.

        The search begins when the key was made, which is when the delivery was queued (decision 92).
        """
        now = datetime.now(UTC)
        made = minted(key)
        if made is None or made > now:  # by a clock that was ahead, and has been set since: when it was nobody knows
            # so far back that every delivery that is still tried is found
            made = now - OLDEST_KEY
        window = {"oldest": f"{(made - CLOCKS_APART).timestamp():.6f}", "include_all_metadata": "true"}
        places = [("conversations.replies", {"ts": root})] if root else []
        for method, where in [*places, ("conversations.history", {})]:
            try:
                for each in slack.messages(method, channel=self._channel, **where, **window):
                    if _is(each, key):
                        return Handle(self._channel, str(each["ts"]), str(each.get("thread_ts") or ""))
            except SlackFault as error:
                # a thread that is gone does not keep the message out of the channel
                if error.name not in ROOTLESS:
                    raise
        return None

    def reactions(self, handle: str) -> Reactions:
        """Return who acknowledged a message with one of ACKS, and who judged it with one of JUDGEMENTS, in one call.

        Who says that it is not relevant has taken notice of it too. Each is named once, in the order in which the emoji
        were first used: Slack does not say when each person reacted. Raise SlackFault; a name that cannot be read is
        the user's id.
        """
        at = Handle.read(handle)
        if at is None:
            raise SlackFault("bad handle", f"{handle!r} is no message of Slack's", retry=False)
        with Slack(self._token, self._deadline) as slack:
            answer = slack.get("reactions.get", channel=at.channel, timestamp=at.ts, full="true")
            given = (answer.get("message") or {}).get("reactions") or ()
            acked, judged = dict[str, None](), dict[str, bool]()
            for emoji, user in [
                (str(each.get("name")), str(user)) for each in given for user in each.get("users") or ()
            ]:
                relevant = JUDGEMENTS.get(emoji.split("::")[0])  # without the colour of the skin
                if emoji in ACKS or relevant is False:
                    acked[user] = None
                if relevant is not None:
                    judged[user] = relevant
            names = {user: _name(slack, at.channel, user) for user in (*acked, *judged)}
        return Reactions(tuple(names[user] for user in acked), tuple((names[user], judged[user]) for user in judged))


def _shown(slack: Slack, method: str, message: Message, **content: Any) -> tuple[str, Mapping[str, Any]]:
    """Send a message as blocks, or as plain text if Slack refuses the blocks; return a note on that, and the answer."""
    plainly = {"text": cut(f"{message.title}\n{message.body}", TEXT_LIMIT // 2)}
    if not message.blocks:
        return "", slack.post(method, **content, **_escaped(plainly))
    try:
        shown = {"text": cut(message.title, TEXT_LIMIT // 2), "blocks": list(message.blocks)}
        return "", slack.post(method, **content, **_escaped(shown))
    except SlackFault as error:
        if error.name not in UNSHOWN:
            raise
        return f"Slack refused the blocks ({error}); sent as plain text", slack.post(
            method, **content, **_escaped(plainly)
        )


def _escaped(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content with the three characters escaped by which Slack knows mentions and links in `text`."""
    text = str(content["text"]).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {**content, "text": text}


def _threaded(message: Message, root: str) -> dict[str, Any]:
    """Return the arguments that reply in the thread of `root`.

    A ping is shown in the channel too, where people see it.
    """
    return {"thread_ts": root, "reply_broadcast": message.kind is not Kind.EDIT} if root else {}


def _marked(message: Message, error: SlackFault) -> Message:
    """Return the message with a note that it may be a repeat."""
    why = f"Possible repeat: an earlier attempt may have arrived, and Slack does not let us look ({error.name})."
    note = {"type": "context", "elements": [{"type": "plain_text", "text": why, "emoji": False}]}
    return replace(
        message,
        title=cut(marked(message.title), TITLE_LIMIT),
        body=f"{why}\n{message.body}",
        # Slack takes 50 blocks; a message from alerts/render has fewer
        blocks=(*message.blocks[:1], note, *message.blocks[1:49]) if message.blocks else (),
    )


def _is(message: Mapping[str, Any], key: str) -> bool:
    """Return whether a message is the delivery: by its metadata, or by its footer if Slack hides metadata."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") == EVENT:
        return (metadata.get("event_payload") or {}).get("key") == key
    small = [block.get("elements") or () for block in message.get("blocks") or () if block.get("type") == "context"]
    return any(f"delivery {key}" in str(each.get("text")) for elements in small for each in elements)


def _name(slack: Slack, channel: str, user: str) -> str:
    """Return a user's display name, their id if it cannot be read."""
    if (channel, user) not in _NAMES:
        try:
            found = slack.get("users.info", user=user).get("user") or {}
        except SlackFault:
            return user  # an acknowledgement counts whoever gave it; the name is asked for again next time
        profile = found.get("profile") or {}
        names = (profile.get("display_name"), profile.get("real_name"), found.get("name"))
        _NAMES[channel, user] = next((cut(plain(str(name)), 80) for name in names if name), user)
        if len(_NAMES) > NAMES_KEPT:
            _NAMES.popitem(last=False)  # the one asked for first
    return _NAMES[channel, user]
