"""Decide what a further report of an event adds to those that are known: its facts. Pure.

A fact is a deed on a target, a claim, a denial; with it count a toll that rose, another doer and another person. What
has none of them repeats what is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from alerts.decide.event_acts import EARLIER, TOLD, alike, is_within, roles_of, told
from alerts.decide.event_line import label_of, listed
from alerts.decide.same_event import clash
from alerts.event import Act, EventMention, Report
from alerts.rule import EventSettings
from alerts.rules.event_standing import HAPPENED
from alerts.rules.forms.english_words import IRREGULAR
from crawler.stories.unharmed import unharmed

KNOWN_FOR = timedelta(hours=12)  # what interrupted so long ago interrupts again, as a story's news does
_QUESTION = ("?", "\u061f")
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
    aimed = {alike(act, settings) for act in told(mention) if act.on and act.deed not in settings.defences}
    for number, act in enumerate(told(mention)):
        if act.deed not in settings.developments:
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
    facts += [Fact("claim", name) for name in _claimants(told(mention))]
    return tuple(dict.fromkeys(facts))


def _claimants(acts: tuple[Act, ...]) -> tuple[str, ...]:
    """Return who claims the first deed that is claimed: its doer, or else who is said to claim responsibility."""
    claimed = [act.by for act in acts if act.standing == "claimed"][:1]
    said = [act.by for act in acts if act.deed == "claim" and act.standing in TOLD] if claimed else []
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
    others_words = [*_other_doers(later, before, others, settings), *_persons(later, before, settings)]
    tolls = (
        ()
        if _only_beside(later.mention, settings)
        else (*_tolls(later.mention.casualties, before), *_none(later, before))
    )
    return (*tolls, *(_words(each, settings) for each in new), *others_words)


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
    return bool(_other_doers(later, before, others, settings)) or any(
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
    return [
        each
        for number, each in enumerate(facts_of(replace(later.mention, acts=acts), settings))
        if not _is_known(each, known, settings) and not ((number or each.on) and _is_known(each, elsewhere, settings))
    ]


def _past(reports: Iterable[Report], settings: EventSettings) -> set[str]:
    """Return the deeds that were told so long ago that they are no longer known (known_reports)."""
    return {alike(act, settings) for each in reports for act in each.mention.acts if act.standing == EARLIER}


def _other_doers(
    later: Report, known: Iterable[Report], elsewhere: Iterable[Report], settings: EventSettings
) -> list[str]:
    """Return in words the deeds that somebody else is said to do than in every report known: another's attack.

    One that was told elsewhere of the same doer and target is none.
    """
    words = []
    doers: dict[str, set[str]] = {}
    for act in (act for each in known for act in told(each.mention)):
        doers.setdefault(alike(act, settings), set()).update(act.by)
    others = {role for each in elsewhere for role in roles_of(each.mention, settings)}
    for act in told(later.mention):
        before = doers.get(alike(act, settings), set())
        # who claims a deed is told as a claim
        attack = act.deed in settings.by_target - settings.defences
        named = attack and act.standing == HAPPENED and act.by and before and not act.aside
        is_other = named and not any(is_within(one, other, settings.wider) for one in act.by for other in before)
        if is_other and others.isdisjoint(roles_of(replace(later.mention, acts=(act,)), settings)):
            words.append(f"{alike(act, settings)} by {listed(act.by, settings)}")
    return list(dict.fromkeys(words))


def _persons(later: Report, known: Iterable[Report], settings: EventSettings) -> list[str]:
    """Return the persons whom a report of a deed names and no report known did: another leader killed."""
    if not any(act.deed in settings.by_target and act.standing in TOLD for act in told(later.mention)):
        return []
    before = {name for each in known for name in each.mention.names}
    new = [name for name in later.mention.names if name in settings.persons and name not in before]
    return [f"about {settings.labels.get(name, name)}" for name in new]


def is_comment(report: Report) -> bool:
    """Return whether a headline is no news: an analysis, a round-up or a memorial, or it ends as a question."""
    return report.title.rstrip(" '\"’”»").endswith(_QUESTION) or any(
        each.standing in _COMMENT for each in told(report.mention)[:1]
    )


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


def _tolls(later: Mapping[str, int], known: Iterable[Report]) -> list[str]:
    words = []
    for kind, number in later.items():
        most = max((each.mention.casualties.get(kind, 0) for each in known), default=0)
        if number > most:
            words.append(f"{most} -> {number} {kind}" if most else f"{number} {kind}")
    return words


def _none(later: Report, known: Iterable[Report]) -> list[str]:
    """Return in words the tolls that a headline takes back: "2 -> 0 wounded" where it says that nobody was hurt.

    Whoever says so again takes back nothing.
    """
    words = []
    for kind in sorted(unharmed(later.title) - set(later.mention.casualties)):
        said = [each for each in known if kind in each.mention.casualties or kind in unharmed(each.title)]
        last = max(said, key=lambda each: (each.at, each.seq), default=None)
        if last and (number := last.mention.casualties.get(kind, 0)):
            words.append(f"{number} -> 0 {kind}")
    return words


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
