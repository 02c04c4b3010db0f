"""Read the event that an article tells from its reading: acts, names, places, things, words. Pure.

The names are those that the reading knows: the entities that some rule asks for, and the lists `party-NAME`, which say
who acts in the news whether a rule asks for them or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from alerts.event import Act, EventMention
from alerts.rule import Condition, Config
from alerts.rules import events
from alerts.rules.clause_words import ASIDE, BESIDE, FALLING
from alerts.rules.event_accident import ACCIDENTAL
from alerts.rules.event_clause import clause_of
from alerts.rules.event_find import FOUND, finds_arms
from alerts.rules.event_roles import is_adjective, roles_of, words_between
from alerts.rules.event_standing import CUES, HAPPENED, STANDING
from alerts.rules.event_where import has_deed, is_where, without_bearings
from alerts.rules.event_words import words_of
from alerts.rules.lexicon import members
from alerts.rules.operators import evaluate
from alerts.rules.reading import Mention, Reading
from crawler.config.yamlfile import Place
from crawler.stories.casualties import casualties
from crawler.text.folding import fold

PARTY = "party-"  # how the lists of the config are named whose words are one who acts
LEAD_CHARS = 240  # of the text, where the headline tells no act: its first sentence
AGAIN_REACH = 2  # words between a deed and a word such as "new"
UNLISTED = "?"  # before a place that no list names
_PLACE = re.compile(r"(?<=[a-z] )(?:in|near|at|outside|off) (?P<place>[A-Z][a-z]{3,}(?:[ -][A-Z][a-z]+)?)")
_OBJECT = re.compile(
    r"\s(?:(?:the )?[a-z]+ of )?(?P<name>[A-Z][a-z]{3,}(?:[ -][A-Z][a-z]+)?)\b(?!['’])"
)  # right behind a deed
_OUTLET = re.compile(r"\s[-|]\s(?:[A-Z][\w'.’]*|of|the|al)(?:[ -](?:[A-Z][\w'.’]*|of|the|al)){1,4}\s*$")
_SPEECH = frozenset({"deny", "refuse", "confirm", "claim", "condemn"})  # deeds that are done to nobody
_FALL, _STRIKE = "fall", "strike"
_FALL_REACH = 3  # words between a weapon and its fall
_LAUNCH, _BLAZE, _ARREST, _SEIZE = "launch", "accident", "arrest", "seize"
_TAKING = ("seiz", "captur", "hijack", "commandeer", "confiscat")
SHIPS = "ships"  # of the lists `party-...`
DRILL = "drill"  # the deed of those who only rehearse one
FIND = "find"  # the deed of those who find, seize or make safe arms
FOILED = "foiled"  # the standing of a deed that was tried and prevented, for rules "denied" as it was not done
_SENTENCE = re.compile(r"[.!?\u061f](?=\s|$)|\n")
_WORD = re.compile(r"\S+")
_PART_ENDS = frozenset(",;\u060c\u061b")
_DAYS = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
_NOWHERE = Place("", 0, 0)  # of conditions that no file holds


class EventReader:
    """Reads the event that an article tells. It asks the lexicon for the terms in `terms`."""

    def __init__(self, config: Config) -> None:
        deeds = sorted(name for name in config.lists if name.startswith(events.DEED))
        cues = tuple(_term(f"{STANDING}{name}") for name in CUES)
        self._deeds = {name.removeprefix(events.DEED): _deed(name, cues) for name in deeds}
        self._parties = {f"${name}": name.removeprefix(PARTY) for name in config.lists if name.startswith(PARTY)}
        self._things = {f"${name}": name for name in config.events.things}
        self._again = f"${config.events.again}"
        self._places = frozenset(each for kind in config.places for each in members(config.entities, kind))
        self._everyday = f"${config.events.everyday}"
        self._foiled = f"${STANDING}{FOILED}"
        self._found = f"${STANDING}{FOUND}"
        self._by_target = config.events.by_target
        words = tuple(f"${name}" for name in (config.events.again, config.events.everyday) if name)
        words += (self._foiled,) if self._foiled[1:] in config.lists else ()
        standings = (f"${each.term.removeprefix('$')}" for each in cues if each.term[1:] in config.lists)
        self.terms = (
            (*(f"${name}" for name in deeds), *standings, *self._parties, *self._things, *words) if deeds else ()
        )

    def read(self, reading: Reading) -> EventMention | None:
        """Return the event that an article tells; None where it names neither an act nor a name."""
        if not self._deeds:
            return None
        title = Spot("title", _without_outlet(reading))
        told = self._events(reading, title)
        where = title if told else _first_sentence(reading)
        told = told or self._events(reading, where)
        named = list(self._named(reading, where))
        again = [each for each in reading.mentions.get(self._again, ()) if where.has(each)]
        placed = [(name, each) for name, each in named if is_where(each, reading) and not has_deed(each, told, reading)]
        actors = [pair for pair in named if pair not in placed]
        all_told = [event for _, event in told]
        acts = tuple(
            dict.fromkeys(
                replace(
                    self._act(deed, event, actors, again, reading, all_told),
                    aside=_is_aside(event, told, named, reading),
                )
                for deed, event in told
            )
        )
        toll = casualties(reading.article.title, reading.article.body[:LEAD_CHARS])
        acts = _seized(acts, [event.deed for _, event in told], toll)
        doers = {name for act in acts for name in act.by}  # "in US strikes" is no place
        where_named = without_bearings(
            [(name, each) for name, each in named if name in self._places or (name, each) in placed], reading
        )
        mention = EventMention(
            acts=acts,
            names=_unique(name for name, _ in named),
            places=_unique((*(name for name in where_named if name not in doers), *_unlisted(reading, where, named))),
            things=_unique(self._things_in(reading, where)),
            casualties=toll,
            from_lead=where is not title,
            located=_unique(
                name
                for name, each in named
                if name not in doers and ((name, each) in placed or is_where(each, reading, BESIDE))
            ),
            words=words_of(
                reading, where.field, where.end, [each for _, each in named] + [event.deed for _, event in told]
            ),
        )
        return mention if mention.says_something else None

    def _act(
        self,
        deed: str,
        event: events.Event,
        named: list[tuple[str, Mention]],
        again: list[Mention],
        reading: Reading,
        told: list[events.Event],
    ) -> Act:
        """Return an act with those of the names around it that word order makes its doer or its target.

        What is only done in a drill is the drill, and befalls nobody.
        """
        by, on = roles_of(event, named, reading, told)
        if event.standing == "rehearsed":
            deed, on = DRILL, ()
        elif deed == _FALL and self._is_fired(event, reading):
            deed = _STRIKE
        elif self._is_find(deed, event, reading) and SHIPS not in on:
            deed, on = FIND, ()
        elif deed in _SPEECH:
            by, on = by or (on if event.voice == "active" else ()), ()  # an Arabic verb has its doer behind it
        if deed == _SEIZE and SHIPS in by and not event.deed.alias.isascii():  # Persian "the ship of Iran" and its mark
            by, on = tuple(each for each in by if each != SHIPS), (SHIPS, *on)
        if event.standing == "claimed":
            weapons = self._weapons(named, reading)  # "Katyushas hit base, militia claims attack": no rocket claims
            by = tuple(each for each in by if each not in weapons)
        clause = clause_of(event.deed, reading)
        text = reading.folded[event.deed.field].text
        again_said = any(
            each.overlaps(event.deed) or len(words_between(each, event.deed, text)) < AGAIN_REACH
            for each in again
            if clause.has(each, reading)
        )
        if not on and deed in self._by_target and event.voice in {"active", "noun"}:
            on = _unlisted_object(event.deed, reading, [each for _, each in named])
        # who foils an attack does not deny another
        foiled = event.standing == "denied" and any(
            event.cue and each.overlaps(event.cue) for each in reading.mentions.get(self._foiled, ())
        )
        standing = FOILED if foiled else HAPPENED if deed == FIND else event.standing
        # a town is struck and strikes nobody
        return Act(deed, standing, _unique(each for each in by if each not in self._places), _unique(on), again_said)

    def _events(self, reading: Reading, where: Spot) -> list[tuple[str, events.Event]]:
        """Return the events in a part of the article with their deeds, in reading order, without everyday phrases."""
        everyday = reading.mentions.get(self._everyday, ())
        found = [
            (deed, event)
            for deed, condition in self._deeds.items()
            for event in events.events(condition, reading, evaluate)
            if where.has(event.deed) and not any(events.inside(event.deed, each) for each in everyday)
        ]
        found = [pair for pair in found if pair[0] != FIND or self._is_find(*pair, reading)]
        found = [pair for pair in found if pair[0] != _ARREST or not self._is_draw(pair[1].deed, reading)]
        # "fires missiles" is no blaze, and "Fire breaks out" fires nothing
        found = [pair for pair in found if pair[0] == _BLAZE or not _is_blaze(pair[1].deed, reading)]
        fired = {event.deed.start for deed, event in found if deed == _LAUNCH and event.voice == "active"}
        found = [(deed, event) for deed, event in found if not (deed == _BLAZE and event.deed.start in fired)]
        return sorted(found, key=lambda pair: (pair[1].deed.start, -pair[1].deed.end))

    def _is_fired(self, event: events.Event, reading: Reading) -> bool:
        """Return whether what falls is a weapon that somebody fired, and not a drone, which may only crash."""
        text, clause = reading.folded[event.deed.field].text, clause_of(event.deed, reading)
        return event.standing != ACCIDENTAL and any(
            each.field == event.deed.field
            and clause.has(each, reading)
            and len(words_between(each, event.deed, text)) < _FALL_REACH
            and not FALLING.isdisjoint(text[each.start : each.end].split())
            for term in self._things
            for each in reading.mentions.get(term, ())
        )

    def _is_draw(self, deed: Mention, reading: Reading) -> bool:
        """Return whether a state is "held by" another, in a game: nobody arrests a state."""
        if deed.alias != "held" or reading.folded[deed.field].text[deed.end :].split()[:1] not in (["by"], ["to"]):
            return False
        return any(
            each.field == deed.field and each.end + 1 == deed.start and not is_adjective(each, reading)
            for term in self._parties
            if self._parties[term] != SHIPS
            for each in reading.mentions.get(term, ())
        )

    def _is_find(self, deed: str, event: events.Event, reading: Reading) -> bool:
        """Return whether arms are found: as the standing of a deed says, or as the object of "seizes", "finds"."""
        if event.standing == FOUND or deed not in (FIND, _ARREST, _SEIZE):
            return event.standing == FOUND
        cues = reading.mentions.get(self._found, ())
        return any(each.overlaps(event.deed) for each in cues) and finds_arms(event.deed, reading)

    def _named(self, reading: Reading, where: Spot) -> Iterator[tuple[str, Mention]]:
        """Yield the names in a part of the article, each with its mention."""
        seen = set()
        for term, mentions in reading.mentions.items():
            for each in mentions:
                name = each.entity or self._parties.get(term, "")
                if name and where.has(each) and (name, each.start) not in seen:
                    seen.add((name, each.start))
                    yield name, each

    def _weapons(self, named: list[tuple[str, Mention]], reading: Reading) -> set[str]:
        """Return the names that are words for a thing, such as a make of rocket."""
        things = {
            (each.field, each.start, each.end) for term in self._things for each in reading.mentions.get(term, ())
        }
        return {name for name, each in named if (each.field, each.start, each.end) in things}

    def _things_in(self, reading: Reading, where: Spot) -> Iterator[str]:
        for term, name in self._things.items():
            if any(where.has(each) for each in reading.mentions.get(term, ())):
                yield name


def _is_blaze(deed: Mention, reading: Reading) -> bool:
    """Return whether the word "fire" is a fire: it begins its clause, "Fire breaks out", "Fire at base"."""
    folded = reading.folded[deed.field]
    before = folded.original[clause_of(deed, reading).start : folded.span(deed.start, deed.end)[0]]
    return deed.alias.split()[0] == "fire" and not before.strip()


def _seized(acts: tuple[Act, ...], deeds: list[Mention], toll: Mapping[str, int]) -> tuple[Act, ...]:
    """Return acts with the seizure before the arrest where one word may tell of either.

    Ships are seized. People are arrested where it is said how many, or with a word that is said of people first.
    """
    taken = next((act for act in acts if act.deed == _SEIZE), None)
    if taken is None or acts[0].deed != _ARREST:
        return acts
    said = any(each.alias.startswith(_TAKING) for each in deeds)
    if SHIPS not in taken.on and (not said or "held" in toll):
        return acts
    return (taken, *(act for act in acts if act is not taken))


class Spot:
    """A part of an article: the first `end` characters of a folded field."""

    def __init__(self, field: str, end: int) -> None:
        self.field, self.end = field, end

    def has(self, each: Mention) -> bool:
        return each.field == self.field and each.end <= self.end


def _without_outlet(reading: Reading) -> int:
    """Return where a headline ends but for the outlet's name behind it: "... - Times of Oman" is not about Oman."""
    folded = reading.folded["title"]
    found = _OUTLET.search(folded.original)
    return folded.within(found.start(), found.end())[0] if found else len(folded.text)


def _first_sentence(reading: Reading) -> Spot:
    folded = reading.folded["body"]
    first = _SENTENCE.search(folded.original[:LEAD_CHARS])
    # folding never makes a text longer by more than a letter or two, so the original's length will do as a limit
    return Spot("body", first.start() + 1 if first else LEAD_CHARS)


def _is_aside(
    event: events.Event, told: list[tuple[str, events.Event]], named: list[tuple[str, Mention]], reading: Reading
) -> bool:
    """Return whether a deed stands behind a word such as "as" that follows an earlier deed.

    A comma ends that part, but for one between two names: "over after US, Iran trade attacks".
    """
    first, deed, folded = told[0][1].deed, event.deed, reading.folded[event.deed.field]
    turns = [each for each in _WORD.finditer(folded.text, first.end, deed.start) if each[0] in ASIDE]
    if not turns:
        return False
    begin, end = folded.span(*turns[-1].span())[1], folded.span(deed.start, deed.end)[0]
    spans = [folded.span(each.start, each.end) for _, each in named if each.field == deed.field]
    ends = [at for at in range(begin, end) if folded.original[at] in _PART_ENDS]
    return all(
        any(stop == at for _, stop in spans) and any(start == at + len(", ") for start, _ in spans) for at in ends
    )


def _term(name: str) -> Condition:
    return Condition("term", _NOWHERE, term=f"${name}")


def _deed(name: str, cues: tuple[Condition, ...]) -> Condition:
    deeds = Condition("any", _NOWHERE, (_term(name),))
    return Condition("event", _NOWHERE, (deeds, *cues), options={"roles": (), "standing": ()})


def _unlisted(reading: Reading, where: Spot, named: list[tuple[str, Mention]]) -> Iterator[str]:
    """Yield the places that no list names, with UNLISTED before them: a capital behind "in" or "near", in English."""
    folded = reading.folded[where.field]
    for found in _PLACE.finditer(folded.original[: where.end]):
        start, end = found.span("place")
        spans = (folded.span(each.start, each.end) for _, each in named)
        if not any(first < end and start < last for first, last in spans) and not found["place"].isupper():
            yield UNLISTED + fold(found["place"]).strip()


def _unlisted_object(deed: Mention, reading: Reading, named: list[Mention]) -> tuple[str, ...]:
    """Return the name that no list has right behind an English deed, with UNLISTED before it: "Houthis attack Eilat".

    () where the deed has a capital itself: there a capital is a headline's style and marks no name.
    """
    folded = reading.folded[deed.field]
    start, end = folded.span(deed.start, deed.end)
    found = _OBJECT.match(folded.original, end)
    if not found or not folded.original[start].islower() or not deed.alias.isascii():
        return ()
    start, stop = folded.within(*found.span("name"))
    name = folded.text[start:stop]
    is_name = name.split()[0] not in _DAYS and not name.split()[0].endswith(("ian", "ean", "ish", "ese", "i"))
    is_listed = any(each.start < stop and start < each.end for each in named)
    return (UNLISTED + name,) if is_name and not is_listed else ()


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
