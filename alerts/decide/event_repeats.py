"""Decide whether a report repeats what is known, in its own thread or in another. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from alerts.decide.event_acts import (
    EARLIER,
    TOLD,
    alike,
    begins_with_lasting,
    deeds_of,
    is_within,
    repeats_lasting,
    told,
)
from alerts.decide.event_clash import clash
from alerts.decide.event_facts import Fact, facts_of, in_full, is_known, known_facts, same_target
from alerts.decide.event_line import is_question
from alerts.decide.event_news import HARMED, KILLED, news_in
from alerts.decide.reactions import is_reaction
from alerts.decide.same_moment import EXCHANGE, is_vague, of_exchange, of_one_exchange
from alerts.decide.told_places import told_spots
from alerts.event import HAPPENED, Act, EventMention, Report
from alerts.rule import EventSettings

MANY_DEAD = 3
NEARLY = 0.6  # of the weight of two reports: so much in common are nearly the same words
_COMMENT = frozenset({"opinion", "roundup", "remembered"})


def is_comment(report: Report) -> bool:
    """Return whether a headline is no news: an analysis, a round-up, a memorial, a judgement or a question."""
    return (
        is_question(report.title)
        or is_reaction(report.title)
        or any(each.standing in _COMMENT for each in told(report.mention)[:1])
    )


def begins_as_told(later: Report, known: Sequence[Report], settings: EventSettings) -> bool:
    """Return whether a headline begins with a deed that a report known told as it stands, and names nobody new.

    A strike that is threatened is not told by one that was done, nor the reverse.
    """
    deeds = {_as_it_stands(act, settings) for each in known for act in each.mention.acts}
    begins = any(_as_it_stands(act, settings) in deeds for act in told(later.mention)[:1])
    return begins and not _names_new(later, known, settings.parties, settings)


def begins_with_somebody_new(later: Report, known: Sequence[Report], settings: EventSettings) -> bool:
    """Return whether a headline tells no deed but in its background, and begins with whom no report known named.

    What it says of them is news that no list of deeds holds: "Washington sends Baghdad a message after the visit".
    """
    acts, first = later.mention.acts, later.mention.names[:1]
    ours = replace(later, mention=replace(later.mention, names=first))
    return bool(acts) and all(act.standing == "background" for act in acts) and _names_new(ours, known, (), settings)


def begins_with_new_attack(later: Report, known: Iterable[Report], settings: EventSettings) -> bool:
    """Return whether a headline begins with whom somebody attacks or may attack, and no report known names an attack.

    "US will strike Iran unless it signs" is no repeat of that the two signed.
    """
    first = told(later.mention)[:1]
    attacks = settings.by_target - settings.defences
    begins = any(act.deed in attacks and act.by and act.on and act.standing != "background" for act in first)
    return begins and not any(
        alike(act, settings) in deeds_of(each.mention, settings) for act in first for each in known
    )


def _as_it_stands(act: Act, settings: EventSettings) -> tuple[str, str]:
    done = act.standing in TOLD or act.standing in {"background", EARLIER}
    return alike(act, settings), HAPPENED if done else act.standing


def like(later: Report, elsewhere: Iterable[Report], settings: EventSettings) -> list[Report]:
    """Return the reports that may tell the same event as a later one: one deed on one target, and an equal toll.

    So may those that tell the deed that lasts with which it begins, of the same parties, or that one state attacked the
    other in these hours, where it tells no more; or that two attacked each other, where both attacks were told. Nothing
    that they say clashes. Without a toll, two attacks on one target are two until words tell that they are one.
    """
    main = [fact for fact in facts_of(replace(later.mention, acts=told(later.mention)[:1]), settings) if fact.on]
    # of most reports none of these is to be asked of each of the others
    lasts, vague = begins_with_lasting(later.mention, settings), is_vague(later.mention, settings)
    elsewhere = list(elsewhere)
    summed_up = of_exchange(later, elsewhere, settings)
    return [
        each
        for each in elsewhere
        if (
            each in summed_up
            or _same_toll(each, later, main, settings)
            or _same_harm(each, later, settings)
            or (lasts and repeats_lasting(later, [each], settings))
            or (vague and of_one_exchange(each, later, settings))
        )
        and not clash(each, later, settings)
    ]


def retells_toll(later: Report, known: Sequence[Report], settings: EventSettings) -> bool:
    """Return whether a report tells the dead that one known told at that place within EXCHANGE, and names nobody new.

    Who counts as many there again tells no other attack, however grave the scale calls it. One or two die anywhere.
    """
    dead, spots = later.mention.casualties.get(KILLED, 0), told_spots(later, settings)
    if dead < MANY_DEAD or any(act.again for act in later.mention.acts) or _names_new(later, known, (), settings):
        return False
    return any(
        timedelta(0) <= later.at - each.at <= EXCHANGE
        and each.mention.casualties.get(KILLED) == dead
        and any(is_within(a, b, settings.wider) for a in spots for b in told_spots(each, settings))
        and not clash(each, later, settings)
        for each in known
    )


def told_elsewhere(later: Report, near: Iterable[tuple[Report, float]], settings: EventSettings) -> list[Report]:
    """Return those of the reports of other events that told what a later one begins with EXCHANGE before it or less:
    with an equal toll, or an attack in nearly its words, by the same doer on the same target.

    `near` has each report with how much both have in common. Nothing that they say clashes.
    """
    begins = replace(later.mention, acts=told(later.mention)[:1])
    main = [fact for fact in facts_of(begins, settings) if fact.on]
    roles = _roles(begins, settings)
    return [
        each
        for each, share in near
        if timedelta(0) <= later.at - each.at <= EXCHANGE
        and (
            _same_toll(each, later, main, settings)
            or (share >= NEARLY and not roles.isdisjoint(_roles(each.mention, settings)))
        )
        and not clash(each, later, settings)
    ]


def _roles(mention: EventMention, settings: EventSettings) -> set[tuple[str, str, str]]:
    """Return each deed with who did it to whom, also of those who shoot something down."""
    return {(alike(act, settings), by, on) for act in told(mention) for by in act.by for on in act.on}


def _same_toll(one: Report, later: Report, main: Iterable[Fact], settings: EventSettings) -> bool:
    if one.mention.casualties.items().isdisjoint(later.mention.casualties.items()):
        return False
    return any(same_target(fact, facts_of(one.mention, settings), settings) for fact in main)


def _same_harm(one: Report, later: Report, settings: EventSettings) -> bool:
    """Return whether both tell one toll of an attack at one place within EXCHANGE, and name whose it was.

    So a headline that begins with who was hurt is compared: "girl hurt in Bahrain after Iranian attack".
    """
    ours, theirs = later.mention, one.mention
    if later.at - one.at > EXCHANGE or ours.casualties.items().isdisjoint(theirs.casualties.items()):
        return False
    attacks = {settings.alike.get(each, each) for each in settings.by_target - settings.defences - HARMED}
    at = {a for a in ours.places if any(is_within(a, b, settings.wider) for b in theirs.places)}
    return (
        bool(at)
        and bool(attacks & deeds_of(ours, settings) & deeds_of(theirs, settings))
        and not {*ours.names}.difference(at, ours.places).isdisjoint(theirs.names)
    )


def possibly_same(
    later: Report, candidates: Iterable[Report], elsewhere: Iterable[Report], settings: EventSettings
) -> Report | None:
    """Return the newest of the reports that a later one may repeat, None where it has news beside all of them.

    News is another place, doer or person, a higher toll, a further deed, or a word such as "another".
    """
    known = list(candidates)
    # "a deal with Oman" is another than the one with the US
    states = () if repeats_lasting(later, known, settings) else settings.parties
    if not known or news_in(later, known, elsewhere, settings) or _names_new(later, known, states, settings):
        return None
    return max(known, key=lambda each: each.at)


def _names_new(later: Report, known: Iterable[Report], but: Iterable[str], settings: EventSettings) -> bool:
    """Return whether a report names somebody or some place, `but` for those, that no report known named."""
    before = {*but}.union(*(each.mention.names for each in known))
    return any(not any(is_within(name, each, settings.wider) for each in before) for name in later.mention.names)


def same_fact(later: Report, known: Iterable[Report], settings: EventSettings) -> list[Report]:
    """Return the reports that tell what a later one begins with or names beside its news, of whichever event."""
    full = in_full(later, settings).mention.acts
    asides = tuple(each for act, each in zip(later.mention.acts, full, strict=True) if act.aside)
    ours = {*facts_of(later.mention, settings)[:1], *facts_of(replace(later.mention, acts=asides), settings)}
    return [each for each in known if any(is_known(fact, known_facts([each], settings), settings) for fact in ours)]
