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

from alerts.rule import Condition
from alerts.rules.clause_words import (
    ARABIC_PREPOSITIONS,
    ASIDE,
    BY,
    LIGHT,
    LINKS,
    OBJECT,
    SAYING,
    SELF,
    SITES,
    TELLING,
)
from alerts.rules.event_clause import begins_clause, clause_of, ends_clause, has_comma
from alerts.rules.event_drill import is_lasting
from alerts.rules.event_hosts import is_host, stays_there, words_behind
from alerts.rules.event_marks import is_kurdish, is_last_verb, is_verb_last, may_take
from alerts.rules.event_numbers import Asked, numbers
from alerts.rules.event_owner import is_no_doer
from alerts.rules.event_speaker import speaks
from alerts.rules.event_standing import CUES, NEAR_CHARS, standing
from alerts.rules.event_voice import REACH, Voice, is_doer_of_noun, is_of_nation, voice
from alerts.rules.event_whose import says_whose
from alerts.rules.forms.paradigm import ARABIC_SCRIPT
from alerts.rules.lexicon import DENIED
from alerts.rules.reading import FIELDS, Mention, Mentions, Reading

Evaluate = Callable[[Condition, Reading], Mentions | None]
DEED = "deed-"  # how the lists of deeds are named
_REACHES = {"by": REACH, "on": REACH, "in": 2 * REACH}  # words from a deed to a party, by its role
ROLES = tuple(_REACHES)
_WORD = re.compile(r"\S+")
_SAID_OF = {"told", "said", "reported"}  # of the name before, where "to" follows
_BESIDE = 3  # words from the noun of a deed to its doer
_NAMES = "names"  # under which a reading keeps them
DEEDS_READ = 60  # of a field, from its beginning: what stands behind so many is no news of this article


@dataclass(frozen=True, slots=True)
class Event:
    """A deed as one mention tells it. `standing` is "happened" or one of STANDINGS, with the cue that shows it."""

    deed: Mention
    voice: Voice
    standing: str
    cue: Mention | None = None


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
        longest += [each for each in read if not any(inside(each, other) for other in (*read, *_names(reading)))]
    return longest


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
    return [None if role == "by" else _REACHES[role] for role in roles(condition)]


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
        most = _REACHES[role]
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


def reaches(role: str, event: Event, party: Mention, reading: Reading) -> bool:
    """Return whether a party stands where its role may, seen from the deed: see the module's docstring."""
    away, after = distance(event.deed, party, reading), party.start >= event.deed.end
    if (
        away > _REACHES[role]
        or (role != "in" and says_whose(party, reading))
        or _is_no_doer(role, event, party, reading)
    ):
        return False
    if role == "in":
        return True
    if event.voice != "noun" and is_last_verb(event.deed) and (after or event.voice == "active"):
        return may_take(role, event.deed, party, reading)
    owned = is_doer_of_noun(event.deed, party, event.voice, reading)
    if role == "by" or owned:
        return role == "by" and (owned or _does(event, party, away, reading))
    apart = _is_apart(event.deed, party, reading) if after else _has_verb_of_its_own(event, party, reading)
    if event.voice == "noun" and not after and is_of_nation(reading.hit(party).text):
        return False  # "Iranian attacks" are Iran's, "embassy attacks" the embassy suffers
    return _suffers(event, away, after=after) and not apart


def _is_no_doer(role: str, event: Event, party: Mention, reading: Reading) -> bool:
    """Return whether a party before a noun did not do what that names: "Israel's Tehran strike"."""
    if role != "by" or event.voice != "noun" or party.end > event.deed.start:
        return False
    owned = reading.folded[party.field].text[: party.start].split()[-1:] == ["s"]
    said = reading.hit(party).text
    return (owned and said != "US" and not is_of_nation(said)) or is_no_doer(event.deed, party, reading)


def _is_subject(deed: Mention, party: Mention, reading: Reading) -> bool:
    """Return whether a name begins the clause of a Persian verb that has an object of its own, marked by "ra"."""
    folded = reading.folded[deed.field]
    between = folded.text[party.end : deed.start].split()
    if not is_last_verb(deed) or OBJECT not in between[1:]:
        return False
    return not folded.original[clause_of(deed, reading).start : folded.span(party.start, party.end)[0]].strip()


def _is_apart(deed: Mention, party: Mention, reading: Reading) -> bool:
    """Return whether a name behind a deed stands in another part of its clause: "Jets bomb Gaza as Iran warns".

    So it does behind a comma, a word that links two parts, or an Arabic "and": "and Iran warns".
    """
    text = reading.folded[deed.field].text
    between = words_behind(deed, party, reading)
    if is_host(deed, party, reading):
        return False  # "hit base, which hosts US troops"
    if not LINKS.isdisjoint(between) or has_comma(deed, party, reading):
        return True
    return bool(between) and party.attached and text[party.start] == "\u0648"


def _does(event: Event, party: Mention, distance: int, reading: Reading) -> bool:
    """Return whether the doer of a deed may stand where a party stands."""
    after = party.start >= event.deed.end
    if stays_there(party, reading):
        return False
    if event.voice in {"noun", "open"}:
        # "US strike", "strike by US", Arabic "a strike American"; never the target that follows a noun. Before a form
        # that may be a participle stands whoever suffers it ("US troops shelled near Mosul"), but for a bare name
        return (
            distance <= (1 if event.voice == "open" else _BESIDE) and not _only_tells(event.deed, party, reading)
            if not after
            else _is_after_by(event.deed, party, reading) or _is_adjective(event, distance)
        )
    if ARABIC_SCRIPT.search(event.deed.alias):
        return _does_arabic(event, party, reading, after=after)
    if event.voice == "passive":
        return after and distance <= _BESIDE + 1
    return not after and not _is_left_behind(event.deed, party, reading)


def _has_verb_of_its_own(event: Event, party: Mention, reading: Reading) -> bool:
    """Return whether a name before a deed does something else: "Trump says general killed in strike"."""
    words = reading.folded[event.deed.field].text[party.end : event.deed.start].split()
    behind = next((words[n + 1 :] for n, word in enumerate(words) if word in TELLING), None)
    # what is struck may be its own ("Kuwait says airport hit"), who is killed is not it
    tells = behind is not None and (
        is_lasting(event.deed, reading) or not behind or behind[0] in SELF or behind[0].endswith("ed")
    )
    return (tells and event.voice in {"passive", "open"}) or _is_subject(event.deed, party, reading)


def _is_left_behind(deed: Mention, party: Mention, reading: Reading) -> bool:
    """Return whether a word such as "as" begins another part between a name and a verb: "US on alert as rockets hit".

    A comma ends that part: "Iran, after talks fail, strikes".
    """
    text = reading.folded[deed.field].text
    turns = [each.end() for each in _WORD.finditer(text, party.end, deed.start) if each[0] in ASIDE]
    if not turns or deed.alias.endswith("ing"):  # "warns Israel while striking it"
        return False
    folded = reading.folded[deed.field]
    begin, end = folded.span(turns[-1] - 1, turns[-1])[1], folded.span(deed.start, deed.end)[0]
    return "," not in folded.original[begin:end]


def _only_tells(deed: Mention, party: Mention, reading: Reading) -> bool:
    """Return whether a name before the noun of a deed tells of it, or owns what suffers it: "US confirms strike"."""
    words = reading.folded[deed.field].text[party.end : deed.start].split()
    if ARABIC_SCRIPT.search(deed.alias) and not is_verb_last(deed.alias):
        return bool(words) and LIGHT.isdisjoint(words)  # Arabic puts the doer of a noun behind it
    if not {"در", "له"}.isdisjoint(words):
        return True  # Persian and Kurdish "killed in an attack" names who was killed
    # "PMF told to leave its posts" says what the PMF is to do
    tells = SAYING - _SAID_OF if "to" in words else SAYING
    return not tells.isdisjoint(words) or not SITES.isdisjoint(words[:1])


def _does_arabic(event: Event, party: Mention, reading: Reading, *, after: bool) -> bool:
    """Return whether a name beside a finite Arabic or Persian verb may do the deed.

    Arabic puts the doer behind a verb that begins its clause and before what suffers it; behind any other verb stands
    what suffers it: "a rocket attack targets the American forces".
    """
    if not after:
        return True
    if event.voice == "passive":
        return _is_after_by(event.deed, party, reading)
    following = reading.folded[party.field].text[party.end :].split(maxsplit=1)[:1]
    has_object = bool(following) and following[0] not in ARABIC_PREPOSITIONS and not ends_clause(party, reading)
    beside = distance(event.deed, party, reading) == 1 and event.deed.kind == "either"  # a noun and its adjective
    return beside or (begins_clause(event.deed, reading) and has_object)


def _suffers(event: Event, distance: int, *, after: bool) -> bool:
    """Return whether the target of a deed may stand on this side of it, so many words away."""
    if event.voice == "open" or after:
        return event.voice != "passive" or ARABIC_SCRIPT.search(event.deed.alias) is not None
    if event.voice == "noun":
        # "embassy attack"; Persian puts the target before the noun of a compound
        return (distance == 1 and not ARABIC_SCRIPT.search(event.deed.alias)) or is_verb_last(event.deed.alias)
    return event.voice == "passive" or is_verb_last(event.deed.alias)


def _is_after_by(deed: Mention, party: Mention, reading: Reading) -> bool:
    """Return whether a word such as "by" stands between a deed and a party."""
    return not BY.isdisjoint(reading.folded[deed.field].text[deed.end : party.start].split())


def _is_adjective(event: Event, distance: int) -> bool:
    return distance == 1 and ARABIC_SCRIPT.search(event.deed.alias) is not None


def distance(deed: Mention, party: Mention, reading: Reading) -> int:
    """Return the words from one to the other, 1 for neighbours."""
    text = reading.folded[deed.field].text
    if party.start >= deed.end:
        return text.count(" ", deed.end, party.start)
    return text.count(" ", party.end, deed.start)
