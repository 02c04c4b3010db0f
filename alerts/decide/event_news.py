"""Decide what a further report of an event adds to those that are known: its facts. Pure.

A fact is a deed on a target, a claim, a denial; with it count a toll that rose, another doer and another person. What
has none of them repeats what is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from alerts.alert import ONE_ROUND
from alerts.decide.event_acts import EARLIER, alike, is_within, repeats_lasting, told
from alerts.decide.event_clash import clash, in_one_moment
from alerts.decide.event_facts import ANOTHER, Fact, facts_of, in_full, is_known, known_facts, words_of
from alerts.decide.event_people import HARM, first_doers, further_doers, other_doers, persons, taken_back, tolls
from alerts.decide.same_moment import SAME_TOLL
from alerts.decide.site_words import other_sites
from alerts.decide.to_come import carried_out, soon
from alerts.decide.told_apart import another_of, arrived
from alerts.decide.told_otherwise import only_named_otherwise
from alerts.event import EventMention, Report
from alerts.rule import EventSettings

KILLED = "killed"  # the toll of the dead
HARMED = frozenset(HARM[KILLED])  # the deeds that it counts


@dataclass(frozen=True, slots=True)
class Added:
    """What a report adds to those known, in words, and whether that may be another attack."""

    news: tuple[str, ...]
    another: bool


def news_in(
    later: Report, known: Iterable[Report], elsewhere: Iterable[Report], settings: EventSettings
) -> tuple[str, ...]:
    """Return in words what `added` finds that a report adds."""
    return added(later, known, elsewhere, settings).news


def tells_another(later: Report, known: Iterable[Report], elsewhere: Iterable[Report], settings: EventSettings) -> bool:
    """Return what `added` finds, whether a report may tell another attack, without working out the words for it."""
    known, others = list(known), list(elsewhere)
    before = [in_full(each, settings) for each in known]
    return (
        bool(other_doers(later, before, others, settings))
        or bool(other_sites(later, known, others, settings))
        or _has_a_known_deed(later, _new_facts(later, before, others, settings), before, settings)
    )


def added(
    later: Report,
    known: Iterable[Report],
    elsewhere: Iterable[Report],
    settings: EventSettings,
    by_whom: tuple[str, ...] = (),
) -> Added:
    """Return what a report adds to those `known` of its event: a toll, a deed on another target, a denial.

    What a report known named only beside its news or in its background is known as well ("killed in an attack in
    Jordan"). What was told `elsewhere`, of other events, is no news either: "US strikes Iran, Tehran closes Hormuz"
    where the strike was told by itself.

    It tells another attack with a deed that was told before on another target, at another place or of another doer. So
    does one told so long ago that it is no longer known (known_reports), and `by_whom`, what `unheard` found. A toll of
    another attack is higher than none.
    """
    known, others = list(known), list(elsewhere)
    before = [in_full(each, settings) for each in known]
    new = _new_facts(later, before, others, settings)
    doers = other_doers(later, before, others, settings)
    people = (
        *doers,
        *first_doers(later, before, settings),
        *further_doers(later, [*before, *others], {each.what for each in new}, settings),
        *persons(later, before, settings),
    )
    sites = [*other_sites(later, known, others, settings), *another_of(later, known, settings)]
    apart = bool(doers or sites or by_whom)
    risen = () if _only_beside(later.mention, settings) else _risen(later, () if apart else before, settings)
    another = apart or _has_a_known_deed(later, new, before, settings)
    when = (
        *soon(later, (*known, *others), settings),
        *carried_out(later, known, {each.what for each in new}, settings),
    )
    facts = (words_of(each, settings) for each in new)
    hit = arrived(later, known, settings)
    return Added((*risen, *dict.fromkeys((*facts, *by_whom)), *sites, *hit, *when, *people), another)


def _risen(later: Report, before: Sequence[Report], settings: EventSettings) -> tuple[str, ...]:
    return (*tolls(later.mention, before, settings), *taken_back(later, before))


def _has_a_known_deed(later: Report, new: Iterable[Fact], before: Sequence[Report], settings: EventSettings) -> bool:
    """Return whether one of the facts is a deed that a report told before, on whomever and however long ago.

    Whom a toll is told of is news, but no other attack where a report of the same hour told that toll at that place.
    """
    deeds = {each.what for each in known_facts(before, settings)} | _past(before, settings)
    victims = HARMED if any(_of_one_toll(each, later, settings) for each in before) else frozenset()
    return any(each.what.removeprefix(ANOTHER) in deeds and each.what not in victims for each in new)


def _of_one_toll(earlier: Report, later: Report, settings: EventSettings) -> bool:
    """Return whether a report of the same hour told the same number of dead at the same place, and nothing clashes."""
    return (
        timedelta(0) <= later.at - earlier.at <= SAME_TOLL
        and earlier.mention.casualties.get(KILLED) == later.mention.casualties.get(KILLED, 0)
        and any(is_within(a, b, settings.wider) for a in earlier.mention.places for b in later.mention.places)
        and not clash(earlier, later, settings)
    )


def _only_beside(mention: EventMention, settings: EventSettings) -> bool:
    """Return whether all attacks of a headline stand beside its news, so that its toll is theirs."""
    attacks = [each for each in mention.acts if each.deed in settings.by_target]
    return bool(attacks) and all(each.aside for each in attacks)


def _new_facts(
    later: Report, before: Sequence[Report], others: Sequence[Report], settings: EventSettings
) -> list[Fact]:
    """Return what a report tells beside what those `before` told of its event, and `others` of other events.

    Where its headline begins with a fact without a target (a deal, a closure), that may be another than one told
    elsewhere, but for one that lasts and was told of the same parties. What it names only beside its news is none where
    its like was told long before.
    """
    known, elsewhere, past = known_facts(before, settings), known_facts(others, settings), _past(before, settings)
    mention, acts = later.mention, told(later.mention)
    if left := tuple(act for act in acts if act.aside and alike(act, settings) in past):
        mention = replace(mention, acts=tuple(act for act in acts if act not in left))
    same = _of_moment(later, before, settings) | _flags(later.mention, before, settings)
    same |= _waters(later.mention, before, settings)
    same |= only_named_otherwise(later, before, settings)
    lasts = repeats_lasting(later, others, settings)
    return [
        each
        for number, each in enumerate(facts_of(mention, settings))
        if each not in same
        and not is_known(each, known, settings)
        and not ((number or each.on or lasts) and is_known(each, elsewhere, settings))
    ]


def _of_moment(later: Report, before: Iterable[Report], settings: EventSettings) -> set[Fact]:
    """Return the targets of an attack that a report known told minutes ago, in other words or another language.

    A site that it did not name is news, but for what came in with it.
    """
    found: set[Fact] = set()
    for each in before:
        if not in_one_moment(each, later, settings):
            continue
        deeds = {alike(act, settings) for act in told(each.mention)}
        named = settings.parties.union(each.mention.names)
        found |= {
            fact
            for fact in facts_of(later.mention, settings)
            if fact.on and fact.what in deeds and (fact.on in named or abs(each.at - later.at) < ONE_ROUND)
        }
    return found


def _flags(mention: EventMention, before: Sequence[Report], settings: EventSettings) -> set[Fact]:
    """Return the states that a report names as whose a target is, where a report known told that deed on it, too.

    "Attack on Saudi tankers" is known from "tankers attacked after the Saudi blockade".
    """
    known = [(facts_of(each.mention, settings), each.mention.names) for each in before]
    found = set()
    for act in told(mention):
        deed, states = alike(act, settings), set(act.on) & settings.parties
        for target in set(act.on) - states:
            named = {name for facts, names in known if Fact(deed, target) in facts for name in names}
            found |= {Fact(deed, state) for state in states & named}
    return found


def _waters(mention: EventMention, before: Sequence[Report], settings: EventSettings) -> set[Fact]:
    """Return the places without a country around them, as straits and seas, that a report of that deed named.

    Where an attack lies off several coasts, outlets name now the one, now the other.
    """
    named = {
        (alike(act, settings), name) for each in before for act in told(each.mention) for name in each.mention.names
    }
    return {
        Fact(alike(act, settings), place)
        for act in told(mention)
        for place in mention.places
        if place not in settings.parties and place not in settings.wider and (alike(act, settings), place) in named
    }


def _past(reports: Iterable[Report], settings: EventSettings) -> set[str]:
    """Return the deeds that were told so long ago that they are no longer known (known_reports)."""
    return {alike(act, settings) for each in reports for act in each.mention.acts if act.standing == EARLIER}
