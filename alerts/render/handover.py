"""Write the report of a shift to the next as Markdown: stories, the watch itself, acks, silences, what failed.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from alerts.alert import Ack, Alert, Severity, Silence
from alerts.decision import HeldBack
from alerts.delivery import Delivery
from alerts.render.counting import counted
from alerts.render.digest import events_of, newest_of, outlets_of
from alerts.render.sheet import translated
from alerts.render.title import NO_HEADLINE, headline_of, lead
from alerts.render.words import cut, isolated, link, ours, rated, time

EVENTS_SHOWN = 40  # of each severity
HEADLINE_LIMIT = 160  # characters
REASON_LIMIT = 200  # characters of why somebody silenced
OUTLETS_SHOWN = 6  # of each event
IDS_SHOWN = 5  # of each event; any of them finds the others
DONE_SHOWN = 40  # entries on the watch itself, the last ones
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&]|:(?=//))")  # CommonMark 2.4; the last keeps a bare address from being a link


@dataclass(frozen=True, slots=True)
class ToldStory:
    """A story with its newest alert, its acknowledgement, and what became of its messages, in words.

    `earlier` is the ack that was given before what was told last became graver. `acked` are the alerts that
    either was given of, by the ack.
    """

    alert: Alert
    ack: Ack | None = None
    status: str = ""
    earlier: Ack | None = None
    acked: Mapping[Ack, Alert] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failing:
    """A source that gives nothing, with the reason in words."""

    source: str
    words: str


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to the watch, or what a notice said of it: when, the kind of entry in the log, a title, by whom."""

    at: datetime
    what: str
    title: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Handover:
    """All that the next shift must know of the time since `since`. `reload` is the last reload: (when, its result).

    `stories` were told in that time. What alerted or changed in it without a message then is `further`, with when its
    event was told last as grave as it is, or else `untold`. `silenced` are the stories that silences held back, the
    gravest first, and that no message told since; `silenced_by` counts all that each silence did, by its id.
    """

    since: datetime
    now: datetime
    stories: tuple[ToldStory, ...] = ()
    silences: tuple[Silence, ...] = ()
    failing: tuple[Failing, ...] = ()
    dead: tuple[tuple[Delivery, str], ...] = ()  # and why
    held: tuple[Delivery, ...] = ()
    reload: tuple[datetime, str] | None = None
    untold: tuple[ToldStory, ...] = ()
    further: tuple[tuple[ToldStory, datetime], ...] = ()
    silenced: tuple[HeldBack, ...] = ()
    silenced_by: Mapping[str, int] = field(default_factory=dict)
    done: tuple[Done, ...] = ()  # starts, stops, restores, refused rules and notices, oldest first


def markdown(shift: Handover, timezone: str) -> str:
    """Return the report as Markdown. A section without entries says so, or it might seem forgotten."""
    further = [_untold(each, f"; event told {time(at, timezone)}") for each, at in shift.further]
    written = [
        f"# Handover, {time(shift.now, timezone)}",
        f"What happened since {time(shift.since, timezone)}.",
        *_section(_told(shift.stories), list(_stories(shift.stories, timezone)), "None was told."),
        *(_section("Not told in this time", [_untold(each) for each in shift.untold], "") if shift.untold else ()),
        *(_section(_held_back(shift.silenced), list(_silenced(shift, timezone)), "") if shift.silenced else ()),
        *(_section("Further on events told", further, "") if further else ()),
        *_section("The watch itself", list(_watch(shift.done, timezone)), "No outage, restore or notice."),
        *_section("Acknowledged", list(_acked(shift.stories, timezone)), "Nothing."),
        *_section(
            "Silences in force",
            [_silence(each, shift, timezone) for each in shift.silences if each.ends > shift.now],
            "None.",
        ),
        *_section(
            "Silences that ended",
            [_silence(each, shift, timezone) for each in shift.silences if each.ends <= shift.now],
            "None.",
        ),
        *_section("Failing sources", [_line(each.source, each.words) for each in shift.failing], "None."),
        *_section("Not delivered, given up", [_delivery(each, why) for each, why in shift.dead], "Nothing."),
        *_section("Held or waiting", [_delivery(each, _waits(each, timezone)) for each in shift.held], "Nothing."),
        *_section("Rules", [_reload(shift.reload, timezone)] if shift.reload else [], "Not reloaded."),
    ]
    return "\n".join(written)


def _untold(story: ToldStory, of_event: str = "") -> str:
    alert = story.alert
    made = f"\n  {marked_down(translated(alert.translation))}" if alert.translation else ""
    return f"- {alert.severity.word}: {_said(alert)}: {story.status}{of_event}; `{alert.story}`{made}"


def _held_back(silenced: Sequence[HeldBack]) -> str:
    return f"Held back by silences: {counted(len(silenced), 'story')}"


def _silenced(shift: Handover, timezone: str) -> Iterator[str]:
    for each in shift.silenced[:EVENTS_SHOWN]:
        headline = marked_down(isolated(cut(each.title, HEADLINE_LIMIT))) or NO_HEADLINE
        yield f"- {each.severity.word}: {headline}: by `{each.silence}` {time(each.at, timezone)}; `{each.story}`"
    if len(shift.silenced) > EVENTS_SHOWN:
        yield f"- and {len(shift.silenced) - EVENTS_SHOWN} more: `watchfloor silence list --all`"


def _watch(done: Sequence[Done], timezone: str) -> Iterator[str]:
    if len(done) > DONE_SHOWN:
        yield f"- {len(done) - DONE_SHOWN} earlier: `watchfloor log`"
    for each in done[-DONE_SHOWN:]:
        who = f"{marked_down(each.who)}: " if each.who else ""
        yield f"- {time(each.at, timezone)} {each.what}: {who}{marked_down(each.title)}"


def _told(stories: Sequence[ToldStory]) -> str:
    events = len(events_told(stories))
    more = f" ({len(stories)} stories)" if len(stories) > events else ""
    return f"Events told: {events}{more}"


def marked_down(text: str) -> str:
    """Return a text of others, cleaned and isolated, with Markdown's marks escaped: it is shown letter for letter."""
    return _escaped(ours(text))


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _section(heading: str, lines: Sequence[str], nothing: str) -> Iterator[str]:
    yield from ("", f"## {heading}", "")
    yield from lines or (nothing,)


def _line(name: str, words: str) -> str:
    return f"- {marked_down(name)}: {marked_down(words)}"


def events_told(stories: Iterable[ToldStory]) -> list[tuple[ToldStory, ...]]:
    """Return the stories of each event: by severity, then those not wholly acknowledged, then the newest change.

    The first story of an event is its newest of the highest severity, or what corrects that.
    """
    known = {each.alert.story: each for each in stories}
    events = [
        tuple(known[alert.story] for alert in corrected_first(event))
        for event in events_of(each.alert for each in known.values())
    ]
    return sorted(events, key=_rank)


def gravest(event: Iterable[ToldStory]) -> Severity:
    """Return the highest severity of the stories of an event."""
    return max(each.alert.severity for each in event)


def corrected_first(event: tuple[Alert, ...]) -> tuple[Alert, ...]:
    """Return the stories of an event, its correction first if that is newer than what headed it."""
    correction = _correction(event)
    if correction is None or correction.created < event[0].created:
        return event
    return correction, *(each for each in event if each is not correction)


def _correction(event: Iterable[Alert]) -> Alert | None:
    return max((each for each in event if each.corrects), key=lambda each: each.created, default=None)


def _rank(event: tuple[ToldStory, ...]) -> tuple[int, bool, float]:
    newest = newest_of([each.alert for each in event])
    return -gravest(event), all(each.ack for each in event), -newest.created.timestamp()


def _stories(stories: Iterable[ToldStory], timezone: str) -> Iterator[str]:
    """Yield an entry for each event, under a heading for each severity."""
    for number, (severity, group) in enumerate(groupby(events_told(stories), key=gravest)):
        listed = list(group)
        yield from ([""] if number else [])
        yield from (f"### {Severity(severity).word.capitalize()}: {len(listed)}", "")
        for each in listed[:EVENTS_SHOWN]:
            yield from _event(each, timezone)
        if len(listed) > EVENTS_SHOWN:
            yield f"- and {len(listed) - EVENTS_SHOWN} more: `watchfloor stories`"


def _event(event: tuple[ToldStory, ...], timezone: str) -> Iterator[str]:
    alerts = [each.alert for each in event]
    first, newest = alerts[0], newest_of(alerts)
    # a parenthesis would end the address of a Markdown link
    url = (link(first.article.url) or "").replace("(", "%28").replace(")", "%29")
    shown = _said(first)
    yield f"- {f'[{shown}]({url})' if url else shown}"
    if said := translated(first.translation):
        yield f"  {marked_down(said)}"
    yield f"  {_outlets(alerts)}; {marked_down(rated(newest.standing))}"
    if first.event_line:
        yield f"  Event: {marked_down(first.event_line)}"
    correction = _correction(alerts)
    if correction and correction is not first:
        yield f"  Corrected {time(correction.created, timezone)}: {_said(correction)}"
    if len(event) > 1:
        latest = "" if newest is first else f"; newest: {_said(newest)}"
        yield f"  {len(event)} stories of one event{latest}"
    changed = f" ({marked_down('; '.join(newest.changes))})" if newest.changes else ""
    ids = _ids([each.story for each in alerts])
    yield f"  Last change {time(newest.created, timezone)}{changed}; {_notice(event)}; {ids}"


def _outlets(alerts: Sequence[Alert]) -> str:
    names = outlets_of(alerts)
    more = f" and {len(names) - OUTLETS_SHOWN} more" if len(names) > OUTLETS_SHOWN else ""
    return ", ".join(marked_down(each) for each in names[:OUTLETS_SHOWN]) + more


def _ids(stories: Sequence[str]) -> str:
    more = f" and {len(stories) - IDS_SHOWN} more" if len(stories) > IDS_SHOWN else ""
    return ", ".join(f"`{each}`" for each in stories[:IDS_SHOWN]) + more


def _notice(event: Sequence[ToldStory]) -> str:
    """Return who has taken notice of an event, and of which of its stories nobody has."""
    who = list(dict.fromkeys(marked_down(each.ack.by) for each in event if each.ack))
    left = [each.alert.story for each in event if not each.ack]
    before = dict.fromkeys(marked_down(each.earlier.by) for each in event if each.earlier)
    earlier = f" ({', '.join(before)} acknowledged the earlier report)" if before else ""
    if not who:
        return f"**not acknowledged**{earlier}"
    return f"acknowledged by {', '.join(who)}{f', but for {_ids(left)}' if left else ''}{earlier}"


def _said(alert: Alert) -> str:
    """Return a headline behind what is known of it, as Markdown."""
    return _escaped(f"{lead(alert)}{_short(alert)}")


def _short(alert: Alert) -> str:
    return isolated(cut(headline_of(alert.article), HEADLINE_LIMIT)) or NO_HEADLINE


def _acked(stories: Iterable[ToldStory], timezone: str) -> Iterator[str]:
    """Yield a line for each ack, oldest first, with what it was given of: one of an event covers several stories."""
    known = {each.alert.story: each for each in stories}
    given: dict[Ack, Alert] = {}
    for each in known.values():
        for ack in filter(None, (each.earlier, each.ack)):
            # as it stood then: what was told later is no part of what somebody took notice of
            given.setdefault(ack, each.acked.get(ack, known.get(ack.story, each).alert))
    for ack, alert in sorted(given.items(), key=lambda each: each[0].at):
        when = f"{time(ack.at, timezone)} ({marked_down(ack.via)})"
        yield f"- {marked_down(ack.by)} at {when}: {_said(alert)}, `{ack.story}`"


def _silence(silence: Silence, shift: Handover, timezone: str) -> str:
    by = f" by {marked_down(silence.ended_by)}" if silence.ended_by else ""
    word = "ended" if silence.ended_by else "until"
    what = f"`{silence.id}` {silence.scope.value} {marked_down(silence.value)}"
    why = f"{marked_down(silence.author)}: {marked_down(cut(silence.reason, REASON_LIMIT))}"
    held = shift.silenced_by.get(silence.id, 0)
    count = f"; {counted(held, 'story')} held back" if held else ""
    return f"- {what}, {word} {time(silence.ends, timezone)}{by}; {why}{count}"


def _delivery(delivery: Delivery, why: str) -> str:
    about = f"{delivery.severity.word} {delivery.kind.value} on {delivery.subject} for {delivery.receiver}"
    return f"- `{delivery.id}` {marked_down(about)}: {marked_down(why)}"


def _waits(delivery: Delivery, timezone: str) -> str:
    held = f"held by {delivery.held}" if delivery.held else delivery.state.value
    tried = f", {delivery.attempts} attempts" if delivery.attempts else ""
    return f"{held}{tried}, goes {time(delivery.due, timezone)}"


def _reload(reload: tuple[datetime, str], timezone: str) -> str:
    at, result = reload
    return f"- Last {time(at, timezone)}: {marked_down(result)}"
