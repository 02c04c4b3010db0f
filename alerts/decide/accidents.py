"""Decide whether two reports of one site are two events, as one or both of them tell an accident. Pure.

A base may see a crash and an attack, or two accidents, on one day. They share the place and the deed, so the toll and
what else the reports name hold them apart.
"""

from __future__ import annotations

from datetime import timedelta

from alerts.decide.event_acts import TOLD, told
from alerts.event import ACCIDENTAL, EventMention, Report
from alerts.rule import EventSettings
from crawler.stories.corrections import is_correction

ACCIDENT = "accident"  # the deed
CAUSE_OPEN = timedelta(hours=1)  # so long the first reports differ in whether it was an accident or an attack


def accidents_clash(earlier: Report, later: Report, settings: EventSettings) -> str:
    """Return in words what forbids that two reports, one of an accident, tell one event; "" if nothing does."""
    one, other = earlier.mention, later.mention
    accidents = is_accident(one), is_accident(other)
    equal = any(one.casualties[kind] == other.casualties.get(kind) for kind in one.casualties)
    if not any(accidents) or equal or is_correction(later.title):
        return ""
    if all(accidents):
        return "two accidents with tolls of their own" if _other_toll(one, other) else ""
    attack = other if accidents[0] else one
    is_open = not (one.casualties and other.casualties) and later.at - earlier.at <= CAUSE_OPEN
    return "one is an accident, the other an attack" if _is_attack(attack, settings) and not is_open else ""


def is_accident(mention: EventMention) -> bool:
    """Return whether a report begins with an accident, or with what it did."""
    return any(act.deed == ACCIDENT or act.standing == ACCIDENTAL for act in told(mention)[:1])


def _is_attack(mention: EventMention, settings: EventSettings) -> bool:
    attacks = settings.by_target - settings.defences
    acts = told(mention)
    return not any(act.deed == ACCIDENT or act.standing == ACCIDENTAL for act in acts) and any(
        act.deed in attacks and act.standing in TOLD and not act.aside for act in acts
    )


def _other_toll(one: EventMention, other: EventMention) -> bool:
    """Return whether the tolls are those of two accidents: other kinds of harm, a lower number, or other words."""
    if not one.casualties or not other.casualties:
        return False
    both = one.casualties.keys() & other.casualties.keys()
    if not both or any(other.casualties[kind] < one.casualties[kind] for kind in both):
        return True
    return {*one.words, *one.things}.isdisjoint((*other.words, *other.things))
