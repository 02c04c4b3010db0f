"""Decide whether a report only tells again what its event's reports told, in other words. Pure.

What is new of a report is read before (event_news); this asks whether it is alike enough to be held where nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from alerts.decide.event_acts import TOLD, alike, told
from alerts.decide.event_evidence import DONE
from alerts.decide.event_said import ATTACK, HARMS, classes_of, differ, meet, said_by
from alerts.decide.once import once
from alerts.decide.open_events import FITS, fit_of
from alerts.decide.same_moment import EXCHANGE, SAME_TOLL
from alerts.decide.told_apart import tells_apart
from alerts.decide.told_things import ATTEMPT, BORDER, names_friend, things_in, towns_in
from alerts.event import Report
from alerts.rule import EventSettings

UNREAD_FOR = EXCHANGE / 2  # so long a report of which no deed was read is no other than one of its like
_ANSWERED = frozenset({"denied", "asked"})
KILL = "kill"


def repeats(
    later: Report, known: Iterable[Report], rarity: Callable[[str, str], float], settings: EventSettings
) -> bool:
    """Return whether a report tells a deed that one of those known of its event told within EXCHANGE, and as it did.

    It names nobody beside them and no other weapon: rockets after a drone are another attack. A deed in the background
    is none, as then the news is one that was not read.
    """
    known = list(known)
    if _names_new(later, known, settings) or _tells_harm(later, known, settings) or tells_apart(later, known, settings):
        return False
    ours, weapons = _as_they_stand(later, settings), said_by(later, settings).weapons
    same = (
        each
        for each in known
        if later.at - each.at < EXCHANGE
        and (ours & _as_they_stand(each, settings) or (not told(later.mention) and later.at - each.at <= UNREAD_FOR))
        and not differ(weapons, said_by(each, settings).weapons)
    )
    fits = (fit_of(each, later, rarity, settings) for each in same)
    return any(fit.score >= FITS and (ours or fit.certain) for fit in fits)


def tells_unread(
    later: Report, known: Iterable[Report], rarity: Callable[[str, str], float], settings: EventSettings
) -> bool:
    """Return whether what a report tells may be what one of those known told in words that were not read.

    One rule tells both within EXCHANGE, both are of one kind of thing, and neither tells an attack, a toll or a denial.
    """
    known = list(known)
    if later.mention.casualties or any(act.standing in _ANSWERED for act in later.mention.acts):
        return False
    if not told(later.mention) or _names_new(later, known, settings) or tells_apart(later, known, settings):
        return False
    fits = (fit_of(each, later, rarity, settings) for each in known if not said_by(each, settings).deeds)
    return any(fit.score >= FITS and fit.unread for fit in fits)


def _names_new(later: Report, known: Sequence[Report], settings: EventSettings) -> bool:
    """Return whether a report names somebody, or a town, that none of those known names."""
    before = frozenset[str]().union(*({*each.mention.names, *each.mention.lead} for each in known))
    before = before.union(*(settings.bodies.get(each, ()) for each in before))
    before |= {state for state, bodies in settings.bodies.items() if before & bodies}
    before |= {state for state, groups in settings.homes.items() if before & groups}
    before = before.union(*(each.mention.headed for each in known))
    if any(not meet([name], before, settings) for name in _parties_to(later, settings)):
        return True
    return not towns_in(later.title) <= before.union(*(towns_in(each.title) for each in known))


def _parties_to(report: Report, settings: EventSettings) -> list[str]:
    """Return the names of a report but for states that are only friends of whom it names, or lie beside a border."""
    beside = names_friend(report.title) or BORDER in things_in(report.title)
    named = (*report.mention.names, *report.mention.headed)
    return [name for name in named if not beside or name not in settings.parties]


def _tells_harm(later: Report, known: Sequence[Report], settings: EventSettings) -> bool:
    """Return whether a report tells of harm to people that none of those known tells, or a number none of them has.

    A number says something only beside harm, or where no deed was read, or an hour after those known.
    """
    harm, before = _harm_in(later, settings), frozenset[str]().union(*(_harm_in(each, settings) for each in known))
    if harm and (not before or harm - before == {KILL}):
        return True
    late = all(later.at - each.at > SAME_TOLL for each in known)
    numbers = said_by(later, settings).numbers - frozenset().union(*(said_by(each, settings).numbers for each in known))
    return bool(numbers) and (bool(harm) or late or not told(later.mention))


def _harm_in(report: Report, settings: EventSettings) -> frozenset[str]:
    """Return what a report tells that people suffered: killed, hurt."""
    return frozenset(
        deed
        for act in report.mention.acts
        for deed in [alike(act, settings)]
        if deed in HARMS and act.standing in TOLD and ATTACK not in classes_of(act, report, settings)
    )


@once
def _as_they_stand(report: Report, settings: EventSettings) -> frozenset[tuple[str, str]]:
    """Return the deeds that a report tells as its news, by their class, each with how it stands: done, expected."""
    deeds = {
        (name, DONE if act.standing in TOLD else act.standing)
        for act in told(report.mention)
        if act.standing != "background" and not act.aside
        for name in classes_of(act, report, settings)
    }
    # who survived is told of an attempt, whatever else its headline says of it
    return frozenset(deeds | ({(ATTEMPT, DONE)} if ATTEMPT in things_in(report.title) else set()))
