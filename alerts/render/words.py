"""Text of others and values of ours -> words as every message writes them. Pure.

Text from feeds is never trusted: no control characters, no bidi controls, each headline isolated in its own
direction (UAX #9); what is too long is cut between graphemes (UAX #29).
"""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import regex

from alerts.alert import Standing

# ZWNJ and ZWJ (U+200C, U+200D) stay: Persian words and emoji are written with them.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
ISOLATE, POP = "\u2068", "\u2069"  # FSI, PDI


def plain(text: str) -> str:
    """Take out what could forge lines, move text about or hide in it."""
    return clean(text).strip()


def clean(text: str) -> str:
    """Do the same to a piece of a text, whose spaces at both ends stay."""
    return _CONTROLS.sub(" ", text)


def isolated(text: str) -> str:
    """Keep the direction of a headline to itself where it is written from right to left."""
    text = plain(text)
    return f"{ISOLATE}{text}{POP}" if is_rtl(text) else text


def is_rtl(text: str) -> bool:
    """Say whether a text has letters that are written from right to left."""
    return bool(_RTL.search(text))


def cut(text: str, limit: int) -> str:
    """Cut to at most `limit` characters: at a word if it can be helped, and never within a grapheme."""
    if len(text) <= limit:
        return text
    head = ""
    for grapheme in regex.findall(r"\X", text[: limit + 1])[:-1]:  # the last may be a part of one
        if len(head) + len(grapheme) > limit - 1:
            break
        head += grapheme
    return (head.rsplit(" ", 1)[0] if " " in head[limit // 2 :] else head) + "…"


def time(at: datetime, timezone: str) -> str:
    """Write a time in the zone of `settings.timezone` and in UTC."""
    local = at.astimezone(ZoneInfo(timezone))
    if timezone == "UTC":
        return f"{local:%d %b %H:%M} UTC"
    return f"{local:%d %b %H:%M} {timezone.rpartition('/')[2].replace('_', ' ')} ({at:%H:%M} UTC)"


def rated(standing: Standing) -> str:
    """Write a standing as officers read it: letter and number apart, who set the number, and by which origins."""
    many = len(standing.origins)
    names = f": {', '.join(plain(each) for each in standing.origins)}" if many else ""
    return f"{standing.rating}, automatic ({many or 'no known'} origin{'s' * (many != 1)}{names})"
