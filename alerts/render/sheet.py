"""Put all that a message says into a sheet, cleaned and in words; the forms only lay it out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from alerts.alert import Alert, Severity, Translation
from alerts.delivery import Delivery
from alerts.event import OWN_THREAD, Counterpart
from alerts.render.quote import quote, tells
from alerts.render.title import NO_HEADLINE, alert_title, headline_of, lead, without_outlet
from alerts.render.why import NAME_LIMIT, rules_of, sent_because, whys
from alerts.render.words import LANGUAGES, cut, isolated, link, ours, plain, rated, span, time
from crawler.article import Article
from crawler.text.scripts import SCRIPTS
from crawler.text.urls import host

HEADLINE_LIMIT = 500  # characters
NOTE_LIMIT = 300  # characters of a note, a change, a gloss
OUTLETS_SHOWN = 8
SIBLINGS_SHOWN = 3
SIBLING_LIMIT = 80  # characters of each
ELSEWHERE = "not in the report below"
TOLD_HERE = "Same event, told here only:"  # begins the note on another story that is told with a message


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a message on a story says, in words that can be shown as they are; "" where there is nothing to say.

    `quote` is the text around the hits in pieces: (words, whether they were a hit). `notes` are on this message,
    `told_here` are other stories that it tells as well, `languages` reports of its event in other languages. `why`
    names what decided, `details` are for those who ask further: they stand behind a line of their own. `where` names
    the place that `map` shows: the address of a map, else a geo: URI. `foreign`: the headline is in another script than
    its readers read; `translation` is a line below it that says what a machine made of it.
    `board` is the address of its page, "" where settings.board_url names none.
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
    where: str = ""
    map: str = ""
    quote: tuple[tuple[str, bool], ...] = ()
    glosses: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    also: str = ""
    languages: tuple[str, ...] = ()
    siblings: str = ""
    told_here: tuple[str, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()
    ack: str = ""
    details: tuple[str, ...] = ()
    foreign: bool = False
    translation: str = ""
    board: str = ""


def sheet(delivery: Delivery, alert: Alert, timezone: str) -> Sheet:
    """Return the sheet of an alert: what, who, when, the words that matched, why it fired, how to find it again."""
    article = alert.article
    notes, told_here = split_notes(delivery)
    return Sheet(
        severity=alert.severity,
        foreign=alert.foreign,
        translation=translated(alert.translation),
        title=alert_title(delivery, alert),
        headline=shown_headline(article),
        url=link(article.url),
        outlet=_outlet(article),
        times=_times(alert, timezone),
        rated=f"Reliability: {rated(alert.standing)}" if alert.standing.origins else "",
        changes=tuple(_changed(change, alert) for change in alert.changes),
        event=_event(alert),
        where=cut(ours(alert.where.label), NAME_LIMIT) if alert.where and alert.where.is_pin else "",
        # the address is the admin's own, checked when it was read
        map=(alert.where.link or alert.where.point.geo) if alert.where and alert.where.is_pin else "",
        quote=quote(alert),
        glosses=tuple(_gloss(each) for each in alert.glosses),
        why=whys(alert.causes),
        also=_also(alert),
        languages=tuple(counterpart_line(each, timezone) for each in alert.counterparts),
        siblings=_siblings(alert, told_here),
        told_here=told_here,
        reason=sent_because(delivery, alert),
        notes=notes,
        ack=f"Acknowledge: watchfloor ack {alert.story}",
        board=alert.board,
        details=(
            f"Every word found: watchfloor explain {alert.story}",
            *(
                [f"Why one event: {cut(ours(why), NOTE_LIMIT)}"]
                if alert.siblings and (why := _joined_by(alert))
                else []
            ),
            *(each for each in (rules_of(alert.causes),) if each),
            f"Story {alert.story}, alert {alert.revision}, delivery {delivery.id}",
        ),
    )


def shown_headline(article: Article) -> str:
    """Return a headline, isolated in its own direction."""
    return isolated(cut(headline_of(article), HEADLINE_LIMIT)) or NO_HEADLINE


def translated(made: Translation | None) -> str:
    """Return the line on what a machine made of a headline, with names left out and numbers changed; "" if unknown."""
    if made is None:
        return ""
    named, numbers = (", ".join(name(each) for each in found) for found in (made.missing, made.numbers))
    faults = [words for words in (named and f"does not name {named}", numbers and f"does not say {numbers}") if words]
    left_out = cut(f" ({'; '.join(faults)})", NOTE_LIMIT) if faults else ""
    return f"machine translation{left_out}: {isolated(cut(plain(made.text), HEADLINE_LIMIT))}"


def _event(alert: Alert) -> str:
    """Return what the headline tells, in words; where no deed was read, what is known of one in another script."""
    if alert.event_line:
        return f"Event: {cut(ours(alert.event_line), NOTE_LIMIT)}"
    return lead(alert).removesuffix(": ") if alert.foreign else ""


def _changed(change: str, alert: Alert) -> str:
    """Return a line on what changed, with the outlet of the article quoted if that has the new words."""
    said = name(alert.article.outlet) if tells(change, alert.article) else ELSEWHERE
    what = "" if change.startswith("CORRECTED") else "Updated: "
    return f"{what}{cut(ours(change), NOTE_LIMIT)} ({said})"


def name(outlet: str) -> str:
    """Return the name of an outlet as it may be shown."""
    return isolated(cut(plain(outlet), NAME_LIMIT))


def _gloss(line: str) -> str:
    """Return a gloss, "words found = their meaning", with the words found isolated in their own direction."""
    found, equals, meaning = line.partition(" = ")
    if not equals:
        return cut(ours(line), NOTE_LIMIT)
    return f"{isolated(cut(found, NAME_LIMIT))}{equals}{cut(ours(meaning), NOTE_LIMIT)}"


def split_notes(delivery: Delivery) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the notes on a message itself, and those that tell other stories with it."""
    shown = [cut(ours(each), NOTE_LIMIT) for each in delivery.notes]
    others = [plain(each).startswith(TOLD_HERE) for each in delivery.notes]
    return (
        tuple(note for note, other in zip(shown, others, strict=True) if not other),
        tuple(note for note, other in zip(shown, others, strict=True) if other),
    )


def _outlet(article: Article) -> str:
    """Return who published an article, who carried it, the host of its link and its language."""
    via = f", via {name(article.carrier)}" if article.carrier else ""
    return f"{name(article.outlet)}{via}{_host(article.url)}{f', {plain(article.lang)}' if article.lang else ''}"


def _host(url: str | None) -> str:
    return f" ({host(url)})" if link(url) and url else ""


def _times(alert: Alert, timezone: str) -> str:
    published = time(alert.article.published, timezone) if alert.article.published else "at an unknown time"
    return f"Published {published}; seen {time(alert.article.first_seen, timezone)}"


def _also(alert: Alert) -> str:
    others = [name(outlet) for outlet in alert.outlets if outlet != alert.article.outlet]
    more = f" and {len(others) - OUTLETS_SHOWN} more" if len(others) > OUTLETS_SHOWN else ""
    return f"Also on this story: {', '.join(others[:OUTLETS_SHOWN])}{more}" if others else ""


def counterpart_line(each: Counterpart, timezone: str) -> str:
    """Return a line on a report of the event in another language: who tells it, when, and why it is taken for that."""
    headline = isolated(cut(without_outlet(each.title, each.outlet), SIBLING_LIMIT))
    who = f"{name(each.outlet)} {time(each.at, timezone)}, {each.story}"
    return f"Same event, {_language(each.lang)}: {headline} ({who}; {counterpart_evidence(each)})"


def counterpart_evidence(each: Counterpart) -> str:
    """Return in words why a report in another language is taken for one of the same event."""
    both = cut(ours(each.both), NOTE_LIMIT)
    return f"both: {both}; {span(timedelta(minutes=each.apart))} apart; likeness {each.share:.2f}"


def _language(lang: str) -> str:
    """Return the language of a headline in words, or its script where nothing tells the language."""
    script = " script" if lang in SCRIPTS.values() else ""
    return LANGUAGES.get(lang) or f"in {plain(lang)}{script}"


def _joined_by(alert: Alert) -> str:
    """Return why a story joined its event, "" where it is alone, or others joined it."""
    return alert.evidence if alert.siblings and not alert.evidence.startswith(OWN_THREAD) else ""


def _siblings(alert: Alert, told_here: Sequence[str]) -> str:
    """Return the other stories of the event in a line, newest first, without those that this message tells itself."""
    told = {word for line in told_here for word in line.split()[-1:]}  # such a line ends with the id of its story
    told |= {each.story for each in alert.counterparts}
    newest = [each for each in alert.siblings[::-1] if each.story not in told]
    if not newest:
        return ""
    shown = [
        f"{isolated(cut(plain(each.title), SIBLING_LIMIT))} ({name(each.outlet)}, {each.story})"
        for each in newest[:SIBLINGS_SHOWN]
    ]
    others = max(0, len(newest) - SIBLINGS_SHOWN) + alert.more_siblings
    more = f"; and {others} more" if others else ""
    return f"Same event: {'; '.join(shown)}{more}"
