"""Decide which earlier reports still count as known when a later one is judged. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import datetime

from alerts.decide.event_acts import EARLIER, TOLD, alike, ended_by, in_common, lasting, told
from alerts.decide.event_news import KNOWN_FOR, is_comment
from alerts.event import Report
from alerts.rule import EventSettings


def known_reports(later: Report, reports: Iterable[Report], settings: EventSettings, now: datetime) -> list[Report]:
    """Return the reports of other stories that still count as known, oldest first; for a comment all of them.

    Those are the reports of KNOWN_FOR, and what lasts until it ends: from before a report that tells the end of it, a
    deed counts no more. Of an older report only what lasts counts: an attack that it told as well may have come again.
    """
    others = [each for each in reports if each.story != later.story]
    ours, recent = lasting(later.mention, settings), now - KNOWN_FOR
    if is_comment(later):
        return others
    if not ours:
        return [each for each in others if each.at >= recent]
    again = any(act.again for act in told(later.mention))
    ended: set[str] = set()
    known = []
    for each in reversed(others):
        if each.at >= recent:
            known.append(_without(each, ended, settings))
        elif not again and (deed := in_common(lasting(each.mention, settings), ours, settings)) and deed not in ended:
            known.append(_what_lasts(each, settings))
        ended |= ended_by(each.mention, ours, settings)
    return known[::-1]


def repeats_lasting(later: Report, known: Iterable[Report], settings: EventSettings) -> bool:
    """Return whether a report begins with a deed that lasts and that one of those known told of the same parties."""
    ours = lasting(replace(later.mention, acts=told(later.mention)[:1]), settings)
    return bool(ours) and any(in_common(lasting(each.mention, settings), ours, settings) for each in known)


def _without(report: Report, ended: Container[str], settings: EventSettings) -> Report:
    """Return a report without the acts that ended since; with nothing else it still says that the event is known."""
    kept = tuple(each for each in report.mention.acts if alike(each, settings) not in ended)
    if len(kept) == len(report.mention.acts):
        return report
    return replace(report, mention=replace(report.mention, acts=kept))


def _what_lasts(report: Report, settings: EventSettings) -> Report:
    """Return a report of which only the deeds that last are known, and of the others that they were told once."""
    acts = tuple(
        each if alike(each, settings) in settings.lasting else replace(each, standing=EARLIER, by=(), on=())
        for each in report.mention.acts
        if each.standing in TOLD or alike(each, settings) in settings.lasting
    )
    return replace(report, mention=replace(report.mention, acts=acts, casualties={}))
