"""Tell who shares a place with whom: "US troops share Balad base with militias", no "video of a base". Pure.

What is shared must be a base or a camp, and stand where such a deed has its object. Who is named before the deed shares
it, and with those behind a word such as "with". Side by side are at least two, and forces.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence, Set

from alerts.event import HAPPENED, SHARE
from alerts.rules.clause_words import (
    ASIDE,
    BASES,
    FORCES,
    OBJECT,
    PREPOSITIONS,
    REGIONS,
    SHARING,
    TELLING,
    WITH,
)
from alerts.rules.event_clause import clause_of, has_comma
from alerts.rules.event_marks import is_last_verb
from alerts.rules.event_roles import Named, Roles
from alerts.rules.event_told import Event
from alerts.rules.event_whose import says_whose
from alerts.rules.reading import Mention, Reading

_REACH, _NEAR = 7, 2  # words from an English and an Arabic verb to what is shared, without who shares it
_FIGHT = "clash"  # a deed of two sides
_PARTIES = 2  # who are side by side
_AWAY = PREPOSITIONS - WITH - {"and"} | {"في", "عن", "من", "حول", "علي", "بشان", "از", "درباره", "در"}
_DURING = {"during", "ahead", "amid", "خلال", "اثناء", "جريان"}
_WORD = re.compile(r"\S+")


def sharers_of(deed: Mention, named: Named, places: Set[str], reading: Reading) -> Roles | None:
    """Return who shares a place, and with whom; None where a deed tells of no shared place.

    `named` are the names of its field, `places` those that are one.
    """
    near = [pair for pair in named if clause_of(deed, reading).has(pair[1], reading) and not pair[1].overlaps(deed)]
    sites = [each for name, each in near if name in places]
    who = [pair for pair in near if pair[0] not in places and not says_whose(pair[1], reading)]
    parties = [pair for pair in who if _acts(pair[1], near, reading)]
    has_object = SHARING.search(deed.alias) is not None
    at = _site_of(deed, [each for _, each in parties], sites, reading, has_object=has_object)
    if at is None:
        return None
    by, on = _sides(deed, parties, at, reading, has_object=has_object)
    many = len(by) + len(on)
    return (by, on) if many >= (1 if has_object else _PARTIES) else None


def without_sites(
    told: Sequence[tuple[str, Event]], attacks: Collection[str], reading: Reading
) -> list[tuple[str, Event]]:
    """Return named deeds without what only says where one of `attacks` or a fight is, or who is in it."""
    done = [event for deed, event in told if deed in attacks or deed == _FIGHT]
    return [pair for pair in told if pair[0] != SHARE or not _is_of_another(pair[1], done, reading)]


def _is_of_another(share: Event, others: Iterable[Event], reading: Reading) -> bool:
    """Return whether words of sharing only say where a deed is done, or with whom: "base shared by US and PMF hit".

    So do all but a finite verb with its object, in one part with a verb of `others` that is told as done.
    """
    deed, folded = share.deed, reading.folded[share.deed.field]
    if SHARING.search(deed.alias) and share.voice == "active":
        return False
    return any(
        each.deed.field == deed.field
        and each.standing == HAPPENED
        and clause_of(deed, reading).has(each.deed, reading)
        and ASIDE.isdisjoint(folded.text[min(deed.end, each.deed.end) : max(deed.start, each.deed.start)].split())
        for each in others
    )


def _acts(each: Mention, near: Named, reading: Reading) -> bool:
    """Return whether a name is no part of a longer one (Iran of "Iran-backed militias"), no region: "west Iraq"."""
    length = each.end - each.start
    is_part = any(other.overlaps(each) and other.end - other.start > length for _, other in near)
    return not is_part and REGIONS.isdisjoint(reading.folded[each.field].text[: each.start].split()[-1:])


def _site_of(
    deed: Mention, parties: Collection[Mention], sites: Collection[Mention], reading: Reading, *, has_object: bool
) -> int | None:
    """Return where in the text the base or camp stands that is shared, None where none is.

    That is right behind the verb ("share the Balad base"), before "shared with", or before the mark of an object.
    """
    folded = reading.folded[deed.field]
    clause = clause_of(deed, reading)
    begin, end = folded.within(clause.start, min(clause.end, len(folded.original)))
    wanted = BASES.union(*(folded.text[each.start : each.end].split() for each in sites))
    words = [(each[0], each.start()) for each in _WORD.finditer(folded.text, begin, end)]
    before = [each for each in words if each[1] < deed.start]
    behind = [each for each in words if each[1] >= deed.end]
    if not has_object:
        inside = folded.text[deed.start : deed.end].split()
        found = [at for word, at in words if word in wanted]
        forces = any(word in FORCES for word, _ in words)
        return (found or [deed.start])[0] if forces and (found or not wanted.isdisjoint(inside)) else None
    if is_last_verb(deed):
        return _before_mark(before, wanted)
    if not (WITH | {"by"}).isdisjoint(word for word, _ in behind[:1]):
        return next((at for word, at in before[-_REACH:] if word in wanted), None)
    said = {word for each in parties for word in folded.text[each.start : each.end].split()} - wanted
    rest = [(word, at) for word, at in behind if word not in said and word not in FORCES]
    for word, at in rest[: _REACH if deed.alias.isascii() else _NEAR]:
        if word in wanted:
            return at
        if word in _AWAY:
            break
    return None


def _before_mark(before: list[tuple[str, int]], wanted: Set[str]) -> int | None:
    """Return where a base stands that a Persian verb is done to; not "the video of the attack on the base"."""
    words = ["", *(word for word, _ in before)]
    site = next((n for n, word in enumerate(words) if word in wanted), None)
    if site is None or words[site - 1] in {*_AWAY, "به", OBJECT} or OBJECT in words[1:site]:
        return None
    return before[site - 1][1]


def _sides(deed: Mention, parties: Named, at: int, reading: Reading, *, has_object: bool) -> Roles:
    """Return who shares and with whom: not who only tells of it, nor whose base it is ("share a US base").

    `at`: where what is shared stands.
    """
    text = reading.folded[deed.field].text
    told = max((each.end() for each in _WORD.finditer(text, 0, deed.start) if each[0] in TELLING), default=0)
    by: list[str] = []
    on: list[str] = []
    for name, each in sorted(parties, key=lambda pair: pair[1].start):
        is_behind = each.start >= deed.end
        if each.start < told or (is_behind and _is_left(deed, each, reading)):
            continue
        # Arabic: verb, doer, partner, place
        beside = is_behind and bool(by) and (not has_object or (each.start < at and not deed.alias.isascii()))
        if not _is_and(each, reading) and (beside or not WITH.isdisjoint(text[told : each.start].split())):
            on.append(name)
        elif not is_behind or not by or not has_object or _is_and(each, reading):
            (on if on and _is_and(each, reading) else by).append(name)
    return tuple(dict.fromkeys(by)), tuple(each for each in dict.fromkeys(on) if each not in by)


def _is_left(deed: Mention, each: Mention, reading: Reading) -> bool:
    """Return whether a name stands in another part than a deed before it: behind a comma, or "during a visit of"."""
    between = reading.folded[deed.field].text[deed.end : each.start].split()
    return has_comma(deed, each, reading) or not (ASIDE | _DURING).isdisjoint(between)


def _is_and(each: Mention, reading: Reading) -> bool:
    """Return whether a name is a further one: "shared by US and PMF", or with an Arabic "and" attached."""
    text = reading.folded[each.field].text
    attached = each.attached and text[each.start] == "\u0648"
    return attached or text[: each.start].split()[-1:] in (["and"], ["و"])
