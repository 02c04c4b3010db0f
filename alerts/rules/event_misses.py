"""Say of an event that was not found what it lacks: which deed is nearest, and what stands between it and the rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.event import HAPPENED
from alerts.rule import Condition
from alerts.rules.event_clause import Clause, clause_of
from alerts.rules.event_numbers import Asked, number_of
from alerts.rules.event_reach import distance, reaches
from alerts.rules.event_told import Event
from alerts.rules.event_voice import REACH
from alerts.rules.events import DEED, Evaluate, events, numbers_asked, roles
from alerts.rules.reading import Mention, Mentions, Reading

ROLE_WORDS = {"by": "who does it", "on": "whom it is done to", "in": "where it is done"}
_OTHER = {"by": "on", "on": "by"}
_OTHERS = 3  # deeds of other lists that are named
_SLOT_WORDS = 4  # of the words beside a deed that are shown where nobody known stands


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a deed from being the event a rule asks for.

    `role` is "by", "on" or "in" where no name of a party was found, "" otherwise; `seen` is what stands in its place.
    `against` is the term of the word that makes of the deed one that is not told as done.
    """

    why: str = ""
    role: str = ""
    seen: str = ""
    against: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A deed that was found, the parties it has, and the obstacles; `deed` is None where no deed was found."""

    deed: Mention | None
    parties: Mentions
    obstacles: tuple[Obstacle, ...]


def nearest_attempt(condition: Condition, reading: Reading, evaluate: Evaluate) -> Attempt:
    """Return the deed of an `event` condition with the fewest obstacles; of several the first in the article."""
    asked = dict(zip(roles(condition), condition.children[1:], strict=False))
    parties = {role: evaluate(child, reading) or () for role, child in asked.items()}
    found = events(condition, reading, evaluate)
    if not found:
        kept = tuple(mentions[0] for mentions in parties.values() if mentions)
        return Attempt(None, kept, tuple(Obstacle(role=role) for role, mentions in parties.items() if not mentions))
    attempts = [_attempt(event, parties, condition, reading) for event in found]
    return min(attempts, key=lambda each: len(each.obstacles))


def _attempt(event: Event, parties: Mapping[str, Mentions], condition: Condition, reading: Reading) -> Attempt:
    kept: list[Mention] = []
    obstacles = _standing(event, condition, reading)
    for role, mentions in parties.items():
        if not mentions:
            obstacles.append(Obstacle(role=role, seen=_slot(role, event, reading)))
            continue
        near = [each for each in mentions if each not in kept and not _obstacle(role, event, each, reading)]
        if near:
            kept.append(near[0])
        else:
            first = min(mentions, key=lambda each: (each.field != event.deed.field, abs(each.start - event.deed.start)))
            why = _obstacle(role, event, first, reading) or f"{_shown(first, reading)} is taken for another part"
            obstacles.append(Obstacle(why=f"{ROLE_WORDS[role]}: {why}"))
    obstacles += [
        Obstacle(why=why) for each in numbers_asked(condition) if (why := _number(each, event, reading))
    ]  # fmt: skip
    return Attempt(event.deed, tuple(kept), tuple(obstacles))


def _standing(event: Event, condition: Condition, reading: Reading) -> list[Obstacle]:
    wanted = condition.options["standing"]
    assert isinstance(wanted, tuple)
    if event.standing in wanted:
        return []
    by = f" by {_shown(event.cue, reading)}" if event.cue else _uncued(event.standing)
    why = f"{_shown(event.deed, reading)} is told as {event.standing}{by}, and {' or '.join(wanted)} is asked"
    return [Obstacle(why, against=event.cue.term if event.cue else "")]


def _uncued(standing: str) -> str:
    """Return what shows a standing where no cue does."""
    return {HAPPENED: ", as no cue says otherwise", "opinion": " by a question mark"}.get(standing, " by its form")


def _number(asked: Asked, event: Event, reading: Reading) -> str:
    """Return why a number is not as asked, "" if it is."""
    clause = clause_of(event.deed, reading)
    told = number_of(asked.kind, event.deed, (clause.start, clause.end), reading)
    if told is None:
        return f"no number of {asked.kind} is told beside {_shown(event.deed, reading)} ({asked} is asked)"
    return "" if asked.holds(told[1]) else f"{told[1].number} {asked.kind} are told ({asked} is asked)"


def _obstacle(role: str, event: Event, party: Mention, reading: Reading) -> str:
    """Return why a name that was found cannot have its role in a deed, "" if it can."""
    deed, name = _shown(event.deed, reading), _shown(party, reading)
    if party.field != event.deed.field:
        return f"{name} stands in the {party.field}, {deed} in the {event.deed.field}"
    if party.overlaps(event.deed):
        return f"{name} is a part of {deed}"
    clause: Clause = clause_of(event.deed, reading)
    if role != "in" and not clause.has(party, reading):
        return f"{name} stands in another clause than {deed}"
    if reaches(role, event, party, reading):
        return ""
    away, most = distance(event.deed, party, reading), REACH * 2 if role == "in" else REACH
    if away > most:
        return f"{name} stands {away} words from {deed}, {most} are allowed"
    side = "after" if party.start >= event.deed.end else "before"
    return f"{name} stands {side} {deed} ({event.voice}), as {ROLE_WORDS[_OTHER[role]]} does"


def other_deeds(reading: Reading) -> str:
    """Return the deeds of other lists that are told: 'other deeds are told: "launches" ($deed-launch)'."""
    told = [found[0] for term, found in reading.mentions.items() if term.startswith(f"${DEED}")]
    named = dict.fromkeys(f"{_shown(each, reading)} ({each.term})" for each in told)
    return f"other deeds are told: {', '.join(list(named)[:_OTHERS])}" if named else ""


def _slot(role: str, event: Event, reading: Reading) -> str:
    """Return what stands where a party of this role should: 'after "struck" stands "embassy" ($mission)'."""
    if role == "in":
        return ""
    after = (role == "on") != (event.voice == "passive")
    folded = reading.folded[event.deed.field]
    clause = clause_of(event.deed, reading)
    first, last = folded.span(event.deed.start, event.deed.end)
    words = (folded.original[last : clause.end] if after else folded.original[clause.start : first]).split()
    beside = " ".join(words[:_SLOT_WORDS] if after else words[-_SLOT_WORDS:])
    return f'{"after" if after else "before"} {_shown(event.deed, reading)} stands "{beside}"' if beside else ""


def _shown(mention: Mention, reading: Reading) -> str:
    return f'"{reading.hit(mention).text}"'
