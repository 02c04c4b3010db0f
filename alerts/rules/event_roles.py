"""Of the names around a deed, tell its doers and its targets by the order of words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from alerts.rules.clause_words import (
    AND,
    DOING,
    DYING,
    INSIDE,
    LIGHT,
    MODIFIERS,
    NEGATIONS,
    OBJECT,
    OWN,
    PREPOSITIONS,
    RANKS,
    RELATIVES,
    SAYING,
    SAYS,
    SELF,
    SITES,
    TAKING,
    TURN,
    UPON,
)
from alerts.rules.event_agents import agents_of, has_object, is_persian_attack
from alerts.rules.event_clause import begins_clause, clause_of, has_comma
from alerts.rules.event_cues import STANDING
from alerts.rules.event_hosts import is_host, stays_there, to_host
from alerts.rules.event_marks import is_aimed_at, is_beside, is_kurdish, is_last_verb, is_marked_object, is_placed
from alerts.rules.event_owner import owner_of
from alerts.rules.event_parts import begins_part, leads
from alerts.rules.event_speaker import speaks
from alerts.rules.event_told import Event
from alerts.rules.event_voice import Voice, has_lam, is_doer_of_noun, names_a_thing
from alerts.rules.event_whose import WHOSE
from alerts.rules.reading import Mention, Reading

OWN_REACH = 3  # words from a deed to what is said to be somebody's own
ROLE_REACH = 6  # words between a deed and who does it or suffers it
LAST_REACH = 10  # the same before a verb that ends its clause: all else of the clause stands between
_ADJECTIVE = re.compile(r"(?<!ت)(?:ي|يه|يان|يين|يتان)$")  # Arabic nisba: "a strike American Saudi" names who strikes
_SET_OUT = ("انطلق", "تنطلق", "منطلق", "قادم", "القادم", "اطلقت", "المنطلق")  # what is followed by where from
Named = list[tuple[str, Mention]]  # names, each with its mention
Roles = tuple[tuple[str, ...], tuple[str, ...]]  # doers and targets


def roles_of(event: Event, named: Named, reading: Reading, told: Sequence[Event] = ()) -> Roles:
    """Return the doers and the targets of a deed among the names of its field; `told` are all deeds of that."""
    speakers = tuple(dict.fromkeys(name for name, each in named if speaks(each, event.deed, reading)))
    if not speakers:
        return _told_roles(event, named, reading, told)
    by, on = _told_roles(event, [pair for pair in named if pair[0] not in speakers], reading, told)
    return speakers, on or by  # whoever else is named with "we" suffers it


def _told_roles(event: Event, named: Named, reading: Reading, told: Sequence[Event]) -> Roles:
    clause = clause_of(event.deed, reading)
    near = [(name, each) for name, each in named if clause.has(each, reading) and not each.overlaps(event.deed)]
    near = [pair for pair in near if not _denies(pair[1], event, reading)]
    near = [pair for pair in near if not (pair[1].start >= event.deed.end and _is_origin(pair[1], reading))]
    left = _left(event, near, reading, told)
    right = _sides([pair for pair in near if pair[1].start >= event.deed.end], event.deed, reading, told)
    if is_last_verb(event.deed) and event.voice == "active" and left:
        roles = _kurdish_roles if is_kurdish(event.deed.alias) else _persian_roles
        return roles(near, event.deed, reading)
    beside, after, further = (*left, Side())[0], *(*right, Side(), Side())[:2]
    if doers := tuple(name for name, each in near if is_doer_of_noun(event.deed, each, event.voice, reading)):
        return doers, further.names if not UPON.isdisjoint(further.between) else ()
    if agents := agents_of(event.deed, near, reading, passive=event.voice != "active" or event.deed.kind == "either"):
        return agents
    if event.voice == "noun" and (owned := owner_of(event.deed, near, reading)):
        return (owned[0],), after.names if not UPON.isdisjoint(after.between) else ()
    first = leads(event, told, [each for _, each in near], reading)
    # behind a verb that is no deed, whoever is named first does both
    does = beside if first is event else (*(_left(first, near, reading, told) if first else left[::-1]), Side())[0]
    subject = replace(does, names=_subject(first or event, does, reading))
    begins = begins_clause(event.deed, reading)
    has_target = bool(further.names) and not _turns(further.between)
    if begins and event.voice == "active" and not has_target and has_object(event.deed, after.last, reading, told):
        return after.names, ()  # Arabic: verb, doer, and something that has no name
    by, on = _roles(event, beside, subject, after, further, begins=begins)
    if by and not on and event.voice != "passive" and by == after.names and not further.between:
        on = further.names  # they stand apart by an Arabic l-: "a shelling American of the PMF"
    owns = _is_owner(event, reading) or not SITES.isdisjoint(beside.between[:1])
    if owns and not (by or on):
        on = beside.names
    return by or tuple(name for name, each in named if each.overlaps(event.deed)), on  # Persian "attack of Iran"


def _is_origin(party: Mention, reading: Reading) -> bool:
    """Return whether what is struck came from there: Arabic "we destroyed drones launched from Iraq"."""
    words = reading.folded[party.field].text[: party.start].split()[-2:]
    return words[1:] == ["من"] and words[0].startswith(_SET_OUT)


def _left(event: Event, near: Named, reading: Reading, told: Sequence[Event]) -> list[Side]:
    """Return the groups of names before a deed, nearest first."""
    before = [pair for pair in near if pair[1].end <= event.deed.start]
    if event.voice == "passive" and is_last_verb(event.deed):  # "killed in an attack of the US"
        before = [pair for pair in before if not is_placed(pair[1], reading)] or before
        # Kurdish: "a soldier of the US in an attack on the base was killed"
        before = [pair for pair in before if not _is_target_of_another(pair[1], told, reading)] or before
    return _sides(before, event.deed, reading, told)


def _is_target_of_another(party: Mention, told: Sequence[Event], reading: Reading) -> bool:
    """Return whether a deed named before a name is done to it, so that the deed behind it is done to somebody else."""
    return any(each.deed.end <= party.start and is_aimed_at(each.deed, party, reading) for each in told)


def _subject(event: Event, before: Side, reading: Reading) -> tuple[str, ...]:
    """Return those of the names before a deed that may do it: not who tells of it, owns what suffers it, or dies."""
    deed, words = event.deed, before.between
    if not deed.alias.isascii():
        # in Arabic and Persian the doer stands behind the noun of a deed
        rest = reading.folded[deed.field].text[deed.end :].split()
        return before.names if event.voice != "noun" or not LIGHT.isdisjoint((*words[-1:], *rest)) else ()
    if words[:1] and words[0] in SITES:
        return ()
    if event.voice != "active":
        return before.names if (MODIFIERS | LIGHT).issuperset(words) else ()
    told = not SAYING.isdisjoint(words) and SELF.isdisjoint(words)
    inner = before.link in (UPON | INSIDE) - {"to"} or not RELATIVES.isdisjoint(words[-1:])
    return () if told or inner or before.stays or deed.alias in DYING else before.names


def _is_owner(event: Event, reading: Reading) -> bool:
    """Return whether what a deed is done to belongs to who was named before: "confirms strike on its base"."""
    words = reading.folded[event.deed.field].text[event.deed.end :].split()[:OWN_REACH]
    return any(word in OWN for word in words)


def _denies(party: Mention, event: Event, reading: Reading) -> bool:
    """Return whether a name is that of who denies a deed, which says nothing of who did it.

    It stands before an English denial, behind an Arabic one that begins its clause, and first in a Persian clause.
    """
    cue, deed = event.cue, event.deed
    if cue is None or not cue.term.startswith(f"${STANDING}denied"):
        return False
    text = reading.folded[deed.field].text
    if not NEGATIONS.isdisjoint(text[cue.start : cue.end].split()):
        return False  # "base was not attacked": nobody is said to deny it
    if cue.start > deed.start:
        return (not deed.alias.isascii() and party.end <= deed.start) or party.start > deed.end + len(
            text[deed.end : cue.start].partition(f" {OBJECT} ")[0]
        )
    if party.end <= cue.start:
        words = text[cue.end : deed.start].split()
        # "denies it struck", "denies striking"
        of_its_own = event.voice == "active" and (not SELF.isdisjoint(words) or deed.alias.endswith("ing"))
        return not of_its_own
    return party.end <= deed.start and not cue.alias.isascii() and begins_clause(cue, reading)


@dataclass(frozen=True, slots=True)
class Side:
    """The names nearest to a deed on one side of it, joined by "and" or by nothing, and the words between."""

    names: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    said: str = ""  # the first of the names as it is written
    link: str = ""  # the word before it
    last: Mention | None = None  # the last of the names
    stays: bool = False  # it is only said to be at a place: "base used by US troops"


def _sides(named: Named, deed: Mention, reading: Reading, told: Sequence[Event]) -> list[Side]:
    """Return the groups of names on one side of a deed, nearest first; none beyond the reach of a role."""
    text = reading.folded[deed.field].text
    reach = LAST_REACH if is_last_verb(deed) else ROLE_REACH
    sides: list[Side] = []
    last = deed
    for name, each in sorted(named, key=lambda pair: abs(pair[1].start - deed.start)):
        place = to_host(last, each, reading) if each.start >= deed.end else None
        words = words_between(deed, each, text) if place is None else place
        if len(words) - 2 * (not WHOSE.isdisjoint(words)) >= (ROLE_REACH if each.start >= deed.end else reach):
            break
        if not sides and each.start >= deed.end and deed.alias.isascii() and has_comma(deed, each, reading):
            break  # "Strike kills commander, US denies role": the name has a part of its own
        joined = sides and (
            each.overlaps(last) or (not _is_object(deed, last, each, reading) and _joins(last, each, reading, told))
        )
        if joined:
            sides[-1] = replace(sides[-1], names=(*sides[-1].names, name), last=each)
        else:
            link = " ".join(text[: each.start].split()[-1:])
            between = words_between(last, each, text) if place is None else place
            said = text[each.start : each.end]
            sides.append(Side((name,), between, said, link, each, stays_there(each, reading)))
        last = each if last is deed or not joined else max(last, each, key=lambda one: abs(one.start - deed.start))
    return sides


def _is_object(deed: Mention, one: Mention, other: Mention, reading: Reading) -> bool:
    """Return whether of two names side by side behind an Arabic verb the second suffers it: verb, doer, target."""
    if deed.kind not in {"active", "either"} or deed.alias.isascii() or is_last_verb(deed) or one.start < deed.end:
        return False
    return (
        begins_clause(deed, reading)
        and not words_between(one, other, reading.folded[deed.field].text)
        and not (other.attached or reading.folded[other.field].text[other.start : other.end].endswith(("ي", "يه")))
    )


def _joins(one: Mention, other: Mention, reading: Reading, told: Sequence[Event]) -> bool:
    """Return whether two names belong together: by "and", by a comma, or as one phrase, "Saudi oil tankers".

    So do a place and who is there: "Iraqi base housing US troops".
    """
    between = words_between(one, other, reading.folded[one.field].text)
    if has_lam(max(one, other, key=lambda each: each.start), reading):
        return False  # "a shelling American of the PMF"
    first, second = sorted((one, other), key=lambda each: each.start)
    if begins_part(first, second, told, reading) or _tells(first, second, reading):
        return False
    if AND.issuperset(between) or is_host(first, second, reading):
        return True
    is_deed = any(first.end <= each.deed.start and each.deed.end <= second.start for each in told)
    if not PREPOSITIONS.isdisjoint(between):
        return False  # "the killing of Soleimani in US strike"
    return len(between) == 1 and is_adjective(first, reading) and not (is_deed or has_comma(first, second, reading))


def _tells(first: Mention, second: Mention, reading: Reading) -> bool:
    """Return whether the second of two names behind a comma is that of who tells it: "on Kuwait, Bahrain says"."""
    behind = reading.folded[second.field].text[second.end :].split()[:OWN_REACH]
    return has_comma(first, second, reading) and not SAYS.isdisjoint(behind)


def is_adjective(each: Mention, reading: Reading) -> bool:
    """Return whether an English name has the form that stands before a noun: Saudi, Iranian, US."""
    said = reading.folded[each.field].text[each.start : each.end]
    return said == "us" or said.endswith(("ian", "i", "ish", "ese", "ican"))


def words_between(one: Mention, other: Mention, text: str) -> tuple[str, ...]:
    first, second = sorted((one, other), key=lambda each: each.start)
    return tuple(text[first.end : second.start].split())


def _roles(event: Event, before: Side, subject: Side, after: Side, further: Side, *, begins: bool) -> Roles:
    """Return the doers and the targets of a deed by the names nearest before it, after it, and behind those.

    `subject`: those before it that may do it. `begins`: the deed begins its clause.
    """
    owned = after.said.startswith("ل") and names_a_thing(after.between)
    if after.names and not owned and not UPON.isdisjoint(further.between) and event.voice != "active":
        return after.names, further.names  # "attack by Iran on Kuwait", and so in Arabic and Persian
    if not event.deed.alias.isascii():
        if begins and event.voice == "active" and further.names and not owned and not _turns(further.between):
            return after.names, further.names  # Arabic: verb, doer, target
        return _arabic_roles(event, before, subject, after)
    voice = _voice(event, after)
    turned = _turns(after.between)  # "closes Hormuz over ...", "strikes as ...": something else follows
    doing = DOING - {"from"} if voice == "active" else DOING  # "intercepts drones from Iran"
    doer = after.names if not doing.isdisjoint(after.between) else ()
    if voice == "passive" or (voice == "open" and before.names) or event.deed.alias in DYING:
        return doer, before.names  # "base struck by Iran", "base hit in attack", "soldiers die"
    target = () if turned or doer else after.names
    if voice == "noun":
        of = after.between == ("of",) and (event.deed.alias.endswith("ing") or event.deed.alias in TAKING)
        return doer or subject.names, target if of or not UPON.isdisjoint(after.between) else ()
    # "intercepts missiles fired by Iran": who stands behind "by" did the other deed
    return (subject.names or doer if voice == "active" else doer or subject.names), target


def _turns(between: tuple[str, ...]) -> bool:
    """Return whether words turn from a deed to something else; "a commander in Hezbollah" is still its target."""
    return any(
        word in TURN and not (word in {"in", "في"} and not RANKS.isdisjoint(between[:n]))
        for n, word in enumerate(between)
    )


def _persian_roles(named: list[tuple[str, Mention]], deed: Mention, reading: Reading) -> Roles:
    """Return the doers and the targets of a Persian verb, which ends its clause: targets are marked, doers are not."""
    before = [(name, each) for name, each in named if each.end <= deed.start]
    on = [name for name, each in before if is_marked_object(each, reading)]
    by = [(name, each) for name, each in before if name not in on]
    text = reading.folded[deed.field].text
    # whoever stands behind the object does it: "the strike of Iran on Kuwait" + OBJECT + "Centcom denied"
    words = {name: text[: each.start].split() for name, each in by}
    behind = [name for name, _ in by if OBJECT in words[name] and INSIDE.isdisjoint(words[name][-OWN_REACH:])]
    return tuple(behind or [name for name, _ in by]), tuple(on)


def _kurdish_roles(named: Named, deed: Mention, reading: Reading) -> Roles:
    """Return the doers and the targets of a Kurdish verb: targets are marked, or behind the doer, who comes first."""
    before = [(name, each) for name, each in named if each.end <= deed.start]
    beside = [each for _, each in before if is_beside(each, reading)]  # where it is done, and nobody who does it
    on = [name for name, each in before if is_marked_object(each, reading, kurdish=True) or _is_one_of(each, beside)]
    on += [name for name, each in named if each.start >= deed.end and is_aimed_at(deed, each, reading)]
    by = [(name, each) for name, each in before if name not in on]
    if not on:
        text = reading.folded[deed.field].text
        between = {name: words_between(by[0][1], each, text) for name, each in by[1:]}
        on = [name for name, words in between.items() if not words or not AND.issuperset(words)]
    return tuple(name for name, _ in by if name not in on), tuple(on)


def _is_one_of(party: Mention, mentions: Sequence[Mention]) -> bool:
    return any(party.overlaps(each) for each in mentions)


def _voice(event: Event, after: Side) -> Voice:
    """Return the voice of an English deed; "US strikes in Iraq" is a noun, and "base struck in Iraq" is open."""
    if event.voice == "open" and (event.deed.alias.endswith("s") or after.between[:1] in {("on",), ("against",)}):
        return "noun"
    return event.voice


def _arabic_roles(event: Event, before: Side, subject: Side, after: Side) -> Roles:
    """Return the doers and the targets of an Arabic or Persian deed.

    The adjective behind a noun says who does it ("a strike American"), "on" says to whom. A name before a verb is its
    doer where another follows.
    """
    turned = _turns(after.between)
    if not UPON.isdisjoint(after.between[-OWN_REACH:]):
        return subject.names, after.names
    has_doer = subject.names or (event.voice == "active" and before.names)
    adjective = not after.between and _ADJECTIVE.search(after.said) and not has_doer
    if after.names and not after.between and event.voice == "noun" and is_persian_attack(event.deed):
        return after.names, ()  # the doer follows: "attack of Israel"
    # "an attack from Iran", and not "four killed of the Guards"
    if after.names and (adjective or (len(after.between) == 1 and after.between[0] in DOING)):
        return after.names, () if event.voice == "noun" else before.names
    if event.voice == "passive":
        return (), before.names or (() if turned else after.names)
    return subject.names, () if turned else after.names
