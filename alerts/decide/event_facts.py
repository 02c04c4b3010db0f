"""Work out the facts of a report: deeds on targets, claims and denials, and whether a fact was told. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from alerts.decide.event_acts import CLAIM, TOLD, alike, is_within, told
from alerts.decide.event_line import label_of
from alerts.decide.once import once
from alerts.event import HAPPENED, Act, EventMention, Report
from alerts.rule import EventSettings
from alerts.rules.forms.english_words import IRREGULAR

ANOTHER = "another "  # before a deed that is said to be another of a series
AGREE = "deal"  # the deed of who agrees
_ANSWERS = frozenset({"deny", "refuse", "confirm"})  # what is done with a claim of others


RAID = "raid"  # a deed whose target is that of the arrests in it


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a report says happened: a deed and its target, or a claim or denial, "" where none is named.

    `where`: no target is named, only that it was done there.
    """

    what: str
    on: str = ""
    where: bool = field(default=False, compare=False)


@once
def facts_of(mention: EventMention, settings: EventSettings) -> tuple[Fact, ...]:
    """Return what a report says happened, the main fact first: deeds on their targets, claims and denials.

    Only deeds of settings.events.developments count. One that is named beside the news ("as Israel strikes Lebanon")
    counts without its target: it is news only where nothing of its kind was told.
    """
    facts: list[Fact] = []
    acts = _decided(told(mention), settings)
    claimants = _claimants(acts)
    aimed = {alike(act, settings) for act in acts if act.on and act.deed not in settings.defences}
    # "claims attack on base in Jordan": the place is that of the attack
    attacks = (n for n, act in enumerate(acts) if act.deed in settings.by_target and act.standing in TOLD)
    placed = next(attacks, 0)
    for number, act in enumerate(acts):
        if act.deed not in settings.developments or (claimants and act.deed == CLAIM):
            continue
        deed = alike(act, settings)
        if act.aside and act.standing in TOLD:
            # "strikes tankers as blockade goes on": what lasts and is nobody's there is only named
            facts += [Fact(deed)] if act.by or act.on or deed not in settings.lasting else []
            continue
        if act.standing in TOLD:
            # where it was done counts as whom it was done to: a base in Qatar after one in Kuwait is news
            where = tuple(each for each in mention.places if each not in mention.apart) if number == placed else ()
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


def _decided(acts: tuple[Act, ...], settings: EventSettings) -> tuple[Act, ...]:
    """Return acts with what somebody agreed to do as done, and no deal: "Israel agrees to withdraw".

    A deal is between two.
    """
    for number, act in enumerate(acts):
        if alike(act, settings) != AGREE or act.standing not in TOLD or act.on or len(act.by) != 1:
            continue
        done = next((n for n, each in enumerate(acts) if n > number and each.standing == "expected"), None)
        if done is not None and acts[done].by == act.by:
            kept = (each for each in acts[:done] if alike(each, settings) != alike(act, settings))
            return (*kept, replace(acts[done], standing=HAPPENED), *acts[done + 1 :])
    return acts


def _claimants(acts: tuple[Act, ...]) -> tuple[str, ...]:
    """Return who claims the first deed that is claimed: its doer, or else who is said to claim responsibility.

    Who denies or rejects a claim claims no deed: "Iran rejects US claim".
    """
    claimed = [act.by for act in acts if act.standing == "claimed" and act.deed not in _ANSWERS][:1]
    said = [act.by for act in acts if act.deed == CLAIM and act.standing in TOLD]
    return next(filter(None, claimed + said), ())


def known_facts(reports: Iterable[Report], settings: EventSettings) -> frozenset[Fact]:
    return frozenset().union(*(_known_by(each.mention, settings) for each in reports))


@once
def _known_by(mention: EventMention, settings: EventSettings) -> frozenset[Fact]:
    """Return what is known where a report said this: its facts, also by where they were done, and who did them."""
    facts = facts_of(mention, settings)
    return frozenset(
        {
            *facts,
            # where it was done is known beside whom it was done to, and more exactly from the text
            *(
                Fact(fact.what, place, fact.where)
                for fact in facts
                for place in (*mention.places, *mention.lead_places)
            ),
            # "troops raid militia office, detain 14": whom the one befell, the other did
            *(
                Fact(alike(act, settings), name)
                for act in told(mention)
                if act.deed in settings.by_target and act.standing in TOLD and not act.on
                for other in told(mention)
                if other.deed in settings.by_target - settings.defences or other.deed == RAID
                for name in other.on
            ),
            # who did it is known from any report that says so, whether they claim it or not
            *(Fact("claim", name) for act in told(mention) for name in act.by),
        }
    )


def is_known(fact: Fact, facts: frozenset[Fact], settings: EventSettings) -> bool:
    """Return whether a fact was told; one without a target, where anything of its kind was."""
    return (
        fact in facts
        or (not fact.on and any(each.what == fact.what for each in facts))
        or same_target(fact, facts, settings)
    )


def same_target(fact: Fact, known: Iterable[Fact], settings: EventSettings) -> bool:
    """Return whether the target was told in wider or narrower words: a base in Iraq, and Iraq.

    That something was hit in a province tells nothing of a base there.
    """
    return any(
        each.what == fact.what
        and is_within(each.on, fact.on, settings.wider)
        and not (each.where and not fact.where and each.on in settings.wider.get(fact.on, ()))
        for each in known
    )


@once
def in_full(report: Report, settings: EventSettings) -> Report:  # noqa: ARG001 - `once` asks for it
    """Return a report with the acts beside its news and in its background as news, but for what it remembers."""
    acts = tuple(
        replace(each, aside=False, standing=HAPPENED if each.standing == "background" else each.standing)
        for each in report.mention.acts
    )
    return replace(report, mention=replace(report.mention, acts=acts))


def words_of(fact: Fact, settings: EventSettings) -> str:
    """Return a fact as people read it: "struck: Kuwait", "claimed by Iran"; never as an order, "strike Kuwait"."""
    if fact.what.startswith(ANOTHER):
        again = f"{done(fact.what.removeprefix(ANOTHER))} again"
        return f"{again}: {label_of(fact.on, settings)}" if fact.on else again
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
