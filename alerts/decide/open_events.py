"""Find the one open event that a report tells in other words, where it has too little in common with each report. Pure.

Outlets name one place by the base, the province or the country, and one deed by other verbs; what a headline leaves
out stands in the first sentence of the text. So places count with those around them, deeds by their class, and the
evidence is a sum, as of two languages (event_evidence). Only the event that fits best by a margin is joined: where two
fit, it is in doubt and the report stays alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from alerts.decide.event_acts import TOLD, alike, is_within, narrowest, told
from alerts.decide.event_clash import clash, roles_clash
from alerts.decide.event_evidence import DONE, HOUR, likelihood, numbers_in
from alerts.decide.event_facts import RAID
from alerts.decide.once import once
from alerts.decide.same_moment import EXCHANGE, SAME_TOLL
from alerts.decide.site_words import sites_in
from alerts.decide.told_apart import tells_apart, weapons_with
from alerts.decide.told_otherwise import at_known_site
from alerts.decide.told_places import is_beside, is_governing
from alerts.decide.told_things import ATTEMPT, BORDER, SHIP, TOWNS, names_friend, things_in, towns_in
from alerts.decide.weapon_words import weapons_in
from alerts.event import UNLISTED, Act, Report
from alerts.rule import EventSettings

OPEN = timedelta(hours=12)  # so long after a report others may join its event by this
_ANSWERED = frozenset({"denied", "asked"})
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
UNREAD_FOR = EXCHANGE / 2  # so long a report of which no deed was read is no other than one of its like
WORDS = 4.0  # at most
FEW_WORDS = 2  # so many of both are more than chance
TARGETS_APART = -1.0
PER_HOUR = -1 / 3
# deeds that outlets tell for one another, beside settings.events.alike, by a name that people can read
_CLASSES = {
    "attack": ("strike", "fall", "accident"),
    "harm": ("kill", "wound"),
    "unrest": ("clash", "protest"),
    "raid or arrest": ("arrest", "seize", "raid", "enter", "find"),
    "move": ("withdraw", "deploy", "flee"),
    "warning": ("threaten", "warn-off"),
}
_ATTACK = "attack"
_ATTACKS = frozenset({_ATTACK, "harm", "strike"})
KILL, WOUND, LAUNCH = "kill", "wound", "launch"
_SAID = frozenset({"deny", "confirm", "claim", "refuse", "warning", "deal", "negotiate", "visit"})
_UNHARMED = {KILL: frozenset({ATTEMPT}), WOUND: frozenset({SHIP})}  # of which nobody is killed, or hurt
_CLASS = {deed: name for name, deeds in _CLASSES.items() for deed in deeds}


@dataclass(frozen=True, slots=True)
class _Said:
    """What a report says as it is compared with others: its headline, and the names that its text begins with."""

    spots: frozenset[str]  # the narrowest places, no states
    names: frozenset[str]
    others: frozenset[str]  # names that are neither places nor states
    states: frozenset[str]
    deeds: Mapping[str, frozenset[str]]  # by their class
    targets: frozenset[str]
    weapons: frozenset[str]
    kinds: frozenset[str]
    numbers: frozenset[float]
    words: frozenset[str]
    things: frozenset[str]
    topics: frozenset[str]
    news: str  # the class of the deed with which it begins, "" for none
    about: frozenset[str]  # any of which two reports share before they are compared


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


def _may_tell_one(one: _Said, other: _Said) -> bool:
    """Return whether two reports name anything in common, or one rule tells both of one kind of thing."""
    if not one.about.isdisjoint(other.about):
        return True
    return not (one.things.isdisjoint(other.things) or one.topics.isdisjoint(other.topics))


def _may_be_one(one: Report, other: Report, rarity: Callable[[str, str], float], settings: EventSettings) -> bool:
    """Return whether two reports of two threads tell one event themselves, so that neither is a rival of the other."""
    return fit_of(one, other, rarity, settings).score >= FITS and not clash(one, other, settings)


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
        and not _apart(weapons, said_by(each, settings).weapons)
    )
    fits = (fit_of(each, later, rarity, settings) for each in same)
    return any(fit.score >= FITS and (ours or fit.certain) for fit in fits)


def _names_new(later: Report, known: Sequence[Report], settings: EventSettings) -> bool:
    """Return whether a report names somebody, or a town, that none of those known names."""
    before = frozenset[str]().union(*({*each.mention.names, *each.mention.lead} for each in known))
    before = before.union(*(settings.bodies.get(each, ()) for each in before))
    before |= {state for state, bodies in settings.bodies.items() if before & bodies}
    before |= {state for state, groups in settings.homes.items() if before & groups}
    before = before.union(*(each.mention.headed for each in known))
    before |= {fact.on for fact in at_known_site(later, known, settings)}
    if any(not _meet([name], before, settings) for name in _parties_to(later, settings)):
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
        if deed in _UNHARMED and act.standing in TOLD and _ATTACK not in _classes(act, report, settings)
    )


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


@once
def _as_they_stand(report: Report, settings: EventSettings) -> frozenset[tuple[str, str]]:
    """Return the deeds that a report tells as its news, by their class, each with how it stands: done, expected."""
    deeds = {
        (name, DONE if act.standing in TOLD else act.standing)
        for act in told(report.mention)
        if act.standing != "background" and not act.aside
        for name in _classes(act, report, settings)
    }
    # who survived is told of an attempt, whatever else its headline says of it
    return frozenset(deeds | ({(ATTEMPT, DONE)} if ATTEMPT in things_in(report.title) else set()))


def _classes(act: Act, report: Report, settings: EventSettings) -> set[str]:
    """Return the class of a deed, and that of attacks where it is told as one in other words.

    So are the raid of a state on another, a ship that is hurt, and a killing that was only tried.
    """
    deed = alike(act, settings)
    name = _CLASS.get(deed, deed)
    if act.deed == LAUNCH and not act.on and not weapons_in(report.title):
        return {LAUNCH}  # in many languages the verb of who sends somebody
    things, at_home = things_in(report.title), frozenset().union(*(settings.homes.get(each, ()) for each in act.by))
    abroad = deed == RAID and not settings.parties.isdisjoint(act.by) and bool({*act.on} - {*act.by} - at_home)
    harmed = {KILL: "killed", WOUND: "wounded"}.get(deed, "")
    unharmed = harmed and not report.mention.casualties.get(harmed) and bool(things & _UNHARMED[deed])
    return {name, _ATTACK} if abroad or unharmed else {name}


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
    if one.targets and other.targets and not _meet(one.targets, other.targets, settings):
        score += TARGETS_APART
    score += NAME * sum(rarity("name", name) for name in one.names & other.names)
    words = one.words & other.words
    score += min(WORDS, WORD * sum(rarity("word", word) for word in words))
    things, topics = one.things & other.things, one.topics & other.topics
    score += min(THINGS, THING * len(things)) + THINGS_APART * _apart(one.things, other.things)
    score += min(TOPICS, TOPIC * sum(rarity("topic", topic) for topic in topics))
    like = bool(one.weapons & other.weapons or one.kinds & other.kinds or things or len(words) >= FEW_WORDS)
    # what is told under one rule within the hour is one, but for attacks and for what is only said
    like = like or bool(topics and deeds - _ATTACKS - _SAID and later.at - earlier.at <= SAME_TOLL)
    if other.news in _ATTACKS and other.news not in one.deeds:
        score += NEWS_APART
    # where only states are named, and words are of both, the next hour may bring another
    apart = later.at - earlier.at
    is_near = bool(one.spots or other.spots) or apart <= (EXCHANGE if topics and not deeds & _ATTACKS else SAME_TOLL)
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


def _unread_alike(one: _Said, other: _Said, apart: timedelta, *, like: bool) -> bool:
    """Return whether one rule tells of both, and the deed of one of them was not read; of attacks nothing is guessed."""
    attacked = _ATTACKS & (one.deeds.keys() | other.deeds.keys())
    unread = not one.deeds or not other.deeds
    return bool(unread and like and not attacked and one.topics & other.topics and apart <= EXCHANGE)


def _likeness(one: frozenset[str], other: frozenset[str], same: float, apart: float) -> float:
    if _apart(one, other):
        return apart
    return 0.0 if one.isdisjoint(other) else same


def _apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether both name some, and none of both."""
    return bool(one and other) and one.isdisjoint(other)


def _told_by_both(one: _Said, other: _Said, settings: EventSettings) -> tuple[str, ...]:
    """Return what two reports have in common, as people read it."""
    places, states = _common_places(one, other, settings)
    both = [
        *(places or states),
        *sorted(one.deeds.keys() & other.deeds.keys()),
        *sorted(one.weapons & other.weapons),
        *sorted(one.kinds & other.kinds),
        *sorted(f"{number:g}" for number in one.numbers & other.numbers),
        *sorted((one.names & other.names) | (one.others & other.others)),
    ]
    return tuple(dict.fromkeys(settings.labels.get(each, each) for each in both))


def _where(one: _Said, other: _Said, settings: EventSettings) -> float:
    """Return what the places add by which two reports agree: less for one that others lie in."""
    same = one.spots & other.spots
    if same:
        return SITE if any(not (is_governing(each, settings) or each in TOWNS) for each in same) else CITY
    if not one.spots or not other.spots:
        return STATE if not one.states.isdisjoint(other.states) or _held(one, other, settings) else 0.0
    around = any(is_within(a, b, settings.wider) for a in one.spots for b in other.spots)
    return AROUND if around else PLACES_APART


def _common_places(one: _Said, other: _Said, settings: EventSettings) -> tuple[list[str], list[str]]:
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


def _held(one: _Said, other: _Said, settings: EventSettings) -> list[str]:
    """Return the places of one report that lie in a state that the other, which tells no place, names."""
    spots, names = (one.spots, other.names) if one.spots else (other.spots, one.names)
    return [each for each in spots if names & settings.wider.get(each, frozenset()) & settings.parties]


def _meet(some: Iterable[str], others: frozenset[str], settings: EventSettings) -> bool:
    return any(is_within(one, other, settings.wider) for one in some for other in others)


@once
def said_by(report: Report, settings: EventSettings) -> _Said:
    """Return what a report says as it is compared with others."""
    mention, parties, wider = report.mention, settings.parties, settings.wider
    head = narrowest([each for each in (*mention.places, *mention.headed) if not each.startswith(UNLISTED)], wider)
    head -= parties
    if not head:
        head = towns_in(report.title)
    elif mention.lead_places and is_beside(report.title) and all(is_governing(each, settings) for each in head):
        head = frozenset()  # "south of Baghdad": the text says where
    # what the text adds is where the headline says, more exactly; another place may be of what went before
    lead = {each for each in mention.lead_places if not head or head & wider.get(each, frozenset())}
    spots = narrowest(head | lead, wider) - parties
    names = frozenset((*mention.names, *mention.headed))
    everyone = names.union(mention.lead)
    acts, classes = told(mention), dict[str, frozenset[str]]()
    for act in acts:
        for name in _classes(act, report, settings):
            classes[name] = classes.get(name, frozenset()) | {alike(act, settings)}
    return _Said(
        spots,
        names,
        everyone - parties - {*mention.places, *mention.headed, *mention.lead_places},
        names & parties,
        classes,
        frozenset(name for act in acts for name in act.on),
        weapons_with(report.title),
        sites_in(report.title),
        numbers_in(report.title),
        frozenset(mention.words),
        things_in(report.title),
        frozenset(mention.topics),
        next((name for act in acts for name in sorted(_classes(act, report, settings))), ""),
        everyone.union(spots, *(wider.get(each, ()) for each in spots)),
    )
