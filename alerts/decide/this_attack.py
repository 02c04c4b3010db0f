"""Decide which stories of a thread tell the attack that a report tells, where it is another than the first. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.decide.event_facts import ANOTHER, facts_of
from alerts.decide.event_news import tells_another
from alerts.event import Report
from alerts.rule import EventSettings

COMPARED = 10  # of the reports of another attack, the newest: a thread may have hundreds


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
    another = not again and tells_another(ours, before, (), settings)
    if not another and not tells_another(ours, before[:1], (), settings):
        return None
    if again:
        alike = {each.story for each in thread if again & _again(each, settings)}
    else:
        other = {each.seq: tells_another(ours, [each], (), settings) for each in thread}
        apart = [each for each in before if other[each.seq]][-COMPARED:]
        same = [each for each in thread if not other[each.seq] and not _tells_one_of(each, apart, settings)]
        if not another and not _began_another(same, before, settings):
            return None
        alike = {each.story for each in same}
    return frozenset(alike | {ours.story})


def _began_another(same: Sequence[Report], before: Sequence[Report], settings: EventSettings) -> bool:
    """Return whether the first that told the same attack told another one than those before it."""
    first = next((each for each in before if each in same), None)
    earlier = [each for each in before if first and each.seq < first.seq]
    return first is not None and bool(earlier) and tells_another(first, earlier, (), settings)


def _tells_one_of(report: Report, apart: Sequence[Report], settings: EventSettings) -> bool:
    """Return whether a report tells an attack that is another: in words that name less it may look like both."""
    return any(each.seq < report.seq and not tells_another(report, [each], (), settings) for each in apart)


def _again(report: Report, settings: EventSettings) -> frozenset[str]:
    return frozenset(each.what for each in facts_of(report.mention, settings) if each.what.startswith(ANOTHER))
