"""Say where a report tells that something was done, more exactly by its text where the headline leaves that open. Pure.

A headline that names a state, or a town beside which it was ("south of Baghdad"), says less than the first sentence of
its text, if that names one place.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from alerts.decide.event_acts import spots_of
from alerts.decide.once import once, once_for_rules
from alerts.decide.whereabouts import GOVERNED
from alerts.event import UNLISTED, Report
from alerts.rule import EventSettings

_BESIDE = re.compile(
    r"\b(?:(?:north|south)?-?(?:east|west)|north|south|outside|(?:km|kilometres|miles) from)(?: of)? (?:the )?\w"
    r"|\b(?:شمالي?|جنوبي?|شرقي?|غربي?|خارج) \w|\b(?:حومه|نزدیکی|باکووری|باشووری) \w",
    re.IGNORECASE,
)
_HEADLINES = 4_096


@once
def told_spots(report: Report, settings: EventSettings) -> frozenset[str]:
    """Return the narrowest places of a report, with that of its text where the headline names but what is around it."""
    spots = spots_of(report.mention, settings)
    return spots | frozenset(report.mention.lead_places) if is_open(report, spots, settings) else spots


def is_open(report: Report, spots: frozenset[str], settings: EventSettings) -> bool:
    """Return whether a headline with these places leaves open where: it names only states, or a town beside it."""
    if not spots or spots <= settings.parties:
        return True
    beside = is_beside(report.title)
    return beside and all(is_governing(each, settings) for each in spots if not each.startswith(UNLISTED))


@lru_cache(_HEADLINES)
def is_beside(title: str) -> bool:
    """Return whether a headline says that something was beside a place: south of it, outside it."""
    return bool(_BESIDE.search(title))


def is_governing(name: str, settings: EventSettings) -> bool:
    """Return whether a place is one that several others lie in, as cities and provinces are."""
    return name in governing(settings)


@once_for_rules
def governing(settings: EventSettings) -> frozenset[str]:
    """Return the places that several others lie in."""
    inside = Counter(around for each in settings.wider.values() for around in each)
    return frozenset(name for name, many in inside.items() if many >= GOVERNED)
