"""Deeds whose doer and target are told by what they mean: who leaves, who is dissolved, who is only warned of. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from alerts.event import HAPPENED
from alerts.rules.clause_words import ASIDE, OBJECT, PREPOSITIONS, SELF
from alerts.rules.event_clause import clause_of, ends_clause, has_comma
from alerts.rules.event_marks import is_last_verb
from alerts.rules.event_roles import Roles
from alerts.rules.event_told import Event
from alerts.rules.event_voice import comma_follows
from alerts.rules.reading import Mention, Reading

DISSOLVE, THREATEN = "dissolve", "threaten"
_DENY = "deny"
MOVES = frozenset({"withdraw", "deploy"})
_TAKEN_OUT = ("evacuat", "تخل", "إخل", "أخل", "اخل", "اجل", "إجل", "أجل")  # of an evacuation, which is done to somebody
_WARNS = ("warn", "حذر", "يحذر", "تحذر", "تحذير", "هشدار", "هۆشدار")
_OF = {"of", "about", "من"}  # behind a warning: before what befalls somebody
_ABOUT = ("نسبت به", "درباره", "از")  # the same before a Persian one
_OWN_ANSWER = {"response", "retaliation", "consequences", "revenge", "retribution", "reprisals", "رد", "الرد", "عواقب"}
_OWN_ANSWER |= {"انتقام", "پاسخ", "پيامد", "پيامدهاي", "پيامدها", "تلافي"}
_REACH = 4
_OPEN = {"open", "closed", "مفتوح", "مفتوحا", "مغلقا", "باز", "بسته"}  # what a strait is, whatever else is done there
_BY_ITSELF = SELF | {"itself", "themselves"}


def of_move(event: Event, roles: Roles, places: Collection[str]) -> Roles:
    """Return the roles of who leaves or comes: whoever is named does so, and a place suffers nothing by it."""
    by, on = roles[0], tuple(each for each in roles[1] if each not in places)
    if event.deed.alias.startswith(_TAKEN_OUT):
        return roles
    return (by, on) if by else (on, ())


def of_dissolving(
    event: Event, roles: Roles, named: Sequence[tuple[str, Mention]], groups: Collection[str], reading: Reading
) -> Roles:
    """Return the roles of who dissolves a group, which a state does: also where it stands further away."""
    named = [pair for pair in named if pair[1].end <= event.deed.start or not has_comma(event.deed, pair[1], reading)]
    by = tuple(each for each in (*roles[0], *roles[1]) if each not in groups)
    on = tuple(dict.fromkeys(name for name, _ in named if name in groups))
    states = tuple(dict.fromkeys(name for name, _ in named if name not in groups))
    return by or (states if len(states) == 1 else ()), on


def without_other_senses(
    told: Sequence[tuple[str, Event]], groups: Sequence[Mention], attacks: Collection[str], reading: Reading
) -> list[tuple[str, Event]]:
    """Return deeds, each with its name, without what a group dissolves that is none, and "it remains open" beside one
    of `attacks`: it denies a closure, and nothing of that.
    """
    done = any(deed in attacks and event.standing == HAPPENED for deed, event in told)
    return [
        (deed, event)
        for deed, event in told
        if not (deed == DISSOLVE and _is_of_no_group(event, groups, reading))
        and not (deed == _DENY and done and not _OPEN.isdisjoint(event.deed.alias.split()))
    ]


def _is_of_no_group(event: Event, groups: Sequence[Mention], reading: Reading) -> bool:
    """Return whether a group dissolves something that is none: "Kataib Hezbollah dissolves truce"."""
    deed = event.deed
    if (
        event.voice != "active"
        or not deed.alias.isascii()
        or ends_clause(deed, reading)
        or comma_follows(deed, reading)
    ):
        return False
    near = [each for each in groups if each.field == deed.field and clause_of(deed, reading).has(each, reading)]
    behind = reading.folded[deed.field].text[deed.end :].split()[:1]
    return (
        any(each.end <= deed.start for each in near)
        and not any(each.start >= deed.end and not has_comma(deed, each, reading) for each in near)
        and (_BY_ITSELF | ASIDE | PREPOSITIONS | {"under", "to"}).isdisjoint(behind)
    )


def only_warns_of(event: Event, reading: Reading) -> bool:
    """Return whether a warning is of what befalls others, and not to somebody: "warns of isolation of Iraq"."""
    deed, text = event.deed, reading.folded[event.deed.field].text
    if not deed.alias.startswith(_WARNS):
        return False
    if is_last_verb(deed):
        before = f" {text[: deed.start]}"
        about = max((before.rfind(f" {word} ") for word in _ABOUT), default=-1)
        words = before[about:].split() if about >= 0 else []
        return bool(words) and OBJECT not in words and _OWN_ANSWER.isdisjoint(words)
    behind = text[deed.end :].split()
    return behind[:1] != [] and behind[0] in _OF and _OWN_ANSWER.isdisjoint(behind[1 : 1 + _REACH])
