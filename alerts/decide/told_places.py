"""Say where a report tells that something was done, by its text too where the headline names but a state. Pure."""

from __future__ import annotations

from collections import Counter

from alerts.decide.event_acts import is_within, spots_of
from alerts.decide.once import once, once_for_rules
from alerts.decide.whereabouts import GOVERNED
from alerts.event import Report
from alerts.rule import EventSettings


@once
def told_spots(report: Report, settings: EventSettings) -> frozenset[str]:
    """Return the narrowest places of a report, with those of its text that lie in the states its headline names alone.

    Where the headline names a town, another place of its text may be of what went before.
    """
    spots = spots_of(report.mention, settings)
    if not spots <= settings.parties:
        return spots
    return spots | {
        each for each in report.mention.lead_places if any(is_within(each, one, settings.wider) for one in spots)
    }


def is_governing(name: str, settings: EventSettings) -> bool:
    """Return whether a place is one that several others lie in, as cities and provinces are."""
    return name in governing(settings)


@once_for_rules
def governing(settings: EventSettings) -> frozenset[str]:
    """Return the places that several others lie in."""
    inside = Counter(around for each in settings.wider.values() for around in each)
    return frozenset(name for name, many in inside.items() if many >= GOVERNED)
