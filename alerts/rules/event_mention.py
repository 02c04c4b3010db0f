"""Read the event that an article tells from its reading: acts, names, places, things, words. Pure.

The names are those that the reading knows: the entities that some rule asks for, and the lists `party-NAME`, which say
who acts in the news whether a rule asks for them or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from alerts.event import ACCIDENTAL, DRILL, HAPPENED, SHARE, Act, EventMention
from alerts.rule import Condition, Config
from alerts.rules import events
from alerts.rules.clause_words import ASIDE, BESIDE, FALLING
from alerts.rules.event_again import says_again
from alerts.rules.event_apart import places_apart
from alerts.rules.event_clause import clause_of
from alerts.rules.event_cues import CUES, STANDING
from alerts.rules.event_fee import is_fee
from alerts.rules.event_figure import without_figures
from alerts.rules.event_find import FOUND, finds_arms
from alerts.rules.event_moves import (
    DISSOLVE,
    MOVES,
    THREATEN,
    of_dissolving,
    of_move,
    only_warns_of,
    without_other_senses,
)
from alerts.rules.event_roles import Roles, is_adjective, roles_of, words_between
from alerts.rules.event_seized import ARREST, SEIZE, SHIPS, seized
from alerts.rules.event_share import sharers_of, without_sites
from alerts.rules.event_spot import LEAD_CHARS, Spot, first_sentence, in_lead, of_one_place, without_outlet
from alerts.rules.event_told import Event
from alerts.rules.event_unlisted import unlisted, unlisted_object
from alerts.rules.event_where import at_home, is_where, placed_of, without_bearings
from alerts.rules.event_whose import says_whose, without_homes
from alerts.rules.event_words import words_of
from alerts.rules.operators import evaluate
from alerts.rules.reading import Mention, Reading
from crawler.config.problems import Place
from crawler.stories.casualties import casualties

PARTY = "party-"  # how the lists of the config are named whose words are one who acts
GROUP = "group-"  # the same of those who share a place, where no name says who they are
_SPEECH = frozenset({"deny", "refuse", "confirm", "claim", "condemn"})  # deeds that are done to nobody
_FALL, _STRIKE = "fall", "strike"
_FALL_REACH = 3  # words between a weapon and its fall
_LAUNCH, _BLAZE = "launch", "accident"
FIND = "find"  # the deed of those who find, seize or make safe arms
FOILED = "foiled"  # the standing of a deed that was tried and prevented, for rules "denied" as it was not done
_WORD = re.compile(r"\S+")
_PART_ENDS = frozenset(",;\u060c\u061b")
_NOWHERE = Place("", 0, 0)  # of conditions that no file holds


class EventReader:
    """Reads the event that an article tells. It asks the lexicon for the terms in `terms`."""

    def __init__(self, config: Config) -> None:
        deeds = sorted(name for name in config.lists if name.startswith(events.DEED))
        cues = tuple(_term(f"{STANDING}{name}") for name in CUES)
        self._deeds = {name.removeprefix(events.DEED): _deed(name, cues) for name in deeds}
        self._parties = {f"${name}": name.removeprefix(PARTY) for name in config.lists if name.startswith(PARTY)}
        self._groups = {f"${name}": name.removeprefix(GROUP) for name in config.lists if name.startswith(GROUP)}
        self._things = {f"${name}": name for name in config.events.things}
        self._again = f"${config.events.again}"
        self._places = frozenset(each for kind in config.places for each in config.kinds.members(kind))
        self._everyday = f"${config.events.everyday}"
        self._foiled = f"${STANDING}{FOILED}"
        self._found = f"${STANDING}{FOUND}"
        self._by_target = config.events.by_target
        self._homes = config.events.homes
        self._homed = frozenset().union(*config.events.homes.values())
        self._nobodys = f"${config.events.nobodys}"
        words = tuple(f"${name}" for name in config.events.phrases)
        words += (self._foiled,) if self._foiled[1:] in config.lists else ()
        standings = (f"${each.term.removeprefix('$')}" for each in cues if each.term[1:] in config.lists)
        self.terms = (
            (
                *(f"${name}" for name in deeds),
                *standings,
                *self._parties,
                *self._groups,
                *self._things,
                *words,
                *(f"${name}" for name in sorted(self._places)),
            )
            if deeds
            else ()
        )

    def read(self, reading: Reading) -> EventMention | None:
        """Return the event that an article tells; None where it names no act and no name, nor a place in its title."""
        if not self._deeds:
            return None
        title = without_outlet(reading)
        told = self._events(reading, title)
        where = title if told else first_sentence(reading)
        told = told or self._events(reading, where)
        named = list(self._named(reading, where))
        # "closed until further notice" is no further closure
        others = [event.deed for deed, event in told if deed not in self._by_target]
        phrases = (*reading.mentions.get(self._everyday, ()), *others)
        again = [
            each
            for each in reading.mentions.get(self._again, ())
            if where.has(each) and not any(events.inside(each, phrase) for phrase in phrases)
        ]
        acting = without_homes(named, self._homes, reading)
        told = [pair for pair in told if pair[0] != THREATEN or not only_warns_of(pair[1], reading)]
        lands = [pair for pair in acting if pair[0] not in self._homed]  # "two brigades in the PMF": it is no place
        placed = placed_of(lands, [event for _, event in told], reading)
        idle = [*placed, *at_home(lands, [event for _, event in told], reading)]
        actors = [pair for pair in acting if pair not in idle and not says_whose(pair[1], reading)]
        all_told = [event for _, event in told]
        acts = tuple(
            dict.fromkeys(
                replace(
                    self._act(deed, event, actors, again, reading, all_told, [each for _, each in named]),
                    aside=_is_aside(event, told, named, reading),
                )
                for deed, event in told
            )
        )
        toll = casualties(reading.article.title, reading.article.body[:LEAD_CHARS])
        acts = seized(acts, [event.deed for _, event in told], toll)
        doers = {name for act in acts for name in act.by}  # "in US strikes" is no place
        where_named = without_bearings(
            [(name, each) for name, each in acting if name in self._places or (name, each) in placed], reading
        )
        in_title = [pair for pair in self._named(reading, title) if pair[0] in self._places]
        lead = in_lead(list(self._named(reading, first_sentence(reading))), reading) if where is title else []
        mention = EventMention(
            acts=acts,
            names=_unique(name for name, _ in named),
            places=_unique(
                (
                    *(name for name in where_named if name not in doers),
                    *unlisted(reading, where.field, where.end, named),
                )
            ),
            things=_unique(self._things_in(reading, where)),
            casualties=toll,
            from_lead=where is not title,
            apart=_unique(name for name in places_apart(placed, told, self._by_target, reading) if name not in doers),
            located=_unique(
                name
                for name, each in acting
                if name not in doers and ((name, each) in placed or is_where(each, reading, BESIDE))
            ),
            lead=_unique(name for name, _ in lead if name not in {each for each, _ in named}),
            lead_places=of_one_place(
                without_bearings([pair for pair in lead if pair[0] in self._places], reading), reading.wider
            ),
            headed=_unique(each for each in without_bearings(in_title, reading) if each not in doers),
            words=words_of(
                reading, where.field, where.end, [each for _, each in named] + [event.deed for _, event in told]
            ),
        )
        return mention if mention.says_something or mention.headed else None

    def _act(
        self,
        deed: str,
        event: Event,
        named: list[tuple[str, Mention]],
        again: list[Mention],
        reading: Reading,
        told: list[Event],
        listed: list[Mention],
    ) -> Act:
        """Return an act with those of the names around it that word order makes its doer or its target.

        `listed` are the mentions of all names, `named` those who may act. A weapon does nothing: who fired it does.
        What is only done in a drill is the drill, and befalls nobody.
        """
        by, on = roles_of(event, named, reading, told)
        if event.standing == "rehearsed":
            deed, on = DRILL, ()
        elif deed == _FALL and self._is_fired(event, reading):
            deed = _STRIKE
        elif self._is_find(deed, event, reading) and SHIPS not in on:
            deed, on = FIND, ()
        elif deed == SHARE:
            by, on = self._sharers(event, reading) or (by, on)
        elif deed in _SPEECH:
            by, on = by or (on if event.voice == "active" else ()), ()  # an Arabic verb has its doer behind it
        elif deed in MOVES:
            by, on = of_move(event, (by, on), self._places)
        elif deed == DISSOLVE:
            by, on = of_dissolving(event, (by, on), named, self._homed, reading)
        if deed == SEIZE and SHIPS in by and not event.deed.alias.isascii():  # Persian "the ship of Iran" and its mark
            by, on = tuple(each for each in by if each != SHIPS), (SHIPS, *on)
        weapons = self._weapons([pair for pair in named if pair[0] in by], reading)
        by = tuple(each for each in by if each not in weapons)  # "Katyushas hit base"
        again_said = says_again(again, event.deed, told, reading)
        if not on and deed in self._by_target and event.voice in {"active", "noun"}:
            on = unlisted_object(event.deed, reading, listed)
        # who foils an attack does not deny another
        foiled = event.standing == "denied" and any(
            event.cue and each.overlaps(event.cue) for each in reading.mentions.get(self._foiled, ())
        )
        standing = FOILED if foiled else HAPPENED if deed == FIND else event.standing
        # a town is struck and strikes nobody
        return Act(deed, standing, _unique(each for each in by if each not in self._places), _unique(on), again_said)

    def _events(self, reading: Reading, where: Spot) -> list[tuple[str, Event]]:
        """Return the events in a part of the article with their deeds, in reading order, without everyday phrases."""
        everyday = reading.mentions.get(self._everyday, ())
        found = [
            (deed, events.event_of(each, condition, reading, evaluate))
            for deed, condition in self._deeds.items()
            for each in events.deeds(condition, reading, evaluate)
            if where.has(each) and not any(events.inside(each, other) or _is_whole(each, other) for other in everyday)
        ]
        nobodys = reading.mentions.get(self._nobodys, ())
        found = [pair for pair in found if pair[0] != FIND or self._is_find(*pair, reading)]
        found = without_figures(found, nobodys, reading)
        found = [
            pair
            for pair in found
            if pair[0] != ARREST or not (self._is_draw(pair[1].deed, reading) or is_fee(pair[1].deed, reading))
        ]
        found = [pair for pair in found if pair[0] != SHARE or self._sharers(pair[1], reading)]
        found = without_sites(found, self._by_target, reading)
        groups = [each for name, each in self._named(reading, where) if name in self._homed]
        found = without_other_senses(found, groups, self._by_target, reading)
        # "fires missiles" is no blaze, and "Fire breaks out" fires nothing
        found = [pair for pair in found if pair[0] == _BLAZE or not _is_blaze(pair[1].deed, reading)]
        fired = {event.deed.start for deed, event in found if deed == _LAUNCH and event.voice == "active"}
        found = [(deed, event) for deed, event in found if not (deed == _BLAZE and event.deed.start in fired)]
        return sorted(found, key=lambda pair: (pair[1].deed.start, -pair[1].deed.end))

    def _sharers(self, event: Event, reading: Reading) -> Roles | None:
        """Return who shares a place with whom, by names and by the lists `group-...`; None where none is shared."""
        deed = event.deed
        groups = [(name, each) for term, name in self._groups.items() for each in reading.mentions.get(term, ())]
        named = [*self._named(reading, Spot(deed.field, len(reading.folded[deed.field].text))), *groups]
        return sharers_of(deed, [pair for pair in named if pair[1].field == deed.field], self._places, reading)

    def _is_fired(self, event: Event, reading: Reading) -> bool:
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

    def _is_find(self, deed: str, event: Event, reading: Reading) -> bool:
        """Return whether arms are found: as the standing of a deed says, or as the object of "seizes", "finds"."""
        if event.standing == FOUND or deed not in (FIND, ARREST, SEIZE):
            return event.standing == FOUND
        cues = reading.mentions.get(self._found, ())
        return any(each.overlaps(event.deed) for each in cues) and finds_arms(event.deed, reading)

    def _named(self, reading: Reading, where: Spot) -> Sequence[tuple[str, Mention]]:
        """Return the names in a part of the article, each with its mention; each deed asks anew."""
        known: Sequence[tuple[str, Mention]] | None = reading.known.get((PARTY, where.field, where.end))
        if known is None:
            known = reading.known[PARTY, where.field, where.end] = tuple(self._names_in(reading, where))
        return known

    def _names_in(self, reading: Reading, where: Spot) -> Iterator[tuple[str, Mention]]:
        found: dict[tuple[str, int], Mention] = {}
        for term, mentions in reading.mentions.items():
            for each in mentions:
                name = each.entity or self._parties.get(term, "")
                if name and where.has(each):
                    known = found.get((name, each.start), each)
                    found[name, each.start] = max(known, each, key=lambda one: one.end)
        yield from ((name, each) for (name, _), each in found.items())

    def _weapons(self, named: list[tuple[str, Mention]], reading: Reading) -> set[str]:
        """Return the names that are words for a thing, such as a make of rocket, or end with one: "Shahed drones"."""
        things = [each for term in self._things for each in reading.mentions.get(term, ())] if named else []
        return {
            name
            for name, each in named
            if any(each.field == one.field and each.end == one.end and each.start <= one.start for one in things)
        }

    def _things_in(self, reading: Reading, where: Spot) -> Iterator[str]:
        for term, name in self._things.items():
            if any(where.has(each) for each in reading.mentions.get(term, ())):
                yield name


def _is_whole(deed: Mention, word: Mention) -> bool:
    """Return whether a deed is only found by taking a particle off a word that is none: "and visited" is "minister"."""
    return deed.attached and not word.attached and deed.overlaps(word) and deed.start >= word.start


def _is_blaze(deed: Mention, reading: Reading) -> bool:
    """Return whether the word "fire" is a fire: it begins its clause, "Fire breaks out", "Fire at base"."""
    folded = reading.folded[deed.field]
    before = folded.original[clause_of(deed, reading).start : folded.span(deed.start, deed.end)[0]]
    return deed.alias.split()[0] == "fire" and not before.strip()


def _is_aside(event: Event, told: list[tuple[str, Event]], named: list[tuple[str, Mention]], reading: Reading) -> bool:
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


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
