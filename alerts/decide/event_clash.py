"""What forbids that two reports tell one event: other places, other sides, another toll. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import combinations

from alerts.decide.accidents import accidents_clash
from alerts.decide.event_acts import alike, is_within, narrowest, roles_of, spots_of, told
from alerts.decide.event_line import listed
from alerts.decide.once import once
from alerts.decide.same_moment import of_one_moment
from alerts.decide.told_places import governing, told_spots
from alerts.event import OWN_THREAD, UNLISTED, Act, EventMention, Report
from alerts.rule import EventSettings

SERIES = timedelta(hours=6)  # one outlet's headline again, later than this: the next one of a series
TENFOLD = 10  # a toll so many times another is that of another event


def clash(earlier: Report, later: Report, settings: EventSettings) -> str:
    """Return in words what forbids that two reports tell one event, "" if nothing does."""
    one, other = earlier.mention, later.mention
    if earlier.source == later.source and later.at - earlier.at > SERIES and earlier.title == later.title:
        return "the same headline of one outlet again: a series"
    if not _places_agree(spots_of(one, settings), spots_of(other, settings), settings.wider) and not _places_agree(
        told_spots(earlier, settings), told_spots(later, settings), settings.wider
    ):
        return f"other places: {', '.join(one.places)} and {', '.join(other.places)}"
    return (
        roles_clash(one, other, settings)
        or _toll_clash(one.casualties, other.casualties)
        or accidents_clash(earlier, later, settings)
    )


def elsewhere(later: EventMention, thread: Iterable[EventMention], settings: EventSettings) -> str:
    """Return in words that the headlines of a thread name other places than a later one, "" where one may name its own.

    Where a headline names none nothing is known. A state is named for what it says; so may a city be, or a province.
    """
    ours, theirs = _sites(later, settings), [sites for each in thread if (sites := _sites(each, settings))]
    if not ours or not theirs or any(_places_agree(ours, each, settings.wider) for each in theirs):
        return ""
    others = frozenset[str]().union(*theirs)
    return f"{OWN_THREAD}{listed(sorted(ours), settings)}, not {listed(sorted(others), settings)}"


@once
def _sites(mention: EventMention, settings: EventSettings) -> frozenset[str]:
    """Return the narrow places that a headline names, and the cities and provinces where it says something was done."""
    on = {name for act in mention.acts for name in act.on}
    wide = governing(settings) - on - {*mention.located}
    return narrowest({*mention.headed} - wide - settings.parties, settings.wider)


def in_one_moment(earlier: Report, later: Report, settings: EventSettings) -> bool:
    """Return whether two reports tell one attack as they came in together, and nothing that they say clashes."""
    return of_one_moment(earlier, later, settings) and not clash(earlier, later, settings)


def roles_clash(one: EventMention, other: EventMention, settings: EventSettings) -> str:
    """Return in words what forbids it in who did what to whom, "" if nothing does."""
    if _is_drill(one, settings) != _is_drill(other, settings):
        return "one is a drill"
    if swapped := _swapped(one, other, settings):
        return f"who did it to whom is the other way round: {swapped}"
    if opposed := _opposed(one, other, settings):
        return f"they are on opposite sides: {opposed}"
    others = _other_acts(one, other, settings)
    return f"somebody else did it to somebody else: {others}" if others else ""


@once
def _is_drill(mention: EventMention, settings: EventSettings) -> bool:  # noqa: ARG001 - `once` asks for it
    """Return whether a report tells of a drill and of nothing that happened."""
    acts = told(mention)
    return bool(acts) and all(each.standing == "rehearsed" for each in acts)


def _places_agree(ours: frozenset[str], theirs: frozenset[str], wider: Mapping[str, frozenset[str]]) -> bool:
    return (
        not ours
        or not theirs
        or any(
            is_within(a, b, wider)
            or a.removeprefix(UNLISTED) == b.removeprefix(UNLISTED)
            or _may_hold(a, b, wider)
            or _may_hold(b, a, wider)
            for a in ours
            for b in theirs
        )
    )


def _may_hold(unlisted: str, place: str, wider: Mapping[str, frozenset[str]]) -> bool:
    """Return whether a place that no list names may lie in another: in a country, not in a town."""
    return unlisted.startswith(UNLISTED) and not place.startswith(UNLISTED) and place not in wider


def _swapped(one: EventMention, other: EventMention, settings: EventSettings) -> str:
    """Return the two names that did one deed to each other in two reports, "" if both reports agree somewhere."""
    first, second = roles_of(one, settings), roles_of(other, settings)
    if first & second:
        return ""
    return next((f"{by} and {on}" for deed, by, on in sorted(first) if (deed, on, by) in second), "")


def _other_acts(one: EventMention, other: EventMention, settings: EventSettings) -> str:
    """Return in words two acts of one deed with other doers and other targets, "" if two acts may be the same.

    So a strike and the strike that answers it are two events. What a headline names beside its news tells neither.
    """
    pairs = [
        (first, second)
        for first in _main(one, settings)
        for second in _main(other, settings)
        if alike(first, settings) == alike(second, settings)
    ]
    if not pairs or any(not _apart(first, second, settings) for first, second in pairs):
        return ""
    first, second = pairs[0]
    return f"{', '.join(first.by)} on {', '.join(first.on)} and {', '.join(second.by)} on {', '.join(second.on)}"


def _opposed(one: EventMention, other: EventMention, settings: EventSettings) -> str:
    """Return in words whom two reports say were attacked, where each names one of another side; else ""."""
    for first, second in combinations(settings.opposed, 2):
        for ours, theirs in ((first, second), (second, first)):
            struck = _targets(one, settings) & ours, _targets(other, settings) & theirs
            if all(struck) and not (_targets(one, settings) & theirs or _targets(other, settings) & ours):
                return " and ".join(", ".join(sorted(each)) for each in struck)
    return ""


@once
def _targets(mention: EventMention, settings: EventSettings) -> frozenset[str]:
    """Return whom a report says were attacked, as its news."""
    return frozenset(name for each in _main(mention, settings) for name in each.on)


@once
def _main(mention: EventMention, settings: EventSettings) -> tuple[Act, ...]:
    attacks = settings.by_target - settings.defences
    return tuple(each for each in told(mention) if each.deed in attacks and not each.aside)


def _apart(one: Act, other: Act, settings: EventSettings) -> bool:
    sides = ((one.by, other.by), (one.on, other.on))
    return all(
        ours and theirs and not any(is_within(a, b, settings.wider) for a in ours for b in theirs)
        for ours, theirs in sides
    )


def _toll_clash(one: Mapping[str, int], other: Mapping[str, int]) -> str:
    for kind in one.keys() & other.keys():
        least, most = sorted((one[kind], other[kind]))
        if least and most > least * TENFOLD:
            return f"{least} and {most} {kind}"
    return ""
