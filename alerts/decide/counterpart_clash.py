"""What forbids a link between two reports in different languages, beside what forbids it in any language. Pure.

A sum of evidence takes much of what two reports of one war have in common for one event. These kinds were found among
links that were wrong (decision 276): each says that the two tell of different deeds, however much else they share.
"""

from __future__ import annotations

from collections.abc import Iterable

from alerts.decide.counterpart_numbers import numbers_clash
from alerts.decide.counterpart_words import other_sides, other_things
from alerts.decide.event_acts import is_within, narrowest
from alerts.decide.event_evidence import DONE, Told
from alerts.event import UNLISTED
from alerts.rule import EventSettings

_HARM = frozenset({"kill", "wound", "strike"})  # as `alike` names them
_REACTION = "condemn"
_PAST = "remembered"
_BESIDE = "background"
_NOT_DONE = frozenset({"expected", "conditional", "asked", "denied"})


def other_event(one: Told, other: Told, settings: EventSettings) -> str:
    """Return in words why what two reports say is not one event, "" where nothing says so. The earlier one is first."""
    if numbers := numbers_clash(one.casualties, other.casualties, one.weapons, other.weapons):
        return f"other numbers: {numbers}"
    if where := _elsewhere(one, other, settings):
        return f"other places: {where}"
    if what := other_things(one.title, other.title):
        return f"other things: {what}"
    if _of_one_place(one, other, settings) and (sides := other_sides(one.title, other.title)):
        return f"other parts of one place: {sides}"
    if _victims_strike(one, other, settings) or _victims_strike(other, one, settings):
        return "who is harmed in one strikes in the other"
    return _only_one_is_done(one, other) or _sides_apart(one, other, settings) or _spoken_apart(one, other, settings)


def _only_one_is_done(one: Told, other: Told) -> str:
    """Return what one report only expects and the other tells as done, where both tell nothing else; or a reaction."""
    if _reacts(one) != _reacts(other):
        return "one is a reaction to it"
    shared = sorted(one.deeds & other.deeds)
    if not shared:
        return ""
    for ours, theirs in ((one, other), (other, one)):
        if all(_stands(ours, deed) <= _NOT_DONE and DONE in _stands(theirs, deed) for deed in shared):
            return f"{shared[0]} to come, and {shared[0]} that was done"
        if all(_stands(ours, deed) == {_BESIDE} and DONE in _stands(theirs, deed) for deed in shared):
            return f"what comes after {shared[0]}, and {shared[0]} itself"
        # a funeral tells of a kill, and not of the one that happens now
        if all(_stands(ours, deed) == {_PAST} and DONE in _stands(theirs, deed) for deed in shared):
            return f"{shared[0]} that is remembered, and {shared[0]} that was done"
    return ""


def _reacts(one: Told) -> bool:
    return (one.ends if one.is_verb_last else one.begins) == _REACTION


def _stands(one: Told, deed: str) -> set[str]:
    return {stood for each, stood in one.standings if each == deed}


def _sides_apart(one: Told, other: Told, settings: EventSettings) -> str:
    """Return an attack that others did, or did to others, where neither headline names who the other one does."""
    attacks = sorted((one.deeds & other.deeds & settings.by_target) - settings.defences)
    for what, ours, theirs in (("by", one.doers, other.doers), ("on", one.targets, other.targets)):
        told = [(deed, ours.get(deed), theirs.get(deed)) for deed in attacks]
        apart = [(deed, mine, others) for deed, mine, others in told if mine and others]
        if apart and all(
            not _meet(mine, other.names, settings) and not _meet(others, one.names, settings)
            for _, mine, others in apart
        ):
            return f"{apart[0][0]} {what} somebody else"
    return ""


def _elsewhere(one: Told, other: Told, settings: EventSettings) -> str:
    """Return a place that no list names and one that is no state, where each report tells one of them."""
    for ours, theirs in ((one.places, other.places), (other.places, one.places)):
        unlisted = sorted(each for each in ours if each.startswith(UNLISTED))
        listed = sorted(each for each in theirs if not each.startswith(UNLISTED) and each not in settings.parties)
        if unlisted and listed and len(ours) == len(unlisted) and len(theirs) == len(listed):
            return f"{unlisted[0].removeprefix(UNLISTED)} and {listed[0]}"
    return ""


def _of_one_place(one: Told, other: Told, settings: EventSettings) -> bool:
    """Return whether two reports name the same places, or where one tells none, the same of everything."""
    ours, theirs = narrowest(one.places, settings.wider), narrowest(other.places, settings.wider)
    return ours == theirs if ours and theirs else one.names == other.names


def _victims_strike(one: Told, other: Told, settings: EventSettings) -> bool:
    """Return whether one begins with harm to who does, and does not suffer, that with which the other begins."""
    # of the words for "wound" some are also "hit", so who is read as its doer may be its victim
    if one.begins not in _HARM or other.begins not in _HARM - {"wound"} or one.begins == other.begins:
        return False
    victims, strikers = one.targets.get(one.begins, frozenset()), other.doers.get(other.begins, frozenset())
    struck = other.targets.get(other.begins, frozenset())
    return bool(struck) and _meet(victims, strikers, settings) and not _meet(victims, struck, settings)


def _spoken_apart(one: Told, other: Told, settings: EventSettings) -> str:
    """Return why two statements, or two deeds that are only expected, are not the same one.

    Who speaks stands first: of a statement where he is read as its doer, of a deed that is to come where nobody is.
    """
    for deed in sorted((one.deeds & other.deeds) - settings.by_target - settings.lasting.keys()):
        ours, theirs = one.doers.get(deed, frozenset()), other.doers.get(deed, frozenset())
        if one.first_name in ours and other.first_name in theirs and not _meet(ours, theirs, settings):
            return f"{deed} by somebody else"
        if one.begins == other.begins == deed and _names_its_own(one, other, settings):
            return f"{deed} of something else"
    for deed in sorted(_only_expected(one) & _only_expected(other)):
        ours, theirs = (each.doers.get(deed) or frozenset({each.first_name}) for each in (one, other))
        beside = one.targets.get(deed, frozenset()) | other.targets.get(deed, frozenset())
        # who is read as the doer here and suffers it there was read in two ways
        if not _meet(ours, theirs, settings) and not _meet({*ours, *theirs}, beside, settings):
            return f"{deed} to come by somebody else"
    return ""


def _only_expected(one: Told) -> set[str]:
    """Return the deeds that a report tells as to come, and in no other way."""
    return {deed for deed in one.deeds if _stands(one, deed) == {"expected"}}


def _names_its_own(one: Told, other: Told, settings: EventSettings) -> bool:
    """Return whether each names a state that the other does not name, nor any place in it."""
    return all(
        any(each in settings.parties and not _meet({each}, theirs.names, settings) for each in ours.names)
        for ours, theirs in ((one, other), (other, one))
    )


def _meet(some: Iterable[str], others: Iterable[str], settings: EventSettings) -> bool:
    others = [*others]
    return any(is_within(each, another, settings.wider) for each in some for another in others)
