"""Decide which stories of a thread tell the attack that a report tells, where it is another than the first. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.decide.event_news import ANOTHER, facts_of, tells_another
from alerts.event import Report
from alerts.rule import EventSettings


def stories_of_attack(ours: Report, thread: Sequence[Report], settings: EventSettings) -> frozenset[str] | None:
    """Return the stories that tell the attack of a report, None where it is no other than its thread told before.

    `thread` are the reports of its thread, oldest first. Those who told an earlier attack confirm nothing of a second.
    """
    first = next((each.seq for each in thread if each.story == ours.story), ours.seq)
    before = [each for each in thread if each.seq < first]
    if not before:
        return None
    again = _again(ours, settings)
    # a word such as "second" says so of whoever repeats it, too: what counts then is how the thread began
    if not tells_another(ours, before[:1] if again else before, (), settings):
        return None
    if again:
        alike = {each.story for each in thread if again & _again(each, settings)}
    else:
        alike = {each.story for each in thread if not tells_another(ours, [each], (), settings)}
    return frozenset(alike | {ours.story})


def _again(report: Report, settings: EventSettings) -> frozenset[str]:
    return frozenset(each.what for each in facts_of(report.mention, settings) if each.what.startswith(ANOTHER))
