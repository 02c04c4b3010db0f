"""Alert, digest or notice -> plain text, as console, mail and every receiver without a form of its own shows it.

The first line stands alone on a lock screen: severity, headline, outlet. Text from feeds is never trusted: no
control characters, no bidi controls, each headline isolated in its own direction (UAX #9).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.alert import Alert, Cause, Delivery, Hit, Kind, Message, Reason, Standing
from crawler.urls import host

TITLE_LIMIT = 120  # characters: a mail subject of any script stays under 998 bytes once encoded
QUOTE_RADIUS = 110  # characters of text shown on each side of the hits
CHANGE_LIMIT = 48  # characters of what changed in the title
HITS_SHOWN = 6
SIBLINGS_SHOWN = 3
SIBLING_LIMIT = 80  # characters of each
DIGEST_SHOWN = 50
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
ISOLATE, POP = "\u2068", "\u2069"  # FSI, PDI

REASONS = {
    Reason.FIRST_ARTICLE: "first article of this story",
    Reason.NEW_RULE: "a further rule matched this story",
    Reason.SEVERITY_RAISED: "its severity rose",
    Reason.UPDATED: "what it tells has changed",
    Reason.PACED: "what it tells has changed; held until 30 minutes after the last message on it",
    Reason.WHEN_HOLDS: "the rule's condition on the thread has come to hold",
    Reason.STALE: "older than the freshness limit, so listed here instead of interrupting",
    Reason.REMATCH: "the rules as changed would have caught it",
    Reason.SYSTEM: "Watchfloor on itself",
}


def render_alert(delivery: Delivery, alert: Alert, timezone: str) -> Message:
    """Write one alert: what, who, when, the words that matched, why it fired, how to find it again."""
    article = alert.article
    lines = [
        isolated(article.title),
        f"{article.outlet}{_host(article.url)}{f', {article.lang}' if article.lang else ''}",
        *_rated(alert.standing),
        _times(alert, timezone),
        *([article.url] if article.url else ["(the source gave no link)"]),
        "",
        *(f"Updated: {plain(change)}" for change in alert.changes),
        *_quote(alert),
        *(_why(cause) for cause in alert.causes),
        *_also(alert),
        *_siblings(alert),
        f"Sent because: {REASONS[delivery.reason]}.",
        f"Story {alert.story}, alert {alert.revision}, delivery {delivery.id}",
    ]
    return Message(_title(delivery, alert), "\n".join([*_late(delivery), *lines]))


def render_digest(delivery: Delivery, alerts: Sequence[Alert], timezone: str) -> Message:
    """Write a digest: one line a story, most urgent first, grouped by the rule that found them."""
    what = "more" if delivery.reason is Reason.REMATCH else "older"
    title = f"DIGEST {len(alerts)} {what} {'story' if len(alerts) == 1 else 'stories'}"
    lines = [f"Found late ({REASONS[delivery.reason]}):"]
    ranked = sorted(alerts, key=lambda each: (each.causes[0].rule, -each.severity, each.story))
    heading = ""
    for alert in ranked[:DIGEST_SHOWN]:
        if alert.causes[0].rule != heading:
            heading = alert.causes[0].rule
            lines += ["", f"{alert.causes[0].title} ({heading})"]
        lines += [
            f"- {alert.severity.word.upper()} {isolated(alert.article.title)}",
            f"  {_line(alert, timezone)}",
        ]
    if len(ranked) > DIGEST_SHOWN:
        lines += ["", f"and {len(ranked) - DIGEST_SHOWN} more: watchfloor status"]
    return Message(
        _marked(delivery, title),
        "\n".join([*lines, "", f"Digest {delivery.subject}, delivery {delivery.id}"]),
    )


def render_notice(delivery: Delivery) -> Message:
    """Write what the system says about itself."""
    payload = delivery.payload or {}
    title = _marked(delivery, f"WATCHFLOOR {payload.get('title', '')}")
    return Message(cut(title, TITLE_LIMIT), f"{payload.get('body', '')}\n\nNotice, delivery {delivery.id}")


def plain(text: str) -> str:
    """Take out what could forge lines, move text about or hide in it."""
    return _CONTROLS.sub(" ", text).strip()


def isolated(text: str) -> str:
    """Keep the direction of a headline to itself where it is written from right to left."""
    text = plain(text)
    return f"{ISOLATE}{text}{POP}" if _RTL.search(text) else text


def cut(text: str, limit: int) -> str:
    """Cut at a word, never within one if it can be helped."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[limit // 2 :] else head) + "…"


def _title(delivery: Delivery, alert: Alert) -> str:
    word = alert.severity.word.upper()
    changed = f"({cut(plain('; '.join(alert.changes)), CHANGE_LIMIT)}) " if alert.changes else ""
    update = f"UPDATE {changed}" if delivery.kind is Kind.UPDATE else ""
    outlet = f" | {plain(alert.article.outlet)}"
    head = _marked(delivery, f"{word} {update}")
    return f"{head}{cut(plain(alert.article.title), TITLE_LIMIT - len(head) - len(outlet))}{outlet}"


def _marked(delivery: Delivery, title: str) -> str:
    return f"(possible repeat) {title}" if delivery.repeat else title


def _late(delivery: Delivery) -> list[str]:
    return [f"Attempt {delivery.attempts}: earlier ones failed or were cut off."] if delivery.attempts > 1 else []


def _host(url: str | None) -> str:
    return f" ({host(url)})" if url else ""


def _times(alert: Alert, timezone: str) -> str:
    published = _time(alert.article.published, timezone) if alert.article.published else "at an unknown time"
    return f"Published {published}; seen {_time(alert.article.first_seen, timezone)}"


def _time(at: datetime, timezone: str) -> str:
    local = at.astimezone(ZoneInfo(timezone))
    if timezone == "UTC":
        return f"{local:%d %b %H:%M} UTC"
    return f"{local:%d %b %H:%M} {timezone.rpartition('/')[2].replace('_', ' ')} ({at:%H:%M} UTC)"


def _line(alert: Alert, timezone: str) -> str:
    article = alert.article
    when = _time(article.published, timezone) if article.published else "undated"
    return ", ".join([plain(article.outlet), when, *([article.url] if article.url else []), alert.story])


def _quote(alert: Alert) -> list[str]:
    """Quote the body round its first hit, or its beginning where only the headline was hit."""
    body = alert.article.body
    hits = [hit for cause in alert.causes for hit in cause.hits if hit.field == "body"]
    middle = min((hit.start for hit in hits), default=0)
    start, end = max(0, middle - QUOTE_RADIUS), middle + 2 * QUOTE_RADIUS
    words = plain(body[start:end])
    if start:
        words = "… " + words.partition(" ")[2]
    if end < len(body):
        words = words.rpartition(" ")[0] + " …"
    return [f'"{isolated(words)}"', ""] if words.strip(" …") else []


def _why(cause: Cause) -> str:
    found = _found(cause.hits) or "an earlier report of this story"
    purpose = f" [{cause.pir}]" if cause.pir else ""
    return f"Why: {cause.title} (rule {cause.rule}, version {cause.version}){purpose}: {found}"


def _found(hits: Iterable[Hit]) -> str:
    """Name each term once, with the words that were found for it and where."""
    terms: dict[str, dict[str, None]] = {}
    for hit in hits:
        mark = " in look-alike letters" if hit.disguised else ""
        terms.setdefault(hit.term, {})[f'"{isolated(hit.text)}"{mark} in the {hit.field}'] = None
    named = [f"{next(iter(places))}{f' ({term})' if term.startswith('$') else ''}" for term, places in terms.items()]
    more = f" and {len(named) - HITS_SHOWN} more terms" if len(named) > HITS_SHOWN else ""
    return "; ".join(named[:HITS_SHOWN]) + more


def _also(alert: Alert) -> list[str]:
    others = [plain(outlet) for outlet in alert.outlets if outlet != alert.article.outlet]
    return [f"Also reported by: {', '.join(others)}"] if others else []


def rated(standing: Standing) -> str:
    """Write a standing as officers read it: letter and number apart, who set the number, and by which origins."""
    many = len(standing.origins)
    names = f": {', '.join(plain(each) for each in standing.origins)}" if many else ""
    return f"{standing.rating}, automatic ({many or 'no known'} origin{'s' * (many != 1)}{names})"


def _rated(standing: Standing) -> list[str]:
    return [f"Reliability: {rated(standing)}"] if standing.origins else []


def _siblings(alert: Alert) -> list[str]:
    """Name the other stories of the event in a line, the newest first."""
    newest = alert.siblings[::-1]
    if not newest:
        return []
    shown = [
        f"{isolated(cut(plain(each.title), SIBLING_LIMIT))} ({plain(each.outlet)}, {each.story})"
        for each in newest[:SIBLINGS_SHOWN]
    ]
    more = f"; and {len(newest) - SIBLINGS_SHOWN} more" if len(newest) > SIBLINGS_SHOWN else ""
    return [f"Same event: {'; '.join(shown)}{more}"]
