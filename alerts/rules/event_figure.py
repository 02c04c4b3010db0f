"""Whether a word of a deed is a figure of speech, by what it is done to: "seize the chance", "kill a bill". Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alerts.rules.clause_words import (
    ARABIC_PREPOSITIONS,
    ARMS,
    FALLING,
    INSIDE,
    LINKS,
    MODIFIERS,
    OBJECT,
    PREPOSITIONS,
    TO,
    WEAPONS,
)
from alerts.rules.event_clause import clause_of, ends_clause, has_comma
from alerts.rules.event_marks import is_last_verb
from alerts.rules.event_seized import SHIPS
from alerts.rules.event_told import Event
from alerts.rules.reading import Mention, Reading

# deeds by whose words something else may be meant
WARLIKE = frozenset({"strike", "assault", "attack", "raid", "kill", "seize", "arrest", "launch", "intercept", "die"})
WARLIKE |= {"wound", "invade", "overthrow"}
_REACH = 4  # words between a deed and the head of its object
_PARTICLES = {"off", "down", "out", "up", "on"}  # a part of the verb: "kills off talks"
_WITH = {"with"}  # before the means: "bombards Trump with questions"
_ENDS = PREPOSITIONS | LINKS | INSIDE | {"to", "into", "against", "that", "s"}
_AGAINST = {"against", "ضد", "عليه"}
_SHARP = {"blast", "blasts", "blasted", "blasting"}  # of words, where it is said what over
_OVER = {"over"}
_PARTY = "$party-"  # before the lists of who acts
_FIRED = (
    FALLING | WEAPONS | {"drones", "uav", "uavs", "bombs", "مسيره", "مسيرات", "مسيرتان", "پهپاد", "پهپادهاي", "بمب"}
)
_FIRING = {"fire", "fires", "fired", "firing"}
_OFFICES = {"minister", "secretary", "adviser", "advisor", "spokesman", "spokeswoman", "envoy", "ambassador", "aide"}
_OFFICES |= {
    "official",
    "officials",
    "chief",
    "director",
    "general",
    "governor",
    "commander",
    "head",
    "staff",
    "ministers",
}
# no figure: "a military campaign"
_ARMED = MODIFIERS | ARMS | {"عسكريه", "عسكري", "جويه", "بريه", "بحريه", "نظامي", "جوي", "صاروخيه", "مدفعيه"}
_ARMED |= {"قصف", "ضربات", "غارات", "هجمات", "اغتيالات", "bombing", "strikes", "attacks", "raids", "airstrikes"}
_ARMED |= {"shelling", "sabotage"}
_BOMBING = ("bomb", "shell", "قصف", "يقصف", "تقصف", "بمباران", "بۆردومان")  # with bombs a venue is struck, and no talks
_SHOWERS = ("bombard", "hit", "slap", "pepper")  # may be done with words
_NAMED_WITH = 3  # words of a campaign that say with what


def without_figures(
    told: Sequence[tuple[str, Event]], nobodys: Sequence[Mention], reading: Reading
) -> list[tuple[str, Event]]:
    """Return deeds, each with its name, without those that are figures of speech; one word may tell of several."""
    figures = {event.deed.start for deed, event in told if deed in WARLIKE and is_figurative(event, nobodys, reading)}
    return [pair for pair in told if pair[1].deed.start not in figures]


def is_figurative(event: Event, nobodys: Iterable[Mention], reading: Reading) -> bool:
    """Return whether a deed is done to what nobody does it to in war; `nobodys` are the mentions of such things."""
    deed, text, clause = event.deed, reading.folded[event.deed.field].text, clause_of(event.deed, reading)
    near = [each for each in nobodys if each.field == deed.field and clause.has(each, reading)]
    near = [each for each in near if not each.overlaps(deed)]
    if _is_done_by_arms(deed, text):
        return False
    if is_last_verb(deed):
        return any(_is_marked(deed, each, text) for each in near)
    if not deed.alias.isascii():
        return any(_follows(deed, each, reading) for each in near)
    if event.voice in {"passive", "open"} and any(each.end + 1 == deed.start for each in near):
        return True
    if event.voice == "noun" and deed.alias not in _SHARP:
        return False
    return any(_is_object(deed, each, reading) for each in near) or _dismisses(deed, text) or _scolds(deed, reading)


def _dismisses(deed: Mention, text: str) -> bool:
    """Return whether an official is fired."""
    return deed.alias in _FIRING and not _OFFICES.isdisjoint(_object_of(text[deed.end :].split()))


def _scolds(deed: Mention, reading: Reading) -> bool:
    """Return whether somebody blasts somebody over something: with words, as bombs are blasts of nobody."""
    text = reading.folded[deed.field].text
    behind = text[deed.end :].split()[: _REACH + 1]
    return (
        deed.alias in _SHARP
        and not _OVER.isdisjoint(behind[1:])
        and any(
            each.field == deed.field and each.end + 1 == deed.start and _is_name(term, each)
            for term, mentions in reading.mentions.items()
            for each in mentions
        )
    )


def _is_object(deed: Mention, thing: Mention, reading: Reading) -> bool:
    """Return whether an English noun is the head of the object of a verb, or of what it is done with."""
    text = reading.folded[deed.field].text
    if thing.start < deed.end or has_comma(deed, thing, reading):
        return False
    between, behind = text[deed.end : thing.start].split(), text[thing.end :].split()[:1]
    head = not behind or behind[0] in _ENDS or ends_clause(thing, reading)
    of = text[thing.end :].split()[1:_NAMED_WITH] if behind == ["of"] else []
    armed = not (_ARMED - {"s"}).isdisjoint((*between, *of))
    if not head or not _AGAINST.isdisjoint(behind) or armed:
        return False
    if not _WITH.isdisjoint(between):
        n = between.index("with")
        return len(between) - n <= _REACH and _is_showered(deed, between[:n], reading)
    if between[:1] and between[0] in _PARTICLES:
        between = between[1:]
    return len(between) < _REACH and (_ENDS - {"s"}).isdisjoint(between)


def _is_done_by_arms(deed: Mention, text: str) -> bool:
    """Return whether bombs or missiles do a deed, which strike a venue of talks and no figure."""
    before = text[: deed.start].split()[-1 if deed.alias.isascii() else -_NAMED_WITH :]
    with_words = deed.alias.startswith(_SHOWERS) and not _WITH.isdisjoint(text[deed.end :].split()[: 2 * _REACH])
    is_fired = not _FIRED.isdisjoint(before) and not deed.alias.startswith("kill")  # a strike may kill hopes
    return is_fired or (deed.alias.startswith(_BOMBING) and not with_words)


def _is_showered(deed: Mention, between: list[str], reading: Reading) -> bool:
    """Return whether a deed is done to somebody by name and with words: "bombards Trump with questions"."""
    end = deed.end + 1 + len(" ".join(between))
    return deed.alias.startswith(_SHOWERS) and any(
        each.field == deed.field and (each.start, each.end) == (deed.end + 1, end) and _is_name(term, each)
        for term, mentions in reading.mentions.items()
        for each in mentions
    )


def _is_name(term: str, each: Mention) -> bool:
    return bool(each.entity) or (term.startswith(_PARTY) and term != f"{_PARTY}{SHIPS}")


def _object_of(words: list[str]) -> list[str]:
    """Return the words behind a verb up to the first that ends its object."""
    return words[: next((n for n, word in enumerate(words) if word in _ENDS), len(words))]


def _follows(deed: Mention, thing: Mention, reading: Reading) -> bool:
    """Return whether an Arabic noun is what a deed is done to: right behind it, or behind the doer of a verb.

    Behind another noun it says whose that is: "the seat of the talks", "an investigating judge".
    """
    text = reading.folded[deed.field].text
    if thing.start < deed.end:
        return False
    between, behind = text[deed.end : thing.start].split(), text[thing.end :].split()[:_NAMED_WITH]
    ends = next((n for n, word in enumerate(behind) if word in _ENDS | ARABIC_PREPOSITIONS), len(behind))
    if not _ARMED.isdisjoint(word.removeprefix("ب").removeprefix("ال") for word in behind[:ends]):
        return False
    doer = deed.kind != "noun" and (
        all(word.startswith("ال") for word in between)
        or any(
            each.field == deed.field and (each.start, each.end) == (deed.end + 1, thing.start - 1)
            for term, mentions in reading.mentions.items()
            for each in mentions
            if _is_name(term, each)
        )
    )
    return not between or (doer and len(between) < _REACH and _ENDS.isdisjoint(between))


def _is_marked(deed: Mention, thing: Mention, text: str) -> bool:
    """Return whether a Persian noun is what a verb is done to: behind "be", or before the mark of an object."""
    if thing.end > deed.start:
        return False
    return TO in text[: thing.start].split()[-1:] or OBJECT in text[thing.end : deed.start].split()[:1]
