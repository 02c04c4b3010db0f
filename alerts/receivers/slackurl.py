"""Read `watchslack://BOT_TOKEN/CHANNEL_ID`. Pure, so that a command that only names targets need not load Apprise."""

from __future__ import annotations

import re

SCHEMA = "watchslack"
URL = re.compile(r"watchslack://(?P<token>[^/?#]*)/?(?P<channel>[^/?#]*)/?(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_TOKEN = re.compile(r"xoxb-[A-Za-z0-9-]{10,}")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{7,}")


def problem(url: str) -> str:
    """Return what is wrong with a URL of this service and what to write instead, "" if nothing is."""
    found = URL.fullmatch(url)
    token, channel, rest = (found["token"], found["channel"], found["rest"]) if found else ("", "", "")
    if not _TOKEN.fullmatch(token):
        kind = " (this is a user's or an expiring token)" if re.match(r"xox[^b]", token) else ""
        return f"has no bot token in its first part{kind}; write {SCHEMA}://xoxb-.../C0123ABCD"
    if rest.startswith("#") or not _CHANNEL.fullmatch(channel):
        return (
            "has no channel id in its second part; write the id (C0123ABCD: in Slack, the channel's name, About, at "
            "the bottom), for a name can change and its history cannot be asked for"
        )
    return f"has something behind the channel id; write {SCHEMA}://xoxb-.../C0123ABCD alone" if rest else ""


def address(url: str) -> str:
    """Return the channel of a URL, without the token; "" if it names none."""
    found = URL.fullmatch(url)
    return found["channel"] if found else ""
