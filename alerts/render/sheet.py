"""Put all that a message says into a sheet, cleaned and in words; the forms only lay it out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from alerts.alert import Alert, Cause, Delivery, Hit, Kind, Reason, Severity
from alerts.render.words import clean, cut, isolated, link, plain, rated, time
from crawler.article import Article
from crawler.text.urls import host

TITLE_LIMIT = 120  # characters: a mail subject of any script stays under 998 bytes once encoded
QUOTE_RADIUS = 110  # characters of text shown on each side of the hits
HEADLINE_LIMIT = 500  # characters
NAME_LIMIT = 80  # characters of an outlet, a hit, a gloss's first half
PLACE_LIMIT = 30  # characters of a place or an outlet in the title
NOTE_LIMIT = 300  # characters of a note, a change, a gloss
OUTLETS_SHOWN = 8
CHANGE_LIMIT = 48  # characters of what changed in the title
NO_HEADLINE = "(no headline)"
HITS_SHOWN = 6
SIBLINGS_SHOWN = 3
SIBLING_LIMIT = 80  # characters of each
DIGEST_SHOWN = 50  # stories
_QUOTED = re.compile('"([^"]*)"')

REASONS = {
    Reason.FIRST_ARTICLE: "first article of this story",
    Reason.NEW_RULE: "a further rule matched this story",
    Reason.SEVERITY_RAISED: "its severity rose",
    Reason.UPDATED: "what it tells has changed",
    Reason.PACED: "what it tells has changed; held until 30 minutes after the last message on it",
    Reason.SECOND_ORIGIN: "a second origin reports it",
    Reason.NEWS_AGAIN: "it is reported again after twelve hours",
    Reason.DEVELOPMENT: "it adds to an event told before",
    Reason.FURTHER: "another story near an event told before",
    Reason.REPEATS: "more reports of events told before",
    Reason.WHEN_HOLDS: "the rule's condition on the thread has come to hold",
    Reason.STALE: "older than the freshness limit, so listed here instead of interrupting",
    Reason.REMATCH: "the rules as changed would have caught it",
    Reason.ROUTINE: "routine stories are told together",
    Reason.QUIET_HOURS: "held while the quiet hours lasted",
    Reason.STORM: "more came than this receiver's rate lets through",
    Reason.SAME_EVENT: "stories of one event are told together",
    Reason.SCHEDULED: "this receiver's digest is due",
    Reason.STANDBY: "the receiver it was for cannot be reached",
    Reason.ESCALATED: "nobody acknowledged it in time",
    Reason.RESENT: "somebody asked for it again",
    Reason.TOLD: "others report it too",
    Reason.SYSTEM: "Watchfloor on itself",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a message on a story says, in words that can be shown as they are; "" where there is nothing to say.

    `quote` is the text around the hits in pieces: (words, whether they were a hit).
    """

    severity: Severity
    title: str
    headline: str
    url: str | None
    outlet: str
    times: str
    rated: str = ""
    changes: tuple[str, ...] = ()
    event: str = ""
    quote: tuple[tuple[str, bool], ...] = ()
    glosses: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    also: str = ""
    siblings: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
    footer: str = ""


@dataclass(frozen=True, slots=True)
class DigestItem:
    """One story of a digest."""

    severity: Severity
    headline: str
    url: str | None
    line: str


@dataclass(frozen=True, slots=True)
class DigestSheet:
    """What a digest says: stories by the rule that found them, each group with its heading."""

    title: str
    intro: str
    groups: tuple[tuple[str, tuple[DigestItem, ...]], ...]
    more: str = ""
    notes: tuple[str, ...] = ()
    footer: str = ""


def sheet(delivery: Delivery, alert: Alert, timezone: str) -> Sheet:
    """Return the sheet of an alert: what, who, when, the words that matched, why it fired, how to find it again."""
    article = alert.article
    return Sheet(
        severity=alert.severity,
        title=_title(delivery, alert),
        headline=_headline(article),
        url=link(article.url),
        outlet=f"{_name(article.outlet)}{_host(article.url)}{f', {plain(article.lang)}' if article.lang else ''}",
        times=_times(alert, timezone),
        rated=f"Reliability: {rated(alert.standing)}" if alert.standing.origins else "",
        changes=tuple(f"Updated: {cut(plain(change), NOTE_LIMIT)}" for change in alert.changes),
        event=f"Event: {cut(plain(alert.event_line), NOTE_LIMIT)}" if alert.event_line else "",
        quote=_quote(alert),
        glosses=tuple(_gloss(each) for each in alert.glosses),
        why=tuple(_whys(alert.causes)),
        also=_also(alert),
        siblings=_siblings(alert),
        reason=f"Sent because: {REASONS[delivery.reason]}.",
        notes=_notes(delivery),
        footer=f"Story {alert.story}, alert {alert.revision}, delivery {delivery.id}\n{_orders(alert)}",
    )


def digest_sheet(delivery: Delivery, alerts: Sequence[Alert], timezone: str, shown: int = DIGEST_SHOWN) -> DigestSheet:
    """Return the sheet of a digest: one line for each story, most urgent first, grouped by rule."""
    # sorted before it is cut: what does not fit is the least urgent
    ranked = sorted(alerts, key=lambda each: -each.severity)
    groups = groupby(_by_rule(ranked[:shown]), key=lambda each: each.causes[0].rule)
    return DigestSheet(
        title=marked(delivery, _digest_title(delivery, ranked)),
        intro=_digest_intro(delivery, len(alerts)),
        groups=tuple(_group(tuple(listed), timezone) for _, listed in groups),
        more=f"and {len(ranked) - shown} more: watchfloor deliveries show {delivery.id}" if len(ranked) > shown else "",
        notes=_notes(delivery),
        footer=f"Digest {delivery.subject}, delivery {delivery.id}",
    )


def _by_rule(alerts: Sequence[Alert]) -> list[Alert]:
    """Return the stories of each rule, most urgent first, the rule with the most urgent story first."""
    urgent: dict[str, int] = {}
    for each in alerts:
        urgent[each.causes[0].rule] = max(each.severity, urgent.get(each.causes[0].rule, 0))
    return sorted(
        alerts, key=lambda each: (-urgent[each.causes[0].rule], each.causes[0].rule, -each.severity, each.story)
    )


def _digest_title(delivery: Delivery, ranked: Sequence[Alert]) -> str:
    """Return the title of a digest: how many stories and the most urgent one, so that a lock screen tells enough."""
    words, n = delivery.payload or {}, len(ranked)
    if delivery.reason is Reason.STORM:
        return f"Storm: {words.get('matches')} matches, {words.get('stories')} stories in 1 min; {n} of them here"
    since = f" since {words.get('since', 'the last one')}" if delivery.reason is Reason.SCHEDULED else ""
    if not n:
        return f"DIGEST nothing{since}"
    what = {Reason.REMATCH: "more ", Reason.STALE: "older "}.get(delivery.reason, "")
    first = max(ranked, key=lambda each: each.severity)
    head = f"DIGEST {n} {what}{'story' if n == 1 else 'stories'}{since}: "
    return cut(f"{head}{plain(first.article.title)}", TITLE_LIMIT)


def _digest_intro(delivery: Delivery, n: int) -> str:
    if not n:
        return f"No routine story for this receiver. {(delivery.payload or {}).get('health', '')}".strip()
    late = delivery.reason in {Reason.REMATCH, Reason.STALE}
    return f"{'Found late' if late else 'Told together'} ({REASONS[delivery.reason]}):"


def marked(delivery: Delivery, title: str) -> str:
    """Return a title, marked if an earlier attempt of the delivery may have arrived."""
    return f"(possible repeat) {title}" if delivery.repeat else title


def _group(listed: tuple[Alert, ...], timezone: str) -> tuple[str, tuple[DigestItem, ...]]:
    cause = listed[0].causes[0]
    items = tuple(
        DigestItem(each.severity, _changed(each), link(each.article.url), _line(each, timezone)) for each in listed
    )
    return f"{cause.title} ({cause.rule})", items


def _changed(alert: Alert) -> str:
    """Return an alert's headline, with what has changed in brackets."""
    told = cut(plain("; ".join(alert.changes)), CHANGE_LIMIT)
    return f"{_headline(alert.article)} ({told})" if told else _headline(alert.article)


def _title(delivery: Delivery, alert: Alert) -> str:
    word = alert.severity.word.upper()
    changed = f"({cut(plain('; '.join(alert.changes)), CHANGE_LIMIT)}) " if alert.changes else ""
    update = f"UPDATE {changed}" if delivery.kind is Kind.UPDATE else ""
    escalated = "ESCALATED " if delivery.kind is Kind.ESCALATION else ""
    place = f"{cut(plain(alert.place), PLACE_LIMIT)}: " if alert.place else ""
    outlet = f" | {cut(plain(alert.article.outlet), PLACE_LIMIT)}"
    # the article's words are cut to what is left: severity, place and outlet are always whole
    head = marked(delivery, f"{word} {escalated}{update}{place}")
    return f"{head}{cut(plain(alert.article.title) or NO_HEADLINE, TITLE_LIMIT - len(head) - len(outlet))}{outlet}"


def _headline(article: Article) -> str:
    return isolated(cut(plain(article.title), HEADLINE_LIMIT)) or NO_HEADLINE


def _name(outlet: str) -> str:
    return isolated(cut(plain(outlet), NAME_LIMIT))


def _gloss(line: str) -> str:
    """Return a gloss, "words found = their meaning", with the words found isolated in their own direction."""
    found, equals, meaning = line.partition(" = ")
    if not equals:
        return isolated(cut(line, NOTE_LIMIT))
    return f"{isolated(cut(found, NAME_LIMIT))}{equals}{cut(plain(meaning), NOTE_LIMIT)}"


def _orders(alert: Alert) -> str:
    """Return a line on how to acknowledge a story and how to silence it."""
    return (
        f"Acknowledge: watchfloor ack {alert.story} | "
        f'Silence: watchfloor silence add --story {alert.story} --for 4h --reason "..."'
    )


def _notes(delivery: Delivery) -> tuple[str, ...]:
    return tuple(isolated(cut(plain(each), NOTE_LIMIT)) for each in delivery.notes)


def _host(url: str | None) -> str:
    return f" ({host(url)})" if link(url) and url else ""


def _times(alert: Alert, timezone: str) -> str:
    published = time(alert.article.published, timezone) if alert.article.published else "at an unknown time"
    return f"Published {published}; seen {time(alert.article.first_seen, timezone)}"


def _line(alert: Alert, timezone: str) -> str:
    article, url = alert.article, link(alert.article.url)
    when = time(article.published, timezone) if article.published else "undated"
    return ", ".join([_name(article.outlet), when, *([url] if url else []), alert.story])


def _quote(alert: Alert) -> tuple[tuple[str, bool], ...]:
    """Return the body around its first hit, or its beginning if only the headline has hits."""
    body = alert.article.body
    hits = sorted((hit.start, hit.end) for cause in alert.causes for hit in cause.hits if hit.field == "body")
    # a third before the hit and two thirds behind it, from word to word
    middle = hits[0][0] if hits else 0
    start, end = max(0, middle - QUOTE_RADIUS), min(len(body), middle + 2 * QUOTE_RADIUS)
    if start:
        start += body[start:middle].find(" ") + 1
    if end < len(body):
        end = max(body.rfind(" ", middle, end), middle + 1)
    if not body[start:end].strip():
        return ()
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = start
    for first, last in hits:
        # hits of several rules may overlap; of these the first is marked
        if first >= at and last <= end:
            pieces += [(body[at:first], False), (body[first:last], True)]
            at = last
    pieces += [(body[at:end], False), *([(" …", False)] if end < len(body) else [])]
    return tuple((clean(words), hit) for words, hit in pieces if words)


def _whys(causes: Iterable[Cause]) -> Iterator[str]:
    """Yield a line for each rule; what the scale says, which is mostly the same for all, stands in the first only."""
    told: set[str] = set()
    for cause in causes:
        yield _why(replace(cause, why="") if cause.why in told else cause)
        told.add(cause.why)


def _why(cause: Cause) -> str:
    found = _found(cause.hits) or "an earlier report of this story"
    purpose = f" [{cause.pir}]" if cause.pir else ""
    score = "" if cause.score is None else f", score {cause.score:g}"
    grave = f" {cause.severity.word}: {_QUOTED.sub(_isolated, plain(cause.why))}." if cause.why else ""
    return f"Why: {cause.title} (rule {cause.rule}, version {cause.version}{score}){purpose}:{grave} {found}"


def _isolated(quoted: re.Match[str]) -> str:
    return f'"{isolated(quoted[1])}"'


def _found(hits: Iterable[Hit]) -> str:
    """Return in a line each term found, with the first words found for it and the field they are in."""
    terms: dict[str, dict[str, None]] = {}
    for hit in hits:
        mark = " in look-alike letters" if hit.disguised else ""
        terms.setdefault(hit.term, {})[f'"{isolated(cut(hit.text, NAME_LIMIT))}"{mark} in the {hit.field}'] = None
    named = [f"{next(iter(places))}{f' ({term})' if term.startswith('$') else ''}" for term, places in terms.items()]
    more = f" and {len(named) - HITS_SHOWN} more terms" if len(named) > HITS_SHOWN else ""
    return "; ".join(named[:HITS_SHOWN]) + more


def _also(alert: Alert) -> str:
    others = [_name(outlet) for outlet in alert.outlets if outlet != alert.article.outlet]
    more = f" and {len(others) - OUTLETS_SHOWN} more" if len(others) > OUTLETS_SHOWN else ""
    return f"Also reported by {len(others)}: {', '.join(others[:OUTLETS_SHOWN])}{more}" if others else ""


def _siblings(alert: Alert) -> str:
    """Return the other stories of the event in a line, newest first."""
    newest = alert.siblings[::-1]
    if not newest:
        return ""
    shown = [
        f"{isolated(cut(plain(each.title), SIBLING_LIMIT))} ({_name(each.outlet)}, {each.story})"
        for each in newest[:SIBLINGS_SHOWN]
    ]
    others = max(0, len(newest) - SIBLINGS_SHOWN) + alert.more_siblings
    more = f"; and {others} more" if others else ""
    evidence = f" ({cut(plain(alert.evidence), NOTE_LIMIT)})" if alert.evidence else ""
    return f"Same event: {'; '.join(shown)}{more}{evidence}"
