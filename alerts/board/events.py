"""Told stories go in, the newest first; events come out as the list shows them: a lead, the others below. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alerts.alert import Alert, Severity
from alerts.render.digest import events_of, newest_of
from alerts.render.handover import corrected_first
from alerts.render.words import status_words
from alerts.run.told_list import Told
from alerts.status import together

Shown = Mapping[str, Any]  # a story as `describe_told` describes it


def events_shown(told: Sequence[Told], described: Sequence[Shown], timezone: str) -> list[dict[str, Any]]:
    """Return the events of some stories, the newest minute first; in a minute what waits for an ack, then the gravest.

    Its lead is that of a digest and of a handover: the newest of the highest severity, or what corrects that.
    """
    known = {each.alert.story: (each, shown) for each, shown in zip(told, described, strict=True)}
    events = sorted(events_of(each.alert for each in told), key=lambda event: _rank(event, known))
    return [_event([known[alert.story] for alert in corrected_first(event)], timezone) for event in events]


def _rank(event: Sequence[Alert], known: Mapping[str, tuple[Told, Shown]]) -> tuple[int, bool, int]:
    """Return by what an event is sorted: its minute, whether all of it is acknowledged, how grave it is."""
    minute = int(max(each.created for each in event).timestamp()) // 60
    acknowledged = all(known[each.story][0].ack for each in event)
    return -minute, acknowledged, -max(each.severity for each in event)


def _event(stories: Sequence[tuple[Told, Shown]], timezone: str) -> dict[str, Any]:
    """Return what is said of an event as a whole, the lead's first; each story itself is described beside it."""
    told, shown = [each for each, _ in stories], [each for _, each in stories]
    status = together(each.status for each in told)
    unacknowledged = [each.alert for each in told if not each.ack]
    return {
        "thread": told[0].alert.thread,
        "severity": max(each.alert.severity for each in told).word,
        "lead": told[0].alert.story,
        "newest": newest_of([each.alert for each in told]).story,
        "stories": [each.alert.story for each in told],
        "elsewhere": max(0, max(each["siblings"] for each in shown) + 1 - len(told)),
        "outlets": _each_once(shown, "outlets"),
        "owners": _each_once(shown, "owners"),
        "languages": sorted({code for each in told for code in each.languages}),
        "rules": list({rule["rule"]: rule for each in shown for rule in each["rules"]}.values()),
        "first": min(each["first"] for each in shown),
        "last": max(each["last"] for each in shown),
        "status": status.name,
        "status_words": status_words(status, timezone),
        "unacknowledged": [each.story for each in sorted(unacknowledged, key=lambda each: -Severity(each.severity))],
    }


def _each_once(shown: Sequence[Shown], name: str) -> list[str]:
    return list(dict.fromkeys(value for each in shown for value in each[name]))
