"""Read an event from words: a deed, who does it to whom, where, and whether it happened. Pure.

A deed is a list of the config named `deed-...`, best of words with all their forms (`strike~`). Each mention of one is
read in its clause: by the voice of the form and the order of the words it is known on which side its doer and its
target may stand; cue words around it (lists named `standing-...`) say that it is denied, asked for, expected,
remembered and so on. Where word order leaves it open, a name on either side may be either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from alerts.rule import Condition
from alerts.rules.clause_words import ARABIC_PREPOSITIONS, ASIDE, BY, COMPASS, LINKS, PREPOSITIONS, RELATIVES, UNDER
from alerts.rules.event_numbers import Asked, numbers
from alerts.rules.forms.english_words import IRREGULAR
from alerts.rules.forms.paradigm import ARABIC_SCRIPT, is_persian
from alerts.rules.reading import FIELDS, Mention, Mentions, Reading

Evaluate = Callable[[Condition, Reading], Mentions | None]
Voice = Literal["active", "passive", "noun", "open"]
DEED, STANDING = "deed-", "standing-"  # how the lists of the config are named
HAPPENED = "happened"
# the first that a deed's words show holds: what is remembered and denied is remembered
STANDINGS = ("remembered", "opinion", "roundup", "denied", "conditional", "asked", "expected", "background", "claimed")
ROLES = ("by", "on", "in")
REACH = 8  # words from a deed to its doer, target or place
_ANYWHERE = frozenset({"roundup", "claimed"})  # cues of the whole headline or clause
_IN_CLAUSE = "conditional"  # "if" may follow what depends on it
# what stands before these is no party, but says whose friend or make something is: "Iran-backed"
_WHOSE = {"backed", "aligned", "linked", "allied", "affiliated", "made", "built", "supplied", "supported", "led"}
_ADJECTIVE = re.compile(r"(?:ian|can|ish|eli|raqi|audi|aiti|rati|raini|atari|mani|meni|outhi)$")  # of a nation
_SIDES = {"pro", "anti"}
_OBJECT = "را"  # Persian puts it after the object of a verb
_ONTO, _OBJECT_REACH = {"به", "بر", "علیه", "عليه"}, 4  # before it, and how many words before a name of it
_SUFFERS = {"تعرض", "تعرضت", "تعرضوا", "يتعرض", "تتعرض", "تعرضه", "تعرضها", "لتعرض", "بتعرض"}  # ... لهجوم
_FUTURE = re.compile("\u0633[\u064a\u062a\u0646]\\w{3,}|(?:.* )?\u062e\u0648\u0627\u0647\\w* .*")  # sa-, Persian "will"
_PERSIAN_END = re.compile(r"\w (?:داد|دهد|دهند|شد|شو|زد|زن|برد|بر|رسید|رفت|خورد|آمد)\w*$")  # هدف قرار داد
_NO_FUTURE = ("سيطر", "سيّر")  # pasts that begin as a future does
_LABEL_WORDS = 4  # of a headline, in which a cue of opinion labels it
_COMMAS = frozenset(",\u060c")
_CUE_REACH = {"denied": 4, "asked": 5, "expected": 4, "background": 4}  # words from the cue to the deed
_BE = {"is", "are", "was", "were", "be", "been", "being", "gets", "got", "comes", "came", "come", "under"}
_BE |= {"تتعرض", "يتعرض", "تعرضت", "تعرض", "شد", "شدند", "شده", "شود"}
_BEFORE_VERB = 1  # words before a verb that still begins its clause: "urgent", "the news agency"
_BESIDE = 3  # words from the noun of a deed to its doer
# no dot of "U.S." or another initial
_BREAK = re.compile(r"[;:|\u061b\u2026\u2014]|\s[-\u2013]\s|[!?\u061f](?=\s|$)|(?<!\b\w)\.(?=\s|$)")
_CLAUSE_CHARS = 400  # a clause ends there at the latest, so that a text without full stops costs no more
_NEAR_CHARS = 40 * REACH * 2  # farther than any number of words of REACH reaches; counting words costs more
DEEDS_READ = 60  # of a field, from its beginning: what stands behind so many is no news of this article
_PARTICIPLES = frozenset(word for pasts in IRREGULAR.values() for word in pasts[-1])


@dataclass(frozen=True, slots=True)
class Event:
    """A deed as one mention tells it. `standing` is "happened" or one of STANDINGS, with the cue that shows it."""

    deed: Mention
    voice: Voice
    standing: str
    cue: Mention | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """The part of a field between two breaks in which a deed stands, as offsets of the original text."""

    start: int
    end: int

    def has(self, each: Mention, reading: Reading) -> bool:
        start, end = reading.folded[each.field].span(each.start, each.end)
        return self.start <= start and end <= self.end


def find(condition: Condition, reading: Reading, evaluate: Evaluate) -> Mentions | None:
    """Return the mentions of every event that an `event` condition asks for, None if there is none."""
    asked = dict(zip(roles(condition), condition.children[1:], strict=False))
    wanted = condition.options["standing"]
    assert isinstance(wanted, tuple)
    found: list[Mention] = []
    parties = {role: evaluate(child, reading) or () for role, child in asked.items()}
    if not all(parties.values()):
        return None
    for event in events(condition, reading, evaluate):
        if event.standing not in wanted:
            continue
        chosen = _parties(event, parties, reading)
        counted = None if chosen is None else _numbers(condition, event, reading)
        if chosen is not None and counted is not None:
            found += [event.deed, *chosen, *counted]
    return tuple(dict.fromkeys(found)) or None


def events(condition: Condition, reading: Reading, evaluate: Evaluate) -> list[Event]:
    """Return each mention of the deeds that a condition names, with its voice and standing."""
    asked = condition.children[0]
    known = reading.known.get((DEED, id(asked)))
    if known is None:
        # the condition is kept with its events: its id is its own only while it lives
        known = reading.known[DEED, id(asked)] = (asked, _events(condition, reading, evaluate))
    found: list[Event] = known[1]
    return found


def _events(condition: Condition, reading: Reading, evaluate: Evaluate) -> list[Event]:
    deeds = evaluate(condition.children[0], reading) or ()
    if not deeds:
        return []
    cues = _cues(condition, reading, evaluate)
    events = []
    for field in FIELDS:
        first = sorted({each for each in deeds if each.field == field}, key=lambda each: (each.start, -each.end))
        read = first[:DEEDS_READ]
        longest = [each for each in read if not any(inside(each, other) for other in read)]
        events += [_known_event(each, reading, cues) for each in longest]
    return events


def inside(each: Mention, other: Mention) -> bool:
    """Return whether a mention is a part of a longer one: "strike" of "air strike"."""
    return each.overlaps(other) and other.end - other.start > each.end - each.start


def roles(condition: Condition) -> tuple[str, ...]:
    """Return the roles that an `event` condition asks for; their conditions are its children after the deeds."""
    given = condition.options["roles"]
    assert isinstance(given, tuple)
    return given


def asking(condition: Condition) -> tuple[Condition, ...]:
    """Return the children that a condition asks for: of an event without the cues that only say how it stands."""
    return condition.children[: 1 + len(roles(condition))] if condition.op == "event" else condition.children


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
    return {name: evaluate(child, reading) or () for name, child in zip(STANDINGS, children, strict=True)}


def _known_event(deed: Mention, reading: Reading, cues: Mapping[str, Mentions]) -> Event:
    """Return how a deed is told. Every condition asks for the same cues, so it is read once."""
    known: Event | None = reading.known.get((DEED, deed))
    if known is None:
        known = reading.known[DEED, deed] = _event(deed, reading, cues)
    return known


def _event(deed: Mention, reading: Reading, cues: Mapping[str, Mentions]) -> Event:
    clause, spoken = clause_of(deed, reading), voice(deed, reading)
    if _is_asked(deed, reading):
        return Event(deed, spoken, "opinion")
    if _is_future(deed):
        return Event(deed, spoken, "expected")
    if _is_known(deed, reading):
        return Event(deed, spoken, "background")
    for name in STANDINGS:
        if name == "background" and (_is_clause(deed, spoken) or (spoken == "open" and _ends_clause(deed, reading))):
            continue  # "ablaze after base is struck" tells of the strike, "flee after strikes" of what followed it
        for cue in cues[name]:
            if cue.field == deed.field and not cue.overlaps(deed) and _shows(name, cue, deed, clause, reading):
                return Event(deed, spoken, name, cue)
    return Event(deed, spoken, HAPPENED)


def _is_known(deed: Mention, reading: Reading) -> bool:
    """Return whether a relative clause tells a deed: "drones that hit Erbil", "the man who planned attacks on"."""
    reach = _CUE_REACH["background"] if deed.kind in {"", "noun"} else 1
    return not RELATIVES.isdisjoint(reading.folded[deed.field].text[: deed.start].split()[-reach:])


def _is_future(deed: Mention) -> bool:
    """Return whether the form itself says that the deed is still to come."""
    return deed.kind not in {"", "noun"} and not deed.alias.startswith(_NO_FUTURE) and bool(_FUTURE.match(deed.alias))


def _is_clause(deed: Mention, spoken: Voice) -> bool:
    """Return whether a deed is a finite verb; an Arabic past may be spelt as the noun of the deed."""
    return spoken == "passive" or (
        spoken == "active" and not (deed.kind == "either" and ARABIC_SCRIPT.search(deed.alias))
    )


def _is_asked(deed: Mention, reading: Reading) -> bool:
    """Return whether the clause ends with a question mark: "Will Iran strike Kuwait?" tells of no strike."""
    folded = reading.folded[deed.field]
    _, last = folded.span(deed.start, deed.end)
    rest = folded.original[last:]
    ends = _BREAK.search(rest)
    return ends is not None and ends[0].strip() in {"?", "\u061f"}


def _shows(name: str, cue: Mention, deed: Mention, clause: Clause, reading: Reading) -> bool:
    """Return whether a cue is about a deed.

    What labels a whole headline ("Roundup", "claims") may stand anywhere in it. Other cues stand before the deed, with
    no comma between: "strike hits funeral" is no memory. Only Persian denies after the noun of the deed.
    """
    if reading.folded[cue.field].text[cue.end + 1 : cue.end + 2].isdigit():
        return False  # "toll rises to 7"
    if name in _ANYWHERE:
        return cue.field == "title" or clause.has(cue, reading)
    if name == _IN_CLAUSE:
        return clause.has(cue, reading)
    return abs(cue.start - deed.start) <= _NEAR_CHARS and _stands_before(name, cue, deed, clause, reading)


def _stands_before(name: str, cue: Mention, deed: Mention, clause: Clause, reading: Reading) -> bool:
    """Return whether a cue stands where it is about a deed: before it, in reach; a Persian denial right behind it."""
    if cue.end <= deed.start:
        if name == "opinion":  # "Why ...", "Analysis: ...", and not "a war that could end"
            return reading.word(cue) < _LABEL_WORDS
        text = reading.folded[deed.field].text
        if name == "denied" and not ASIDE.isdisjoint(text[cue.end : deed.start].split()):
            return False  # "talks postponed as Israel strikes": the talks are off, the strike is not
        return name == "remembered" or (
            clause.has(cue, reading)
            and reading.word(deed) - reading.last_word(cue) <= _CUE_REACH[name]
            and not has_comma(cue, deed, reading)
        )
    between = reading.folded[deed.field].text[deed.end : cue.start].split()
    return name == "denied" and clause.has(cue, reading) and between in ([], [_OBJECT])


def has_comma(first: Mention, second: Mention, reading: Reading) -> bool:
    """Return whether a comma stands between two mentions of a field."""
    folded = reading.folded[first.field]
    between = folded.original[folded.span(first.start, first.end)[1] : folded.span(second.start, second.end)[0]]
    return not _COMMAS.isdisjoint(between)


def clause_of(deed: Mention, reading: Reading) -> Clause:
    """Return the part of the field around a deed, between a colon, dash, semicolon or full stop and the next."""
    known: Clause | None = reading.known.get((Clause, deed))
    if known is None:
        known = reading.known[Clause, deed] = _clause_of(deed, reading)
    return known


def _clause_of(deed: Mention, reading: Reading) -> Clause:
    folded = reading.folded[deed.field]
    first, last = folded.span(deed.start, deed.end)
    begin = max(0, first - _CLAUSE_CHARS)
    before = [match.end() for match in _BREAK.finditer(folded.original, begin, first)]
    after = _BREAK.search(folded.original, last, last + _CLAUSE_CHARS)
    return Clause(before[-1] if before else begin, after.start() if after else last + _CLAUSE_CHARS)


def voice(deed: Mention, reading: Reading) -> Voice:
    """Return the voice of a deed by its form, and where one spelling has several, by the words beside it.

    English headlines leave out "was" ("US base hit in drone attack"), so a form that may be a participle and is
    followed by a preposition, or by nothing, is "open". A word written without "~" is taken for a noun.
    """
    text = reading.folded[deed.field].text
    if text[deed.start : deed.end].split()[0] in _BE | UNDER or _is_suffered(deed, text):
        return "passive"  # "come under fire"
    if not UNDER.isdisjoint(text[: deed.start].split()[-2:]) and not _is_participle(deed.alias, arabic=False):
        return "passive"  # "base under drone attack"
    has_be = not _BE.isdisjoint(text[: deed.start].rsplit(maxsplit=2)[-2:])
    if deed.kind in {"", "noun"} and not has_be:
        return "noun"
    after = text[deed.end :].split(maxsplit=2)[:2]
    # "two killed, three wounded": who is named before a comma suffered it
    is_placed = (
        not after
        or after[0] in PREPOSITIONS
        or _comma_follows(deed, reading)
        or (after[0] in COMPASS and after[1:] == ["of"])
    )
    is_participle = _is_participle(deed.alias)
    if deed.kind == "passive" or (is_participle and has_be) or after[:1] == ["by"]:
        return "passive"
    if deed.kind == "either" and (is_placed or _ends_clause(deed, reading)):
        return "open" if is_participle else "noun"
    return "active"


def _comma_follows(deed: Mention, reading: Reading) -> bool:
    folded = reading.folded[deed.field]
    end = folded.span(deed.start, deed.end)[1]
    return folded.original[end : end + 1] == ","


def _is_participle(alias: str, *, arabic: bool = True) -> bool:
    """Return whether a form may be a participle: "struck in Erbil" lacks "was", and "strikes in Erbil" is a noun.

    `arabic`: what is said of words in other scripts, whose forms do not tell.
    """
    first = alias.split(maxsplit=1)[0].casefold()
    return (arabic and not first.isascii()) or first.endswith("ed") or first in _PARTICIPLES


def _is_suffered(deed: Mention, text: str) -> bool:
    """Return whether the noun of a deed follows "comes under" in Arabic, with its target between the two."""
    return deed.attached and not _SUFFERS.isdisjoint(text[: deed.start].split()[-REACH:])


def _ends_clause(deed: Mention, reading: Reading) -> bool:
    _, last = reading.folded[deed.field].span(deed.start, deed.end)
    return not reading.folded[deed.field].original[last : clause_of(deed, reading).end].strip()


def _parties(event: Event, parties: Mapping[str, Mentions], reading: Reading) -> list[Mention] | None:
    """Return one mention for each role, nearest first; None where a role has none in reach on its side."""
    clause = clause_of(event.deed, reading)
    chosen: list[Mention] = []
    for role, mentions in parties.items():
        near = [
            each
            for each in mentions
            if each.field == event.deed.field
            and abs(each.start - event.deed.start) <= _NEAR_CHARS
            and not each.overlaps(event.deed)
            and not any(each.overlaps(other) for other in chosen)
            and (role == "in" or clause.has(each, reading))
            and reaches(role, event, each, reading)
        ]
        if not near:
            return None
        chosen.append(min(near, key=lambda each: distance(event.deed, each, reading)))
    return chosen


def reaches(role: str, event: Event, party: Mention, reading: Reading) -> bool:
    """Return whether a party stands where its role may, seen from the deed: see the module's docstring."""
    away, after = distance(event.deed, party, reading), party.start >= event.deed.end
    if role == "in":
        return away <= REACH * 2
    if away > REACH or _says_whose(party, reading):
        return False
    if is_persian_verb(event.deed) and event.voice == "active" and not after:
        marked = is_persian_object(party, reading)
        # where it is done is struck too: "shelled a camp in Sulaymaniyah"
        placed = "در" in reading.folded[party.field].text[: party.start].split()[-2:]
        return not (marked or placed) if role == "by" else marked or placed or not _has_persian_object(event, reading)
    if role == "by":
        return _does(event, party, away, reading)
    apart = _is_apart(event.deed, party, reading) if after else _is_subject(event.deed, party, reading)
    if event.voice == "noun" and not after and _ADJECTIVE.search(reading.hit(party).text):
        return False  # "Iranian attacks" are Iran's, "embassy attacks" the embassy suffers
    return _suffers(event, away, after=after) and not apart


def is_persian_object(party: Mention, reading: Reading) -> bool:
    """Return whether Persian marks a name as what a verb is done to: "be" or "bar" before it, "ra" behind it."""
    text = reading.folded[party.field].text
    before, behind = text[: party.start].split()[-_OBJECT_REACH:], text[party.end :].split(maxsplit=1)[:1]
    return behind == [_OBJECT] or not _ONTO.isdisjoint(before)


def _has_persian_object(event: Event, reading: Reading) -> bool:
    """Return whether the clause of a Persian verb marks what it is done to."""
    folded = reading.folded[event.deed.field]
    begin = clause_of(event.deed, reading).start
    words = folded.original[begin : folded.span(event.deed.start, event.deed.end)[0]].split()
    return not {_OBJECT, *_ONTO}.isdisjoint(words)


def _says_whose(party: Mention, reading: Reading) -> bool:
    """Return whether a name only says whose friend or make something is: "Iran-backed militia"."""
    text = reading.folded[party.field].text
    return not _WHOSE.isdisjoint(text[party.end :].split(maxsplit=1)[:1]) or not _SIDES.isdisjoint(
        text[: party.start].split()[-1:]
    )


def _is_subject(deed: Mention, party: Mention, reading: Reading) -> bool:
    """Return whether a name begins the clause of a Persian verb that has an object of its own, marked by "ra"."""
    folded = reading.folded[deed.field]
    between = folded.text[party.end : deed.start].split()
    if not is_persian_verb(deed) or _OBJECT not in between[1:]:
        return False
    return not folded.original[clause_of(deed, reading).start : folded.span(party.start, party.end)[0]].strip()


def _is_apart(deed: Mention, party: Mention, reading: Reading) -> bool:
    """Return whether a name behind a deed stands in another part of its clause: "Jets bomb Gaza as Iran warns".

    So it does behind a comma, a word that links two parts, or an Arabic "and": "and Iran warns".
    """
    text = reading.folded[deed.field].text
    between = text[deed.end : party.start].split()
    if not LINKS.isdisjoint(between) or has_comma(deed, party, reading):
        return True
    return bool(between) and party.attached and text[party.start] == "\u0648"


def _does(event: Event, party: Mention, distance: int, reading: Reading) -> bool:
    """Return whether the doer of a deed may stand where a party stands."""
    after = party.start >= event.deed.end
    if event.voice in {"noun", "open"}:
        # "US strike", "strike by US", Arabic "a strike American"; never the target that follows a noun. Before a form
        # that may be a participle stands whoever suffers it ("US troops shelled near Mosul"), but for a bare name
        return (
            distance <= (1 if event.voice == "open" else _BESIDE)
            if not after
            else _is_after_by(event.deed, party, reading) or _is_adjective(event, distance)
        )
    if ARABIC_SCRIPT.search(event.deed.alias):
        return _does_arabic(event, party, reading, after=after)
    return after and distance <= _BESIDE + 1 if event.voice == "passive" else not after


def _does_arabic(event: Event, party: Mention, reading: Reading, *, after: bool) -> bool:
    """Return whether a name beside a finite Arabic or Persian verb may do the deed.

    Arabic puts the doer behind a verb that begins its clause and before what suffers it; behind any other verb stands
    what suffers it: "a rocket attack targets the American forces".
    """
    if not after or is_persian_verb(event.deed):
        return not after
    if event.voice == "passive":
        return _is_after_by(event.deed, party, reading)
    following = reading.folded[party.field].text[party.end :].split(maxsplit=1)[:1]
    has_object = bool(following) and following[0] not in ARABIC_PREPOSITIONS and not _ends_clause(party, reading)
    beside = distance(event.deed, party, reading) == 1 and event.deed.kind == "either"  # a noun and its adjective
    return beside or (begins_clause(event.deed, reading) and has_object)


def begins_clause(deed: Mention, reading: Reading) -> bool:
    """Return whether a deed begins its clause, but for a word such as "urgent"."""
    folded = reading.folded[deed.field]
    start = clause_of(deed, reading).start
    return len(folded.original[start : folded.span(deed.start, deed.end)[0]].split()) <= _BEFORE_VERB


def _suffers(event: Event, distance: int, *, after: bool) -> bool:
    """Return whether the target of a deed may stand on this side of it, so many words away."""
    if event.voice == "open" or after:
        if after and is_persian_verb(event.deed):
            return False
        return event.voice != "passive" or ARABIC_SCRIPT.search(event.deed.alias) is not None
    if event.voice == "noun":
        # "embassy attack"; Persian puts the target before the noun of a compound
        return (distance == 1 and not ARABIC_SCRIPT.search(event.deed.alias)) or _is_persian(event.deed.alias)
    return event.voice == "passive" or _is_persian(event.deed.alias)


def _is_after_by(deed: Mention, party: Mention, reading: Reading) -> bool:
    """Return whether a word such as "by" stands between a deed and a party."""
    return not BY.isdisjoint(reading.folded[deed.field].text[deed.end : party.start].split())


def _is_adjective(event: Event, distance: int) -> bool:
    return distance == 1 and ARABIC_SCRIPT.search(event.deed.alias) is not None


def is_persian_verb(deed: Mention) -> bool:
    """Return whether a deed is a Persian verb, which is the last word of its clause."""
    return _is_persian(deed.alias) and deed.kind not in {"", "noun"}


def _is_persian(alias: str) -> bool:
    """Return whether a word is Persian: by letters that Arabic lacks, or by the verb that ends a compound."""
    return is_persian(alias) or _PERSIAN_END.search(alias) is not None


def distance(deed: Mention, party: Mention, reading: Reading) -> int:
    """Return the words from one to the other, 1 for neighbours."""
    if party.start >= deed.end:
        return reading.word(party) - reading.last_word(deed)
    return reading.word(deed) - reading.last_word(party)
