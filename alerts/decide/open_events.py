"""Find the one open event that a report tells in other words, where it has too little in common with each report. Pure.

Outlets name one place by the base, the province or the country, and one deed by other verbs; what a headline leaves
out stands in the first sentence of the text. So places count with those around them, deeds by their class, and the
evidence is a sum, as of two languages (event_evidence). Only the event that fits best by a margin is joined: where two
fit, it is in doubt and the report stays alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from alerts.decide.event_acts import is_within
from alerts.decide.event_clash import clash, roles_clash
from alerts.decide.event_evidence import HOUR, likelihood
from alerts.decide.event_said import ATTACKS, Said, differ, meet, said_by
from alerts.decide.same_moment import EXCHANGE, SAME_TOLL
from alerts.decide.told_places import is_governing
from alerts.decide.told_things import TOWNS
from alerts.event import Report
from alerts.rule import EventSettings

OPEN = timedelta(hours=12)  # so long after a report others may join its event by this
COMPARED = 100  # reports, the newest
FITS = 0.5  # evidence at which a report joins, or repeats
MARGIN = 1.0  # by so much no other event may come near
# The weights are those of a logistic regression on half A as it comes three hours apart, rounded (decision 309)
NOTHING = -1.0
SITE, CITY = 3.5, 1.0  # both name one place; one such as Baghdad, which others lie in, says less
AROUND, STATE = 0.5, -0.75  # one names a place, the other a province around it, or only the state
PLACES_APART = -2.5  # each names a place that the other does not
DEED = 0.5  # a deed of one class
WEAPON, WEAPONS_APART = 0.75, -0.75
KIND, KINDS_APART = 0.25, -0.75  # of what was hit: a base, an embassy
NUMBER = 1.0
THING, THINGS, THINGS_APART = 0.5, 1.5, -0.5  # for each kind of thing that both name, at most; other ones
NEWS_APART = -1.0  # the later begins with an attack of which the earlier says nothing
TOPIC, TOPICS = 0.1, 1.0  # for each unit of how rare a rule is that matches both; at most
# For each unit of how rare a deed, a name or a word of both is
RARE_DEED, NAME, WORD = 0.45, 0.2, 0.3
WORDS = 4.0  # at most
FEW_WORDS = 2  # so many of both are more than chance
TARGETS_APART = -1.0
PER_HOUR = -1 / 3
_SAID = frozenset({"deny", "confirm", "claim", "refuse", "warning", "deal", "negotiate", "visit"})


@dataclass(frozen=True, slots=True)
class Fit:
    """An earlier report whose event a later one tells, with the evidence in logits."""

    earlier: Report
    score: float
    certain: bool  # both tell one deed, and a site or more than states
    unread: bool = False  # of one of them no deed was read: one rule tells both

    def words(self, later: Report, settings: EventSettings) -> str:
        """Return the evidence in a line."""
        apart = max(0, round((later.at - self.earlier.at).total_seconds() / 60))
        when = f"{apart} min" if apart < 120 else f"{round(apart / 60)} h"
        both = _told_by_both(said_by(self.earlier, settings), said_by(later, settings), settings)
        return (
            f"likely the same event as {self.earlier.story}, and no other fits: both {', '.join(both)}; "
            f"{when} apart; likelihood {likelihood(self.score) * 100:.0f} %"
        )


def open_event(
    later: Report, reports: Iterable[Report], rarity: Callable[[str, str], float], settings: EventSettings
) -> Fit | None:
    """Return the report of the one open event that a later one fits, None where none or more than one does.

    `rarity` returns the logarithm of how rare a part, by kind and name, is among the reports of these days.
    """
    ours, rarity = said_by(later, settings), cache(rarity)
    near = [
        each
        for each in reports
        if each.story != later.story
        and timedelta(0) <= later.at - each.at <= OPEN
        and _may_tell_one(ours, said_by(each, settings))
    ]
    best: dict[str, Fit] = {}
    for each in near[-COMPARED:]:
        fit = fit_of(each, later, rarity, settings)
        if fit.certain and (each.thread not in best or fit.score > best[each.thread].score):
            best[each.thread] = fit
    ranked = sorted(best.values(), key=lambda fit: fit.score, reverse=True)
    if not ranked or ranked[0].score < FITS or clash(ranked[0].earlier, later, settings):
        return None
    first = ranked[0]
    began = next(each for each in near if each.thread == first.earlier.thread)
    if roles_clash(began.mention, later.mention, settings):
        return None
    rivals = (each for each in ranked[1:] if first.score - each.score < MARGIN)
    return None if any(not _may_be_one(first.earlier, each.earlier, rarity, settings) for each in rivals) else first


def _may_tell_one(one: Said, other: Said) -> bool:
    """Return whether two reports name anything in common, or one rule tells both of one kind of thing."""
    if not one.about.isdisjoint(other.about):
        return True
    return not (one.things.isdisjoint(other.things) or one.topics.isdisjoint(other.topics))


def _may_be_one(one: Report, other: Report, rarity: Callable[[str, str], float], settings: EventSettings) -> bool:
    """Return whether two reports of two threads tell one event themselves, so that neither is a rival of the other."""
    return fit_of(one, other, rarity, settings).score >= FITS and not clash(one, other, settings)


def fit_of(earlier: Report, later: Report, rarity: Callable[[str, str], float], settings: EventSettings) -> Fit:
    """Return how much speaks for two reports telling one event."""
    one, other = said_by(earlier, settings), said_by(later, settings)
    where = _where(one, other, settings)
    deeds = one.deeds.keys() & other.deeds.keys()
    score = where + NOTHING + PER_HOUR * (abs(later.at - earlier.at) / HOUR)
    if deeds:
        common = (min(rarity("deed", deed) for deed in one.deeds[each] | other.deeds[each]) for each in deeds)
        score += DEED + RARE_DEED * max(common)
    score += _likeness(one.weapons, other.weapons, WEAPON, WEAPONS_APART)
    score += _likeness(one.kinds, other.kinds, KIND, KINDS_APART)
    score += NUMBER * (not one.numbers.isdisjoint(other.numbers))
    if one.targets and other.targets and not meet(one.targets, other.targets, settings):
        score += TARGETS_APART
    score += NAME * sum(rarity("name", name) for name in one.names & other.names)
    words = one.words & other.words
    score += min(WORDS, WORD * sum(rarity("word", word) for word in words))
    things, topics = one.things & other.things, one.topics & other.topics
    score += min(THINGS, THING * len(things)) + THINGS_APART * differ(one.things, other.things)
    score += min(TOPICS, TOPIC * sum(rarity("topic", topic) for topic in topics))
    like = bool(one.weapons & other.weapons or one.kinds & other.kinds or things or len(words) >= FEW_WORDS)
    # what is told under one rule within the hour is one, but for attacks and for what is only said
    like = like or bool(topics and deeds - ATTACKS - _SAID and later.at - earlier.at <= SAME_TOLL)
    if other.news in ATTACKS and other.news not in one.deeds:
        score += NEWS_APART
    # where only states are named, and words are of both, the next hour may bring another
    apart = later.at - earlier.at
    is_near = bool(one.spots or other.spots) or apart <= (EXCHANGE if topics and not deeds & ATTACKS else SAME_TOLL)
    told_by_both = where in {CITY, AROUND} or bool(one.others & other.others or one.numbers & other.numbers)
    # what only happens at one place, a withdrawal and rockets, is two events
    parted = where == PLACES_APART  # no word that both say makes one of two places
    certain = bool(deeds and not parted and (where == SITE or told_by_both or (like and is_near)))
    if (
        not deeds
        and topics
        and not parted
        and _unread_alike(one, other, apart, like=bool(things or one.kinds & other.kinds))
    ):
        # what was not read may be the deed of which both are told
        return Fit(
            earlier,
            score + DEED + RARE_DEED * max(rarity("topic", topic) for topic in topics),
            certain=True,
            unread=True,
        )
    return Fit(earlier, score, certain)


def _unread_alike(one: Said, other: Said, apart: timedelta, *, like: bool) -> bool:
    """Return whether one rule tells of both, and the deed of one was not read; of attacks nothing is guessed."""
    attacked = ATTACKS & (one.deeds.keys() | other.deeds.keys())
    unread = not one.deeds or not other.deeds
    return bool(unread and like and not attacked and one.topics & other.topics and apart <= EXCHANGE)


def _likeness(one: frozenset[str], other: frozenset[str], same: float, apart: float) -> float:
    if differ(one, other):
        return apart
    return 0.0 if one.isdisjoint(other) else same


def _told_by_both(one: Said, other: Said, settings: EventSettings) -> tuple[str, ...]:
    """Return what two reports have in common, as people read it."""
    places, states = _common_places(one, other, settings)
    both = [
        *(places or states),
        *sorted(one.deeds.keys() & other.deeds.keys()),
        *sorted(one.weapons & other.weapons),
        *sorted(one.kinds & other.kinds),
        *sorted(f"{number:g}" for number in one.numbers & other.numbers),
        *sorted((one.names & other.names) | (one.others & other.others)),
        *sorted(one.things & other.things),
    ]
    return tuple(dict.fromkeys(settings.labels.get(each, each) for each in both))


def _where(one: Said, other: Said, settings: EventSettings) -> float:
    """Return what the places add by which two reports agree: less for one that others lie in."""
    same = one.spots & other.spots
    if same:
        return SITE if any(not (is_governing(each, settings) or each in TOWNS) for each in same) else CITY
    if not one.spots or not other.spots:
        return STATE if not one.states.isdisjoint(other.states) or _held(one, other, settings) else 0.0
    around = any(is_within(a, b, settings.wider) for a in one.spots for b in other.spots)
    return AROUND if around else PLACES_APART


def _common_places(one: Said, other: Said, settings: EventSettings) -> tuple[list[str], list[str]]:
    """Return the places by which two reports agree; else those of one in a state that the other names, or the states.

    The first list is of the former, the second of the latter.
    """
    same = one.spots & other.spots
    if sites := sorted(each for each in same if not is_governing(each, settings)):
        return sites, []
    if around := sorted({a for a in one.spots for b in other.spots if is_within(a, b, settings.wider)}):
        return around, []
    if one.spots and other.spots:
        return [], []
    return [], sorted(_held(one, other, settings)) or sorted(one.states & other.states)


def _held(one: Said, other: Said, settings: EventSettings) -> list[str]:
    """Return the places of one report that lie in a state that the other, which tells no place, names."""
    spots, names = (one.spots, other.names) if one.spots else (other.spots, one.names)
    return [each for each in spots if names & settings.wider.get(each, frozenset()) & settings.parties]
