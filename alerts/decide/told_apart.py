"""Find what says that a report tells another event than those known, though deed and place are the same. Pure.

A word such as "second", another kind of victim, another weapon, another nation: whoever names one of these, and no
report known does, repeats none of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from alerts.decide.counterpart_words import things_named
from alerts.decide.event_acts import attacks_of, is_within, narrowest, told
from alerts.decide.event_line import label_of
from alerts.decide.same_moment import EXCHANGE, SAME_TOLL
from alerts.decide.site_words import sites_hit
from alerts.decide.told_places import is_governing
from alerts.decide.told_things import VICTIMS, nations_in, things_in, towns_in
from alerts.decide.weapon_words import EITHER, MISSILE, ROCKET, weapons_in
from alerts.event import Report
from alerts.rule import EventSettings

_ORDINALS = (  # which one it is: to two reports of one attack it is the same
    r"\bsecond\b|\b(?:ال)?(?:ثان|ثاني|ثانية|ثانيا)\b|\b(?:دوم|دومین|دووەم)\b",
    r"\bthird\b|\b(?:ال)?(?:ثالث|ثالثة)\b|\b(?:سوم|سومین|سێیەم)\b",
    r"\bfourth\b|\b(?:ال)?(?:رابع|رابعة)\b|\b(?:چهارم|چهارمین|چوارەم)\b",
    r"\bfifth\b|\b(?:ال)?(?:خامس|خامسة)\b|\b(?:پنجم|پنجمین|پێنجەم)\b",
)
_WHICH = tuple(re.compile(each, re.IGNORECASE) for each in _ORDINALS)
_AGAIN = re.compile(
    r"\b(?:another|again|renewed|further)\b"
    r"|\b(?:new|fresh|more) (?:[\w-]+ ){0,2}(?:waves?|attacks?|strikes?|airstrikes?|rounds?|salvos?|barrages?|raids?"
    r"|drones?|missiles?|rockets?|explosions?|blasts?|shelling)\b"
    r"|\b(?:ال)?(?:آخر|أخرى|مجددا|مجدداً)\b"
    r"|(?:هجوم|هجمات|ضربة|ضربات|قصف|غارة|غارات|موجة|دفعة|انفجار|انفجارات)(?: \w+)? (?:ال)?جديدة?\b"
    r"|\b(?:دیگر|دیگری|دوباره|مجدد|دیکە)\b"
    r"|(?:حمله|حملات|موج|انفجار|هێرش|هێرشی)(?: \w+)? (?:جدید|تازه|نوێ)",
    re.IGNORECASE,
)
_LAUNCHED = re.compile(
    r"\b(?:fires?|fired|launch(?:es|ed)?)\b|(?:تطلق|أطلقت|يطلق|أطلق|إطلاق|شلیک|پرتاب)", re.IGNORECASE
)
_ARRIVED = re.compile(
    r"\b(?:hits?|lands?|landed|slams?|slammed|struck|strikes?|impacts?|crash(?:es|ed)?)\b"
    r"|(?:تصيب|أصاب|أصابت|إصابة|سقوط|سقط|تضرب|ضربت|اصابت|برخورد)",
    re.IGNORECASE,
)


@lru_cache(4_096)
def says_again(title: str) -> tuple[frozenset[int], bool]:
    """Return which one a headline says that anything is, from the second (0) on, and whether it is another or new."""
    which = frozenset(at for at, each in enumerate(_WHICH) if each.search(title))
    return which, bool(_AGAIN.search(title))


def is_another(later: Report, known: Sequence[Report], settings: EventSettings) -> bool:
    """Return whether a report says that its attack is another, as no report known does, or was in another town."""
    if attacks_of(later.mention, settings) and _is_next(later, known):
        return True
    return _in_another_town(later, known, settings)


def _is_next(later: Report, known: Sequence[Report]) -> bool:
    """Return whether a headline says "third" where those known say "second", or "new" as none within SAME_TOLL does."""
    which, is_new = says_again(later.title)
    if not which and not is_new:
        return False
    said = [(each.at, *says_again(each.title)) for each in known]
    if which and any(which & others for _, others, _ in said):
        return False
    soon = [(others, new) for at, others, new in said if later.at - at <= SAME_TOLL]
    return not any(new or (others and not which) for others, new in soon)


def tells_apart(later: Report, known: Sequence[Report], settings: EventSettings) -> bool:
    """Return whether a report names what no report known does, so that it repeats none of them by mere likeness."""
    if is_another(later, known, settings):
        return True
    titles = [each.title for each in known]
    listed = frozenset[str]().union(*({*each.mention.names, *each.mention.lead} for each in known))
    nations = nations_in(later.title) - listed - frozenset().union(*map(nations_in, titles))
    return (
        (bool(nations) and any(map(nations_in, titles)))
        or _begins_elsewhere(later, known, settings)
        or _names_another_site(later, known, settings)
    )


def _in_another_town(later: Report, known: Sequence[Report], settings: EventSettings) -> bool:
    """Return whether each report known names a place, and none of them lies in or around that of a later one."""
    ours, theirs = _where(later, settings), [_where(each, settings) for each in known]
    return bool(ours and theirs) and all(
        each and not any(is_within(a, b, settings.wider) for a in ours for b in each) for each in theirs
    )


def _where(report: Report, settings: EventSettings) -> frozenset[str]:
    """Return the places of a report that are no states, with the towns that a list reads as one."""
    mention = report.mention
    spots = {*narrowest(mention.places, settings.wider), *mention.lead_places} - settings.parties
    return frozenset(spots | towns_in(report.title))


def _begins_elsewhere(later: Report, known: Sequence[Report], settings: EventSettings) -> bool:
    """Return whether nobody of whom a headline tells its news, and no place of it, is named by a report known."""
    before = frozenset[str]().union(
        *({*each.mention.names, *each.mention.lead, *each.mention.headed} for each in known)
    )
    of_it = {name for act in told(later.mention)[:1] for name in (*act.by, *act.on)} | narrowest(
        later.mention.places, settings.wider
    )
    return bool(of_it and before) and not any(is_within(a, b, settings.wider) for a in of_it for b in before)


def _names_another_site(later: Report, known: Sequence[Report], settings: EventSettings) -> bool:
    """Return whether an attack is told an hour later of a kind of site that no report known names."""
    late = all(later.at - each.at > SAME_TOLL for each in known)
    sites = sites_hit(later, settings) if late else frozenset[str]()
    return bool(sites) and not any(sites & sites_hit(each, settings) for each in known)


def another_of(later: Report, known: Sequence[Report], settings: EventSettings) -> list[str]:
    """Return in words whom, or with what, an attack was done that every report known of that attack tells otherwise."""
    deeds, at = attacks_of(later.mention, settings), _where(later, settings)
    telling = [each for each in known if later.at - each.at <= EXCHANGE and deeds & attacks_of(each.mention, settings)]
    one_site = any(not is_governing(each, settings) for one in telling for each in at & _where(one, settings))
    words = []
    for of in (victims_in, ships_in, *([weapons_with] if one_site else [])):
        ours, before = of(later.title), [found for each in telling if (found := of(each.title))]
        if ours and before and all(ours.isdisjoint(each) for each in before):
            words.append(f"another attack: {', '.join(sorted(ours))}")
    return words


def victims_in(title: str) -> frozenset[str]:
    """Return the kinds of people that a headline names whose killing is an event of its own."""
    return things_in(title) & VICTIMS


def ships_in(title: str) -> frozenset[str]:
    """Return the kinds of ship that a headline names: a tanker, a cargo ship, a boat."""
    return things_named(title).get("ship", frozenset())


def weapons_with(title: str) -> frozenset[str]:
    """Return the kinds of weapon that a headline names, both where its word says either."""
    weapons = weapons_in(title)
    return weapons | {ROCKET, MISSILE} if EITHER in weapons else weapons


def arrived(later: Report, known: Sequence[Report], settings: EventSettings) -> list[str]:
    """Return in words where an attack hit, where those known told only that it was launched."""
    spots = [*towns_in(later.title), *narrowest(later.mention.places, settings.wider)]
    where = [each for each in spots if each not in settings.parties]
    if not where or not _ARRIVED.search(later.title) or not attacks_of(later.mention, settings):
        return []
    telling = [each for each in known if attacks_of(each.mention, settings)]
    only = telling and all(_LAUNCHED.search(each.title) and not _ARRIVED.search(each.title) for each in telling)
    new = [each for each in where if not any(each in {*one.mention.names, *towns_in(one.title)} for one in telling)]
    return [f"hit: {label_of(each, settings)}" for each in sorted(new)] if only else []
