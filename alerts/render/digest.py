"""Put what a digest says into a sheet: one entry for each event, however many stories tell it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from alerts.alert import ONE_ROUND, Alert, Reason, Severity
from alerts.delivery import Delivery
from alerts.render.sheet import HEADLINE_LIMIT, name, shown_headline, split_notes, translated
from alerts.render.title import age_of, changes_in_short, digest_heading, digest_title, lead
from alerts.render.why import REASONS
from alerts.render.words import cut, link, ours, time

DIGEST_SHOWN = 50  # events
OUTLETS_SHOWN = 4  # of an event
STORIES_SHOWN = 3  # ids of an event
LINK_SHOWN = 160  # characters of a link in a line; a longer one is not written out
_KINDS = {Reason.ROUTINE: "Routine stories", Reason.SAME_EVENT: "Stories of one event"}  # need no reason besides
NEWEST_LIMIT = 120  # characters of a headline beside the entry's own


@dataclass(frozen=True, slots=True)
class DigestItem:
    """One event of a digest: the headline of its newest story of the highest severity, and a line on all of them.

    `lead` is what is known of a headline in another script than its reader's, with a colon behind it. `told` is what
    changed, in brackets. `age` says how old it was when the digest was due, where it would have interrupted ("50 h
    old"), `translation` what a machine made of the headline. Each is "" where there is nothing to say.
    """

    severity: Severity
    headline: str
    url: str | None
    line: str
    age: str = ""
    lead: str = ""
    told: str = ""
    translation: str = ""

    @property
    def whole(self) -> str:
        """Return the headline with what stands before and behind it."""
        return f"{self.lead}{self.headline}{self.told}"

    @property
    def precedence(self) -> str:
        """Return its severity, with its age: "FLASH, 50 h old"."""
        return f"{self.severity.word.upper()}{f', {self.age}' if self.age else ''}"


@dataclass(frozen=True, slots=True)
class DigestSheet:
    """What a digest says: events by the rule that found them, each group with its heading.

    `heading` is the title without the headline that it ends with.
    """

    title: str
    heading: str
    intro: str
    groups: tuple[tuple[str, tuple[DigestItem, ...]], ...]
    more: str = ""
    notes: tuple[str, ...] = ()
    footer: str = ""


def digest_sheet(delivery: Delivery, alerts: Sequence[Alert], timezone: str, shown: int = DIGEST_SHOWN) -> DigestSheet:
    """Return the sheet of a digest: one entry for each event, most urgent first, grouped by rule."""
    # sorted before it is cut: what does not fit is the least urgent
    events = sorted(events_of(alerts), key=lambda each: -each[0].severity)
    groups = groupby(_by_rule(events[:shown]), key=lambda each: each[0].causes[0].rule)
    listed = split_notes(delivery)
    return DigestSheet(
        title=digest_title(delivery, events),
        heading=digest_heading(delivery, events),
        intro=_intro(delivery, len(alerts)),
        groups=tuple(_group(delivery, tuple(found), timezone) for _, found in groups),
        more=f"and {len(events) - shown} more: watchfloor deliveries show {delivery.id}" if len(events) > shown else "",
        notes=(*listed[0], *listed[1]),
        footer=f"{_health(delivery) if alerts else ''}Digest {delivery.subject}, delivery {delivery.id}",
    )


def events_of(alerts: Iterable[Alert]) -> list[tuple[Alert, ...]]:
    """Return the alerts of each event (thread); the first of each is its newest among those of its highest severity.

    Of those of the newest one's round the first is one that the reader can read.
    """
    threads: dict[str, list[Alert]] = {}
    for each in alerts:
        threads.setdefault(each.thread or each.story, []).append(each)
    return [
        _readably_led(sorted(found, key=lambda each: (each.severity, each.created, each.story), reverse=True))
        for found in threads.values()
    ]


def _readably_led(event: Sequence[Alert]) -> tuple[Alert, ...]:
    first = event[0]
    alike = (each for each in event if each.severity is first.severity and first.created - each.created < ONE_ROUND)
    lead = next((each for each in alike if not each.foreign), first)
    return (lead, *(each for each in event if each is not lead))


def outlets_of(event: Iterable[Alert]) -> tuple[str, ...]:
    """Return all outlets that report an event; that of its first alert is the first."""
    return tuple(dict.fromkeys(outlet for each in event for outlet in (each.article.outlet, *each.outlets)))


def newest_of(event: Sequence[Alert]) -> Alert:
    """Return the alert of an event that was decided last."""
    return max(event, key=lambda each: (each.created, each.severity))


def _by_rule(events: Sequence[tuple[Alert, ...]]) -> list[tuple[Alert, ...]]:
    """Return the events of each rule, most urgent first, the rule with the most urgent event first."""
    urgent: dict[str, int] = {}
    for each in events:
        rule = each[0].causes[0].rule
        urgent[rule] = max(each[0].severity, urgent.get(rule, 0))
    return sorted(events, key=lambda each: _rank(each[0], urgent[each[0].causes[0].rule]))


def _rank(first: Alert, urgent: int) -> tuple[int, str, int, str]:
    return -urgent, first.causes[0].rule, -first.severity, first.story


def _intro(delivery: Delivery, n: int) -> str:
    words = delivery.payload or {}
    if not n:
        return f"No routine story for this receiver. {words.get('health', '')}".strip()
    late = delivery.reason in {Reason.REMATCH, Reason.STALE}
    why = REASONS[delivery.reason]
    if delivery.reason is Reason.STORM:
        why = f"{why}: {words.get('matches')} matches, {words.get('stories')} stories in 1 min"
    since = f", since {words['since']}" if words.get("since") else ""
    if delivery.reason in _KINDS:
        return f"{_KINDS[delivery.reason]}{since}:"
    return f"{'Found late' if late else 'Told together'} ({why}{since}):"


def _health(delivery: Delivery) -> str:
    """Return the line of a digest of its receiver's times that the watch runs, "" for others."""
    line = (delivery.payload or {}).get("health")
    return f"{line} " if line else ""


def _group(
    delivery: Delivery, events: tuple[tuple[Alert, ...], ...], timezone: str
) -> tuple[str, tuple[DigestItem, ...]]:
    cause = events[0][0].causes[0]
    return f"{ours(cause.title)} ({cause.rule})", tuple(_item(delivery, each, timezone) for each in events)


def _item(delivery: Delivery, event: tuple[Alert, ...], timezone: str) -> DigestItem:
    first = event[0]
    told = ours(changes_in_short(first.changes))
    before = cut(lead(first), HEADLINE_LIMIT) if first.foreign else ""
    return DigestItem(
        severity=first.severity,
        headline=shown_headline(first.article),
        url=link(first.article.url),
        line=_line(event, timezone),
        age=age_of(delivery, first),
        lead=before,
        told=f" ({told})" if told else "",
        translation=translated(first.translation),
    )


def _line(event: tuple[Alert, ...], timezone: str) -> str:
    """Return who tells an event, when, where to read it, and the ids of its stories."""
    article, url = event[0].article, link(event[0].article.url)
    when = time(article.published, timezone) if article.published else "undated"
    # nothing is lost by leaving out a long link: the id leads to it
    where = url if url and len(url) <= LINK_SHOWN else None
    newest = newest_of(event)
    known = cut(lead(newest), NEWEST_LIMIT) if newest.foreign else ""
    later = [f"newest: {known}{cut(shown_headline(newest.article), NEWEST_LIMIT)}"] if newest is not event[0] else []
    return ", ".join([_outlets(event), when, *later, *([where] if where else []), _stories(event)])


def _outlets(event: tuple[Alert, ...]) -> str:
    names = outlets_of(event)
    more = f" and {len(names) - OUTLETS_SHOWN} more" if len(names) > OUTLETS_SHOWN else ""
    return ", ".join(name(each) for each in names[:OUTLETS_SHOWN]) + more


def _stories(event: tuple[Alert, ...]) -> str:
    ids = list(dict.fromkeys(each.story for each in event))
    if len(ids) == 1:
        return ids[0]
    more = f" and {len(ids) - STORIES_SHOWN} more" if len(ids) > STORIES_SHOWN else ""
    return f"{len(ids)} stories: {', '.join(ids[:STORIES_SHOWN])}{more}"
