"""Decide what a further report of an event adds to those that are known: its facts. Pure.

A fact is a deed on a target, a claim, a denial; with it count a toll that rose, another doer and another person. What
has none of them repeats what is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from alerts.alert import ONE_ROUND
from alerts.decide.event_acts import CLAIM, EARLIER, TOLD, alike, is_within, told
from alerts.decide.event_line import is_question, label_of
from alerts.decide.event_people import first_doers, other_doers, persons, taken_back, tolls
from alerts.decide.same_event import clash, in_one_moment
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from alerts.rules.event_standing import HAPPENED
from alerts.rules.forms.english_words import IRREGULAR

KNOWN_FOR = timedelta(hours=12)  # what interrupted so long ago interrupts again, as a story's news does
ANOTHER = "another "  # before a deed that is said to be another of a series
_COMMENT = frozenset({"opinion", "roundup", "remembered"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a report says happened: a deed and its target, or a claim or denial, "" where none is named.

    `where`: no target is named, only that it was done there.
    """

    what: str
    on: str = ""
    where: bool = field(default=False, compare=False)


def facts_of(mention: EventMention, settings: EventSettings) -> tuple[Fact, ...]:
    """Return what a report says happened, the main fact first: deeds on their targets, claims and denials.

    Only deeds of settings.events.developments count. One that is named beside the news ("as Israel strikes Lebanon")
    counts without its target: it is news only where nothing of its kind was told.
    """
    facts: list[Fact] = []
    claimants = _claimants(told(mention))
    aimed = {alike(act, settings) for act in told(mention) if act.on and act.deed not in settings.defences}
    for number, act in enumerate(told(mention)):
        if act.deed not in settings.developments or (claimants and act.deed == CLAIM):
            continue
        deed = alike(act, settings)
        if act.aside and act.standing in TOLD:
            facts.append(Fact(deed))
            continue
        if act.standing in TOLD:
            # where it was done counts as whom it was done to: a base in Qatar after one in Kuwait is news
            where = () if number else mention.places
            on = () if act.deed in settings.defences else act.on
            targets = tuple(dict.fromkeys((*on, *where))) if act.deed in settings.by_target else ()
            named = targets or ("",)
            facts += [Fact(deed, name, where=deed not in aimed) for name in named]
            # a strait that is closed again is closed: only an attack makes a series
            series = act.again and act.deed in settings.by_target
            facts += [Fact(f"{ANOTHER}{deed}", name) for name in named if series]
        # the first act of a denial is the denying: "Customs confirm foiling of smuggling" denies no confirmation
        if act.standing == "denied" and number and act.deed in settings.by_target:
            facts.append(Fact(f"no {deed}"))
    facts += [Fact("claim", name) for name in claimants]
    return tuple(dict.fromkeys(facts))


def _claimants(acts: tuple[Act, ...]) -> tuple[str, ...]:
    """Return who claims the first deed that is claimed: its doer, or else who is said to claim responsibility."""
    claimed = [act.by for act in acts if act.standing == "claimed"][:1]
    said = [act.by for act in acts if act.deed == CLAIM and act.standing in TOLD]
    return next(filter(None, claimed + said), ())


def news_in(
    later: Report, known: Iterable[Report], elsewhere: Iterable[Report], settings: EventSettings
) -> tuple[str, ...]:
    """Return in words what a report adds to those `known` of its event: a toll, a deed on another target, a denial.

    What a report known named only beside its news or in its background is known as well ("killed in an attack in
    Jordan"). What was told `elsewhere`, of other events, is no news either: "US strikes Iran, Tehran closes Hormuz"
    where the strike was told by itself.
    """
    before, others = [_in_full(each) for each in known], list(elsewhere)
    new = _new_facts(later, before, others, settings)
    others_words = [
        *other_doers(later, before, others, settings),
        *first_doers(later, before, settings),
        *persons(later, before, settings),
    ]
    only_beside = _only_beside(later.mention, settings)
    risen = () if only_beside else (*tolls(later.mention, before, settings), *taken_back(later, before))
    return (*risen, *(_words(each, settings) for each in new), *others_words)


def _in_full(report: Report) -> Report:
    """Return a report with the acts beside its news and in its background as news, but for what it remembers."""
    acts = tuple(
        replace(each, aside=False, standing=HAPPENED if each.standing == "background" else each.standing)
        for each in report.mention.acts
    )
    return replace(report, mention=replace(report.mention, acts=acts))


def _only_beside(mention: EventMention, settings: EventSettings) -> bool:
    """Return whether all attacks of a headline stand beside its news, so that its toll is theirs."""
    attacks = [each for each in mention.acts if each.deed in settings.by_target]
    return bool(attacks) and all(each.aside for each in attacks)


def tells_another(later: Report, known: Iterable[Report], elsewhere: Iterable[Report], settings: EventSettings) -> bool:
    """Return whether a report tells a deed that was told before on another target, at another place or of another doer.

    So does one told so long ago that it is no longer known (known_reports). It may be a second attack.
    """
    before, others = [_in_full(each) for each in known], list(elsewhere)
    deeds = {each.what for each in _known(before, settings)} | _past(before, settings)
    return bool(other_doers(later, before, others, settings)) or any(
        each.what.removeprefix(ANOTHER) in deeds for each in _new_facts(later, before, others, settings)
    )


def _new_facts(
    later: Report, before: Sequence[Report], others: Sequence[Report], settings: EventSettings
) -> list[Fact]:
    """Return what a report tells beside what those `before` told of its event, and `others` of other events.

    Where its headline begins with a fact without a target (a deal, a closure), that may be another than one told
    elsewhere. What it names only beside its news is none where its like was told long before.
    """
    known, elsewhere, past = _known(before, settings), _known(others, settings), _past(before, settings)
    acts = tuple(act for act in told(later.mention) if not (act.aside and alike(act, settings) in past))
    same = _of_moment(later, before, settings) | _flags(later.mention, before, settings)
    return [
        each
        for number, each in enumerate(facts_of(replace(later.mention, acts=acts), settings))
        if each not in same
        and not _is_known(each, known, settings)
        and not ((number or each.on) and _is_known(each, elsewhere, settings))
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


def _past(reports: Iterable[Report], settings: EventSettings) -> set[str]:
    """Return the deeds that were told so long ago that they are no longer known (known_reports)."""
    return {alike(act, settings) for each in reports for act in each.mention.acts if act.standing == EARLIER}


def is_comment(report: Report) -> bool:
    """Return whether a headline is no news: an analysis, a round-up or a memorial, or it ends as a question."""
    return is_question(report.title) or any(each.standing in _COMMENT for each in told(report.mention)[:1])


def like(later: Report, elsewhere: Iterable[Report], settings: EventSettings) -> list[Report]:
    """Return the reports that may tell the same event as a later one: one deed on one target, and an equal toll.

    Nothing that they say clashes. Without a toll, two attacks on one target are two until words tell that they are one.
    """
    main = [fact for fact in facts_of(replace(later.mention, acts=told(later.mention)[:1]), settings) if fact.on]
    return [
        each
        for each in elsewhere
        if any(each.mention.casualties.get(kind) == number for kind, number in later.mention.casualties.items())
        and any(_same_target(fact, facts_of(each.mention, settings), settings) for fact in main)
        and not clash(each, later, settings)
    ]


def possibly_same(
    later: Report, candidates: Iterable[Report], elsewhere: Iterable[Report], settings: EventSettings
) -> Report | None:
    """Return the newest of the reports that a later one may repeat, None where it has news beside all of them.

    News is another place, doer or person, a higher toll, a further deed, or a word such as "another".
    """
    known = list(candidates)
    if not known or news_in(later, known, elsewhere, settings):
        return None
    return max(known, key=lambda each: each.at)


def same_fact(later: Report, known: Iterable[Report], settings: EventSettings) -> list[Report]:
    """Return the reports that tell what a later one begins with or names beside its news, of whichever event."""
    full = _in_full(later).mention.acts
    asides = tuple(each for act, each in zip(later.mention.acts, full, strict=True) if act.aside)
    ours = {*facts_of(later.mention, settings)[:1], *facts_of(replace(later.mention, acts=asides), settings)}
    return [each for each in known if any(_is_known(fact, _known([each], settings), settings) for fact in ours)]


def _known(reports: Iterable[Report], settings: EventSettings) -> frozenset[Fact]:
    facts: set[Fact] = set()
    for each in reports:
        facts.update(facts_of(each.mention, settings))
        # where it was done is known beside whom it was done to
        facts.update(
            Fact(fact.what, place, fact.where)
            for fact in tuple(facts_of(each.mention, settings))
            for place in each.mention.places
        )
        # who did it is known from any report that says so, whether they claim it or not
        facts.update(Fact("claim", name) for act in told(each.mention) for name in act.by)
    return frozenset(facts)


def _is_known(fact: Fact, facts: frozenset[Fact], settings: EventSettings) -> bool:
    """Return whether a fact was told; one without a target, where anything of its kind was."""
    return (
        fact in facts
        or (not fact.on and any(each.what == fact.what for each in facts))
        or _same_target(fact, facts, settings)
    )


def _same_target(fact: Fact, known: Iterable[Fact], settings: EventSettings) -> bool:
    """Return whether the target was told in wider or narrower words: a base in Iraq, and Iraq.

    That something was hit in a province tells nothing of a base there.
    """
    return any(
        each.what == fact.what
        and is_within(each.on, fact.on, settings.wider)
        and not (each.where and not fact.where and each.on in settings.wider.get(fact.on, ()))
        for each in known
    )


def _words(fact: Fact, settings: EventSettings) -> str:
    """Return a fact as people read it: "struck: Kuwait", "claimed by Iran"; never as an order, "strike Kuwait"."""
    if not fact.on:
        return fact.what
    label = label_of(fact.on, settings)
    if fact.what == "claim":
        return f"claimed by {label}"
    return f"{fact.what} on {label}" if " " in fact.what else f"{done(fact.what)}: {label}"


def done(deed: str) -> str:
    """Return the English participle of a deed by its name, "struck", which says what somebody suffered."""
    if deed in IRREGULAR:
        return IRREGULAR[deed][-1][0]
    return f"{deed}d" if deed.endswith("e") else f"{deed}ed"
