"""Clean texts of others and write values of ours, in the same way for every message. Pure.

Text from feeds is never trusted: control characters and bidi controls are removed, each headline is isolated in its own
direction (UAX #9), and long text is cut between graphemes (UAX #29).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import regex

from alerts.standing import Standing
from alerts.status import Status
from crawler.text.urls import ascii_host, usable

# ZWNJ and ZWJ (U+200C, U+200D) stay: Persian words and emoji are written with them; so does U+FE0F of emoji.
ORIGINS_SHOWN = 6  # of those beside a rating; the first to report come first
LANGUAGES = {  # by ISO 639 code: English names, as all our own words are English
    "ar": "Arabic",
    "ckb": "Kurdish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "he": "Hebrew",
    "it": "Italian",
    "ku": "Kurdish",
    "pt": "Portuguese",
    "ru": "Russian",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
}
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_HIDDEN = re.compile(  # bidi controls, invisible letters, tags, lone surrogates, noncharacters
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]+"
)
_PILED = regex.compile(r"(\p{M}{4})\p{M}+")  # marks upon marks: more than any script writes hide what stands round them
_UNSAFE = re.compile(r"[^\x21-\x7e]|[<>\"'|\\^`{}\[\]]")  # also letters that would turn the line round them
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*\.?")
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
ISOLATE, POP = "\u2068", "\u2069"  # FSI, PDI
ISOLATED = re.compile(f"{ISOLATE}([^{ISOLATE}{POP}]*){POP}")
# words of Hebrew's and Arabic's blocks in a row, with ZWNJ and ZWJ inside, and what stands between them: numbers and
# points, but neither what our own lines set between two texts ("->", ", ", "; ", "|") nor Latin letters
_LETTERS = "\u0590-\u08ff\u200c\u200d\ufb1d-\ufdff\ufe70-\ufeff"
RUN = re.compile(f"([{_LETTERS}]+(?:(?:[ -]+|[ ]?[:.%/\u00ab\u00bb\u2013]+[ ]?|[ ]\\d[\\d.,]*[ ])[{_LETTERS}]+)*)")


def plain(text: str) -> str:
    """Return a text without characters that forge lines, reorder text or hide in it, and without spaces at its ends."""
    return clean(text).strip()


def clean(text: str) -> str:
    """Return a piece of a text cleaned as by `plain`, with the spaces at both its ends."""
    text = _BREAKS.sub(" ", text)
    return text if text.isascii() else _PILED.sub(r"\1", _HIDDEN.sub("", text))  # neither is in ASCII


def isolated(text: str) -> str:
    """Return a text, cleaned, and between FSI and PDI (UAX #9) if it has right-to-left letters."""
    text = plain(text)
    return f"{ISOLATE}{text}{POP}" if is_rtl(text) else text


def ours(text: str) -> str:
    """Return a line of ours that quotes others, cleaned, each quote isolated in its own direction.

    What is isolated already is one quote; otherwise each run of right-to-left words is. The rest runs from left to
    right: "2 -> 5" stays the way from 2 to 5.
    """
    pieces = ISOLATED.split(text)  # every second one was isolated
    return "".join(
        isolated(piece) if at % 2 else RUN.sub(f"{ISOLATE}\\1{POP}", clean(piece)) for at, piece in enumerate(pieces)
    ).strip()


def link(url: str | None) -> str | None:
    """Return a link as it may be printed: http(s), in ASCII, nothing in it that could end it or hide its end.

    None if there is none, or one that no reader should open: with credentials, another scheme, too long, or a host that
    browsers read differently from people (escape, backslash, IPv6 address).
    """
    kept = usable(_HIDDEN.sub("", url)) if url else None
    if kept is None:
        return None
    parts = urlsplit(kept)
    host = ascii_host(parts.hostname or "")
    if not _HOST.fullmatch(host):
        return None
    netloc = f"{host}:{parts.port}" if parts.port else host
    return _UNSAFE.sub(lambda found: quote(found[0], safe=""), urlunsplit(parts._replace(netloc=netloc)))


def is_rtl(text: str) -> bool:
    """Return whether a text has letters that are written from right to left."""
    return bool(_RTL.search(text))


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters of a text, cut at a space if possible and never within a grapheme.

    What was isolated where it is cut is isolated still.
    """
    if len(text) <= limit:
        return text
    kept = _cut(text, limit)
    if kept.count(ISOLATE) > kept.count(POP):
        kept = _cut(text, limit - 1)
        kept += POP * (kept.count(ISOLATE) - kept.count(POP))
    return kept


def _cut(text: str, limit: int) -> str:
    head = ""
    # a letter parted from its marks, or an emoji from its joiner, would show as another
    for grapheme in regex.findall(r"\X", text[: limit + 1])[:-1]:  # the last may be a part of one
        if len(head) + len(grapheme) > limit - 1:
            break
        head += grapheme
    return (head.rsplit(" ", 1)[0] if " " in head[limit // 2 :] else head) + "…"


def time(at: datetime, timezone: str, now: datetime | None = None) -> str:
    """Return a time in the zone of `settings.timezone` and in UTC, with the date in UTC if it is another.

    With `now`, the year if it is another one.
    """
    local, at = at.astimezone(ZoneInfo(timezone)), at.astimezone(UTC)
    day = f"{local:%d %b}" if now is None or now.astimezone(local.tzinfo).year == local.year else f"{local:%d %b %Y}"
    if timezone == "UTC":
        return f"{day} {local:%H:%M} UTC"
    # past midnight the two dates differ, and one that is not said is taken for the other's
    utc = f"{at:%H:%M}" if at.date() == local.date() else f"{at:%d %b %H:%M}"
    return f"{day} {local:%H:%M} {timezone.rpartition('/')[2].replace('_', ' ')} ({utc} UTC)"


def clocks(since: datetime, until: datetime, timezone: str) -> str:
    """Return the hours of a stretch of time, for a title: "14:19-14:20 Baghdad"; of another day, the day it began."""
    zone = ZoneInfo(timezone)
    first, last = since.astimezone(zone), until.astimezone(zone)
    began = f"{first:%H:%M}" if first.date() == last.date() else f"{first:%d %b %H:%M}"
    ended = f"{last:%H:%M}"
    return f"{began if began == ended else f'{began}-{ended}'} {timezone.rpartition('/')[2].replace('_', ' ')}"


def span(length: timedelta) -> str:
    """Return a length of time as people say it: "40 min", "50 h", "4 days"."""
    minutes = round(length.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{round(minutes / 60)} h" if minutes < 72 * 60 else f"{round(minutes / 1440)} days"


def ago(at: datetime, now: datetime) -> str:
    """Return how long ago a time was, or how far it lies ahead: "4 min ago", "now", "in 2 h"."""
    if abs(now - at) < timedelta(seconds=30):
        return "now"
    return f"{span(now - at)} ago" if at < now else f"in {span(at - now)}"


def status_words(status: Status, timezone: str) -> str:
    """Return what became of an alert in words, such as "told; the next message held for the digest of ...".

    It is "told" where a message of it was sent, "told with another message" where one was that it was folded into.
    """
    told = {"sent": "told", "joined": "told with another message"}.get(status.name, "")
    if status.due is None:
        return told or "not sent"
    at = time(status.due, timezone)
    if status.held == "digest":
        waits = f"held for the digest of {at}"
    else:
        waits = f"held by {status.held} until {at}" if status.held else f"waiting, due {at}"
    return f"{told}; the next message {waits}" if told else waits


def rated(standing: Standing) -> str:
    """Return a standing in words: its rating, that it is automatic, its origins. "B3, automatic (1 origin: bbc)".

    Where a toll is told, that is what is rated: "(1 of 3 origins says 2 wounded: bbc; no casualties: wire, post)".
    """
    many, said = len(standing.origins), standing.agreement
    if said is None and len(standing.telling) < many:
        by = standing.telling
        doubting = [each for each in standing.doubting if each not in standing.opposed]
        against = [
            f"{words}: {_names(names)}"
            for words, names in (("the opposite", standing.opposed), ("only asks or denies", doubting))
            if names
        ]
        counted = "; ".join([f"{len(by)} of {many} origins: {_names(by)}", *against])
        return f"{standing.rating}, automatic ({counted})"
    if said is None:
        names = f": {_names(standing.origins)}" if many else ""
        return f"{standing.rating}, automatic ({many or 'no known'} origin{'s' * (many != 1)}{names})"
    count = f"{len(said.by)} of {many} origins say{'s' * (len(said.by) == 1)} {said.toll}: {_names(said.by)}"
    others = [f"{words}: {_names(names)}" for words, names in said.others]
    return f"{standing.rating}, automatic ({'; '.join([count, *others])})"


def _names(origins: Sequence[str]) -> str:
    more = f" and {len(origins) - ORIGINS_SHOWN} more" if len(origins) > ORIGINS_SHOWN else ""
    return ", ".join(isolated(each) for each in origins[:ORIGINS_SHOWN]) + more
