"""Why a message interrupted that told nothing new, and why a development did not ring, item by item of half A."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from alerts.decision import KnownEvent
from alerts.event import EventMention
from alerts.line import case_decisions
from alerts.line.event_threads import known_events

Notes = dict[tuple[str, str], KnownEvent | None]  # by story and headline: what was known of its event, and what it adds


@contextmanager
def noting() -> Iterator[Notes]:
    """Note what the line finds of each story's event, while the context lasts."""
    real, notes = known_events, Notes()

    def noted(connection: Any, window: Any, revision: Any, *rest: Any) -> Mapping[str, KnownEvent]:
        found = real(connection, window, revision, *rest)
        notes[revision.placement.story, revision.article.title] = next(iter(found.values()), None)
        return found

    vars(case_decisions)["known_events"] = noted
    try:
        yield notes
    finally:
        vars(case_decisions)["known_events"] = real


def why(record: Mapping[str, Any], event: EventMention | None, notes: Notes) -> Iterator[str]:
    """Yield in lines how an item was decided on, what was read in it, what it was said to add, and why it joined."""
    made: Mapping[str, Any] = next(iter(record["deliveries"]), {})
    yield f"{made.get('severity', '-')} {made.get('reason', '-')} {made.get('held', '')}".rstrip()
    yield _read(event)
    known = notes.get((record["story"], record["title"]))
    if known:
        adds = ", ".join(known.news) or "nothing"
        told = f'possibly "{known.elsewhere}"' if known.elsewhere else "its thread"
        yield f"told before by {told}, as {known.severity.word}; adds {adds}; alike {known.alike}, another {known.another}"
    else:
        yield "nothing told of its event in twelve hours"
    if record["event_evidence"]:
        yield str(record["event_evidence"])


def _read(event: EventMention | None) -> str:
    if event is None:
        return "no event read"
    acts = "; ".join(
        f"{act.deed} {act.standing}{' again' if act.again else ''}{' aside' if act.aside else ''}"
        f" by {'+'.join(act.by) or '-'} on {'+'.join(act.on) or '-'}"
        for act in event.acts
    )
    places, tolls = ", ".join(event.places), " ".join(f"{number} {kind}" for kind, number in event.casualties.items())
    return f"{acts or 'no deed'}; in {places or '-'}; names {', '.join(event.names)}; {tolls or 'no toll'}"
