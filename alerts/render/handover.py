"""Write the report of a shift to the next as Markdown: stories, acks, silences, failures, undelivered messages.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from alerts.alert import Ack, Alert, Delivery, Severity, Silence
from alerts.render.words import cut, isolated, link, plain, rated, time

STORIES_SHOWN = 40  # of each severity
HEADLINE_LIMIT = 160  # characters
REASON_LIMIT = 200  # characters of why somebody silenced
OUTLETS_SHOWN = 6  # of each story
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&]|:(?=//))")  # CommonMark 2.4; the last keeps a bare address from being a link


@dataclass(frozen=True, slots=True)
class ToldStory:
    """A story that was told: its newest alert and its acknowledgement."""

    alert: Alert
    ack: Ack | None = None


@dataclass(frozen=True, slots=True)
class Failing:
    """A source that gives nothing, with the reason in words."""

    source: str
    words: str


@dataclass(frozen=True, slots=True)
class Handover:
    """All that the next shift must know of the time since `since`. `reload` is the last reload: (when, its result)."""

    since: datetime
    now: datetime
    stories: tuple[ToldStory, ...] = ()
    silences: tuple[Silence, ...] = ()
    failing: tuple[Failing, ...] = ()
    dead: tuple[tuple[Delivery, str], ...] = ()  # and why
    held: tuple[Delivery, ...] = ()
    reload: tuple[datetime, str] | None = None


def markdown(shift: Handover, timezone: str) -> str:
    """Return the report as Markdown. A section without entries says so, or it might seem forgotten."""
    written = [
        f"# Handover, {time(shift.now, timezone)}",
        f"What happened since {time(shift.since, timezone)}.",
        *_section(f"Stories told: {len(shift.stories)}", list(_stories(shift.stories, timezone)), "None was told."),
        *_section("Acknowledged", [_acked(each, timezone) for each in shift.stories if each.ack], "Nothing."),
        *_section(
            "Silences in force",
            [_silence(each, timezone) for each in shift.silences if each.ends > shift.now],
            "None.",
        ),
        *_section(
            "Silences that ended",
            [_silence(each, timezone) for each in shift.silences if each.ends <= shift.now],
            "None.",
        ),
        *_section("Failing sources", [_line(each.source, each.words) for each in shift.failing], "None."),
        *_section("Not delivered, given up", [_delivery(each, why) for each, why in shift.dead], "Nothing."),
        *_section("Held or waiting", [_delivery(each, _waits(each, timezone)) for each in shift.held], "Nothing."),
        *_section("Rules", [_reload(shift.reload, timezone)] if shift.reload else [], "Not reloaded."),
    ]
    return "\n".join(written)


def marked_down(text: str) -> str:
    """Return a text of others, cleaned, with Markdown's marks escaped: it is shown letter for letter."""
    return _escaped(plain(text))


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _section(heading: str, lines: Sequence[str], nothing: str) -> Iterator[str]:
    yield from ("", f"## {heading}", "")
    yield from lines or (nothing,)


def _line(name: str, words: str) -> str:
    return f"- {marked_down(name)}: {marked_down(words)}"


def _stories(stories: Iterable[ToldStory], timezone: str) -> Iterator[str]:
    """Yield stories by severity, then those that nobody acknowledged, then the newest."""
    ranked = sorted(
        stories, key=lambda each: (-each.alert.severity, each.ack is not None, -each.alert.created.timestamp())
    )
    for number, (severity, group) in enumerate(groupby(ranked, key=lambda each: each.alert.severity)):
        listed = list(group)
        yield from ([""] if number else [])
        yield from (f"### {Severity(severity).word.capitalize()}: {len(listed)}", "")
        for each in listed[:STORIES_SHOWN]:
            yield from _story(each, timezone)
        if len(listed) > STORIES_SHOWN:
            yield f"- and {len(listed) - STORIES_SHOWN} more: `watchfloor stories`"


def _story(story: ToldStory, timezone: str) -> Iterator[str]:
    alert, ack = story.alert, story.ack
    headline = isolated(cut(plain(alert.article.title), HEADLINE_LIMIT)) or "(no headline)"
    # a parenthesis would end the address of a Markdown link
    url = (link(alert.article.url) or "").replace("(", "%28").replace(")", "%29")
    shown = _escaped(headline)
    names = list(dict.fromkeys((alert.article.outlet, *alert.outlets)))
    outlets = ", ".join(marked_down(each) for each in names[:OUTLETS_SHOWN])
    more = f" and {len(names) - OUTLETS_SHOWN} more" if len(names) > OUTLETS_SHOWN else ""
    yield f"- {f'[{shown}]({url})' if url else shown}"
    yield f"  {outlets}{more}; {marked_down(rated(alert.standing))}"
    if alert.event_line:
        yield f"  Event: {marked_down(alert.event_line)}"
    changed = f" ({marked_down('; '.join(alert.changes))})" if alert.changes else ""
    who = f"acknowledged by {marked_down(ack.by)}" if ack else "**not acknowledged**"
    yield f"  Last change {time(alert.created, timezone)}{changed}; {who}; `{alert.story}`"


def _acked(story: ToldStory, timezone: str) -> str:
    ack = story.ack
    assert ack is not None
    headline = marked_down(cut(plain(story.alert.article.title), HEADLINE_LIMIT))
    return f"- {marked_down(ack.by)} at {time(ack.at, timezone)} ({marked_down(ack.via)}): {headline}, `{ack.story}`"


def _silence(silence: Silence, timezone: str) -> str:
    by = f" by {marked_down(silence.ended_by)}" if silence.ended_by else ""
    word = "ended" if silence.ended_by else "until"
    what = f"`{silence.id}` {silence.scope.value} {marked_down(silence.value)}"
    why = f"{marked_down(silence.author)}: {marked_down(cut(silence.reason, REASON_LIMIT))}"
    return f"- {what}, {word} {time(silence.ends, timezone)}{by}; {why}"


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
