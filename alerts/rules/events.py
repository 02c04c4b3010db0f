"""Read an event from words: a deed, who does it to whom, where, and whether it happened. Pure.

A deed is a list of the config named `deed-...`, best of words with all their forms (`strike~`). Each mention of one is
read in its clause: by the voice of the form and the order of the words it is known on which side its doer and its
target may stand; cue words around it (lists named `standing-...`) say that it is denied, asked for, expected,
remembered and so on. Where word order leaves it open, a name on either side may be either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from alerts.rule import Condition
from alerts.rules.clause_words import ARMS, FORCES
from alerts.rules.event_clause import clause_of
from alerts.rules.event_cues import CUES, NEAR_CHARS
from alerts.rules.event_marks import is_kurdish, is_last_verb
from alerts.rules.event_numbers import Asked, numbers
from alerts.rules.event_reach import REACHES, distance, reaches
from alerts.rules.event_speaker import speaks
from alerts.rules.event_standing import standing
from alerts.rules.event_told import Event
from alerts.rules.event_voice import voice
from alerts.rules.lexicon import DENIED
from alerts.rules.reading import FIELDS, Mention, Mentions, Reading

Evaluate = Callable[[Condition, Reading], Mentions | None]
DEED = "deed-"  # how the lists of deeds are named
ROLES = tuple(REACHES)
_NAMES = "names"  # under which a reading keeps them
_STATIONS = {"station", "stations"}  # a verb only where one of these stands behind it
_STATIONED = {"jets", "fighters", "bombers", "aircraft", "planes", "warships", "ships", "tanks", "batteries", "police"}
_STATIONED |= {"guards", "helicopters", "destroyers", "vessels", "marine", "sailors", "airmen", "advisers", "patriots"}
_OBJECT_REACH = 4  # words behind a verb
_OF_ARMS = {"precision", "accuracy", "weapon", "weapons", "arsenal", "force", "power", "effect", "efficiency", "game"}
_OF_ARMS |= {"threat", "threats", "new", "serious", "enemy", "reach", "skill", "potential"}
DEEDS_READ = 60  # of a field, from its beginning: what stands behind so many is no news of this article


def find(condition: Condition, reading: Reading, evaluate: Evaluate) -> Mentions | None:
    """Return the mentions of every event that an `event` condition asks for, None if there is none."""
    asked = dict(zip(roles(condition), condition.children[1:], strict=False))
    wanted = condition.options["standing"]
    assert isinstance(wanted, tuple)
    found: list[Mention] = []
    parties = {role: evaluate(child, reading) or () for role, child in asked.items()}
    if not all(parties.values()):
        return None
    for deed in deeds(condition, reading, evaluate):
        near = _near(deed, parties, reading)
        if near is None:
            continue  # how most deeds of a text are told need not be read: nobody asked for is named near them
        event = event_of(deed, condition, reading, evaluate)
        chosen = _parties(event, near, reading) if event.standing in wanted else None
        counted = None if chosen is None else _numbers(condition, event, reading)
        if chosen is not None and counted is not None:
            found += [event.deed, *chosen, *counted]
    return tuple(dict.fromkeys(found)) or None


def events(condition: Condition, reading: Reading, evaluate: Evaluate) -> list[Event]:
    """Return each mention of the deeds that a condition names, with its voice and standing."""
    return [event_of(each, condition, reading, evaluate) for each in deeds(condition, reading, evaluate)]


def deeds(condition: Condition, reading: Reading, evaluate: Evaluate) -> list[Mention]:
    """Return each mention of the deeds that a condition names, without those inside another or a name."""
    asked = condition.children[0]
    if not any(child.term in reading.terms for child in asked.children):
        return []  # of a desk's deeds most are in no word of an article
    known = reading.known.get((DEED, id(asked)))
    if known is None:
        # the condition is kept with its deeds: its id is its own only while it lives
        known = reading.known[DEED, id(asked)] = (asked, _deeds(asked, reading, evaluate))
    found: list[Mention] = known[1]
    return found


def _deeds(asked: Condition, reading: Reading, evaluate: Evaluate) -> list[Mention]:
    forms = (each for child in asked.children for each in reading.mentions.get(f"{DENIED}{child.term}", ()))
    told = (*(evaluate(asked, reading) or ()), *(each for each in forms if each.kind != "noun"))
    longest: list[Mention] = []
    for field in FIELDS if told else ():
        first = sorted({each for each in told if each.field == field}, key=_in_order)
        read = first[:DEEDS_READ]
        longest += [
            each
            for each in read
            if not any(inside(each, other) for other in (*read, *_names(reading))) and not _is_no_deed(each, reading)
        ]
    return longest


def _is_no_deed(deed: Mention, reading: Reading) -> bool:
    """Return whether an English word of a deed is another word: arms show "deadly precision", a station is a place."""
    behind = reading.folded[deed.field].text[deed.end :].split()[:_OBJECT_REACH]
    if deed.alias == "deadly":
        return not _OF_ARMS.isdisjoint(behind[:1])
    return deed.alias in _STATIONS and (_STATIONED | FORCES | ARMS).isdisjoint(behind)


def _in_order(deed: Mention) -> tuple[int, int, bool, str, str, str]:
    """Return by what deeds are ordered, longest first; of two readings of one word ("sanctions") the verb is first."""
    return deed.start, -deed.end, deed.kind in {"", "noun"}, deed.kind, deed.term, deed.alias


def _names(reading: Reading) -> tuple[Mention, ...]:
    """Return the mentions of names: a deed inside one is none ("Martyrs" in the name of a brigade)."""
    known: tuple[Mention, ...] | None = reading.known.get(_NAMES)
    if known is None:
        named = (each for mentions in reading.mentions.values() for each in mentions if each.entity)
        known = reading.known[_NAMES] = tuple(dict.fromkeys(named))
    return known


def inside(each: Mention, other: Mention) -> bool:
    """Return whether a mention is a part of a longer one: "strike" of "air strike", not "down" of "down Iranian"."""
    is_part = each.field == other.field and other.start <= each.start and each.end <= other.end
    return is_part and other.end - other.start > each.end - each.start


def roles(condition: Condition) -> tuple[str, ...]:
    """Return the roles that an `event` condition asks for; their conditions are its children after the deeds."""
    given = condition.options["roles"]
    assert isinstance(given, tuple)
    return given


def asking(condition: Condition) -> tuple[Condition, ...]:
    """Return the children that a condition asks for: of an event without the cues that only say how it stands."""
    return condition.children[: 1 + len(roles(condition))] if condition.op == "event" else condition.children


def farthest(condition: Condition) -> list[int | None]:
    """Return for each role that an `event` condition asks for how many words from the deed it stands at most.

    None for who does it: a speaker ("we struck the base") may stand farther away.
    """
    return [None if role == "by" else REACHES[role] for role in roles(condition)]


def numbers_asked(condition: Condition) -> tuple[Asked, ...]:
    """Return what an `event` condition asks of its numbers."""
    asked = condition.options.get("numbers", ())
    assert isinstance(asked, tuple)
    return asked


def _numbers(condition: Condition, event: Event, reading: Reading) -> list[Mention] | None:
    asked = numbers_asked(condition)
    if not asked:
        return []
    clause = clause_of(event.deed, reading)
    return numbers(asked, event.deed, (clause.start, clause.end), reading)


def _cues(condition: Condition, reading: Reading, evaluate: Evaluate) -> Mapping[str, Mentions]:
    children = condition.children[1 + len(roles(condition)) :]
    return {name: evaluate(child, reading) or () for name, child in zip(CUES, children, strict=True)}


def event_of(deed: Mention, condition: Condition, reading: Reading, evaluate: Evaluate) -> Event:
    """Return how a deed is told. Every condition asks for the same cues, so it is read once."""
    known: Event | None = reading.known.get((DEED, deed))
    if known is None:
        spoken, cues = voice(deed, reading), _cues(condition, reading, evaluate)
        known = reading.known[DEED, deed] = Event(deed, spoken, *standing(deed, spoken, cues, reading))
    return known


def _near(deed: Mention, parties: Mapping[str, Mentions], reading: Reading) -> dict[str, list[Mention]] | None:
    """Return the mentions for each role that stand within its reach, on whichever side; None where a role has none."""
    near = {}
    for role, mentions in parties.items():
        most = REACHES[role]
        near[role] = [
            each
            for each in mentions
            if each.field == deed.field
            and abs(each.start - deed.start) <= NEAR_CHARS
            and not each.overlaps(deed)
            and (distance(deed, each, reading) <= most or (role == "by" and speaks(each, deed, reading)))
        ]
        if not near[role]:
            return None
    return near


def _parties(event: Event, near: Mapping[str, list[Mention]], reading: Reading) -> list[Mention] | None:
    """Return one mention for each role, the nearest; None where none stands on the side of its role."""
    clause = clause_of(event.deed, reading)
    chosen: list[Mention] = []
    for role, mentions in near.items():
        fitting = [
            each
            for each in mentions
            if not any(each.overlaps(other) for other in chosen)
            and (
                (role == "by" and speaks(each, event.deed, reading))
                or ((role == "in" or clause.has(each, reading)) and reaches(role, event, each, reading))
            )
        ]
        if not fitting:
            return None
        # a Kurdish doer comes first: "the US" + "Iran" + "bombed"
        first = role == "by" and event.voice == "active" and is_last_verb(event.deed) and is_kurdish(event.deed.alias)
        nearest = max if first else min
        chosen.append(nearest(fitting, key=lambda each: distance(event.deed, each, reading)))
    return chosen
