"""Where in a clause the doer, the target and the place of a deed may stand, seen from the deed. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from alerts.rules.clause_words import ARABIC_PREPOSITIONS, ASIDE, BY, LIGHT, LINKS, OBJECT, SAYING, SELF, SITES, TELLING
from alerts.rules.event_clause import begins_clause, clause_of, ends_clause, has_comma
from alerts.rules.event_drill import is_lasting
from alerts.rules.event_hosts import is_host, stays_there, words_behind
from alerts.rules.event_marks import is_last_verb, is_verb_last, may_take
from alerts.rules.event_owner import is_no_doer
from alerts.rules.event_scene import is_scene
from alerts.rules.event_told import Event
from alerts.rules.event_voice import REACH, is_doer_of_noun, is_of_nation
from alerts.rules.event_whose import says_whose
from alerts.rules.forms.paradigm import ARABIC_SCRIPT
from alerts.rules.reading import Mention, Reading

# words from a deed to a party, by its role
REACHES: Mapping[str, int] = {"by": REACH, "on": REACH, "in": 2 * REACH}
_WORD = re.compile(r"\S+")
_SAID_OF = {"told", "said", "reported"}  # of the name before, where "to" follows
_BESIDE = 3  # words from the noun of a deed to its doer


def reaches(role: str, event: Event, party: Mention, reading: Reading) -> bool:
    """Return whether a party stands where its role may, seen from the deed: see the module's docstring."""
    away, after = distance(event.deed, party, reading), party.start >= event.deed.end
    if (
        away > REACHES[role]
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
    """Return whether a party beside a noun did not do what that names: "Israel's Tehran strike", "Kuwait strike"."""
    if role != "by":
        return False
    if is_scene(event, party, reading):
        return True
    if event.voice != "noun" or party.end > event.deed.start:
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
