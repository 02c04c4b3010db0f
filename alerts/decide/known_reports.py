"""Decide which earlier reports still count as known when a later one is judged. Pure.

An attack may come again on the same target, and be told in the same words. So KNOWN_FOR after it interrupted it counts
as known no more, however long others still speak of it, nor where several outlets tell it at once after a quiet.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.alert import KNOWN_FOR
from alerts.decide.event_acts import EARLIER, TOLD, alike, attacks_of, deeds_of, ended_by, in_common, lasting, told
from alerts.decide.event_repeats import is_comment
from alerts.event import EventMention, Report
from alerts.rule import EventSettings

STILL_FOR = timedelta(hours=18)  # so long an event counts as known that is still reported, but for its attack
PAUSE = timedelta(hours=5)  # without a report of it: what is told of the event after that may be another
OUTLETS = 3  # that tell an attack
AT_ONCE = timedelta(minutes=30)  # within this time
QUIET = timedelta(hours=3)  # and nobody did for so long before


def known_reports(later: Report, reports: Iterable[Report], settings: EventSettings, now: datetime) -> list[Report]:
    """Return the reports of other stories that still count as known, oldest first; for a comment all of them.

    Those are the reports of KNOWN_FOR, of STILL_FOR where reports of their event never paused since, and what lasts
    until it ends: from before a report that tells the end of it, a deed counts no more. Of an older report only what
    lasts counts: an attack that it told as well may have come again. So of a report from before KNOWN_FOR, or before a
    burst of others, the attack that the later one tells counts no more.
    """
    others = [each for each in reports if each.story != later.story]
    ours = lasting(_with_asides(later.mention), settings)
    if is_comment(later):
        return others
    since = _known_since(others, now)
    attacks = attacks_of(later.mention, settings)
    burst = _burst(later, others, attacks, settings)
    edges = {each.thread: now - KNOWN_FOR for each in others} | ({later.thread: burst} if burst else {})

    def known(each: Report) -> Report:
        return _as_earlier(each, attacks, settings) if each.at < edges[each.thread] else each

    if not ours:
        return [known(each) for each in others if each.at >= since[each.thread]]
    again = any(act.again for act in told(later.mention))
    enders = frozenset().union(*(settings.lasting.get(deed, ()) for deed in ours))
    ended: set[str] = set()
    found = []
    for each in reversed(others):
        if each.at >= since[each.thread]:
            found.append(_without(known(each), ended, settings))
        elif not again and (deed := in_common(lasting(each.mention, settings), ours, settings)) and deed not in ended:
            found.append(_what_lasts(each, settings))
        # "talks in Geneva postponed" names the talks and does not end the postponement
        if not enders.isdisjoint(deeds_of(each.mention, settings)):  # of most reports nothing is one
            ended |= ended_by(each.mention, ours, settings) - set(lasting(each.mention, settings))
    return found[::-1]


def heard_of_attack(
    later: Report, heard: Sequence[Report], reports: Iterable[Report], settings: EventSettings, now: datetime
) -> list[Report]:
    """Return the reports `heard` as they are known beside an attack that a later one tells.

    Where its thread told that attack KNOWN_FOR ago, and nobody heard since who tells it, those who only name it say
    nothing of one that came now: "minister condemns the strike".
    """
    attacks = attacks_of(later.mention, settings)
    before = now - KNOWN_FOR
    of_thread = [x for x in reports if x.thread == later.thread and x.story != later.story and x.at < before]
    old = attacks & _told_by(of_thread, settings)
    gone = old - _told_by((each for each in heard if each.thread == later.thread), settings)
    return [_as_earlier(each, gone, settings) for each in heard] if gone else list(heard)


def _told_by(reports: Iterable[Report], settings: EventSettings) -> frozenset[str]:
    return frozenset().union(*(attacks_of(each.mention, settings) for each in reports))


def _as_earlier(report: Report, deeds: Container[str], settings: EventSettings) -> Report:
    """Return a report of which the deeds are known to have been told once, and no more."""
    if not any(alike(each, settings) in deeds for each in report.mention.acts):
        return report
    acts = tuple(
        replace(each, standing=EARLIER, by=(), on=()) if alike(each, settings) in deeds else each
        for each in report.mention.acts
    )
    return replace(report, mention=replace(report.mention, acts=acts))


def _burst(
    later: Report, others: Iterable[Report], attacks: frozenset[str], settings: EventSettings
) -> datetime | None:
    """Return since when OUTLETS tell an attack at once that their thread told KNOWN_FOR to STILL_FOR ago; None if not.

    Late reprints of one attack come one by one.
    """
    of_thread = [each for each in others if each.thread == later.thread] if attacks else []
    telling = [each for each in of_thread if attacks & attacks_of(each.mention, settings)]
    at_once = [each for each in telling if later.at - each.at <= AT_ONCE]
    outlets = {each.source for each in at_once} | {later.source}
    ago = [later.at - each.at for each in telling if AT_ONCE < later.at - each.at <= STILL_FOR]
    if len(outlets) < OUTLETS or not ago or min(ago) < QUIET or max(ago) < KNOWN_FOR:
        return None
    return min((each.at for each in at_once), default=later.at)


def _known_since(reports: Sequence[Report], now: datetime) -> dict[str, datetime]:
    """Return for each thread since when its reports are known: longer where they came without a PAUSE until now."""
    last: dict[str, datetime] = {}
    oldest = now - STILL_FOR - PAUSE  # what came before changes nothing
    for each in sorted((each for each in reports if each.at >= oldest), key=lambda each: each.at, reverse=True):
        edge = last.get(each.thread, now)
        if edge - each.at <= PAUSE:
            last[each.thread] = each.at
    threads = {each.thread for each in reports}
    return {name: min(now - KNOWN_FOR, max(now - STILL_FOR, last.get(name, now))) for name in threads}


def _with_asides(mention: EventMention) -> EventMention:
    """Return a mention with what it names beside its news as news: a deal behind "as" may have been told days ago."""
    return replace(mention, acts=tuple(replace(each, aside=False) for each in mention.acts))


def _without(report: Report, ended: Collection[str], settings: EventSettings) -> Report:
    """Return a report without the acts that ended since; with nothing else it still says that the event is known."""
    if not ended:
        return report
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
