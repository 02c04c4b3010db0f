"""Decide whether two reports tell one event because they came in together: one deed, one place, minutes apart. Pure.

Two outlets, or two languages, tell an attack in words that share little. Minutes apart, a deed at a place narrower than
a state is the same one, unless the reports name targets that differ or say themselves that it is another.
"""

from __future__ import annotations

from datetime import timedelta

from alerts.decide.event_acts import TOLD, alike, is_within, narrowest, roles_of, told
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings

MOMENT = timedelta(minutes=10)
SAME_TOLL = timedelta(hours=1)  # the same where both tell one toll: 2 killed and 2 killed


def of_one_moment(one: Report, other: Report, settings: EventSettings) -> bool:
    """Return whether two reports that nothing else holds apart tell one attack as they came in together."""
    apart, first, second = abs(one.at - other.at), one.mention, other.mention
    if apart > (SAME_TOLL if _same_toll(first, second) else MOMENT):
        return False
    ours, theirs = _attacks(first, settings), _attacks(second, settings)
    shared = {alike(each, settings) for each in ours} & {alike(each, settings) for each in theirs}
    return (
        bool(shared)
        and not any(each.again for each in (*ours, *theirs))
        and (_one_site(first, second, settings) or bool(roles_of(first, settings) & roles_of(second, settings)))
        and _targets_agree(first, second, shared, settings)
    )


def _attacks(mention: EventMention, settings: EventSettings) -> list[Act]:
    return [
        each for each in told(mention) if each.deed in settings.by_target and each.standing in TOLD and not each.aside
    ]


def _same_toll(one: EventMention, other: EventMention) -> bool:
    both = one.casualties.keys() & other.casualties.keys()
    return bool(both) and all(one.casualties[kind] == other.casualties[kind] for kind in both)


def _one_site(one: EventMention, other: EventMention, settings: EventSettings) -> bool:
    """Return whether both name one place that is no state, or one of them a place within the other's."""
    ours, theirs = (narrowest(each.places, settings.wider) - settings.parties for each in (one, other))
    return any(is_within(a, b, settings.wider) for a in ours for b in theirs)


def _targets_agree(one: EventMention, other: EventMention, deeds: set[str], settings: EventSettings) -> bool:
    """Return whether the targets may be the same: one names none, or all that one names stand in the other's headline.

    A state and a site of it are two ways to say one target.
    """
    ours, theirs = (
        {name for act in _attacks(each, settings) if alike(act, settings) in deeds for name in act.on}
        for each in (one, other)
    )
    if not ours or not theirs or (ours <= settings.parties) != (theirs <= settings.parties):
        return True
    return _among(ours, other.names, settings) or _among(theirs, one.names, settings)


def _among(targets: set[str], names: tuple[str, ...], settings: EventSettings) -> bool:
    return all(any(is_within(target, name, settings.wider) for name in names) for target in targets)
