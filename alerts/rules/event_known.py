"""Whether a deed is known already by what is said behind it, or by the rolling page on which it stands aside. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from alerts.rules.clause_words import ASIDE, CAUSE, LINKS, PREPOSITIONS, RELATIVES, TELLING
from alerts.rules.event_clause import clause_of, has_comma
from alerts.rules.event_drill import is_lasting
from alerts.rules.event_voice import REACH, Voice, is_finite
from alerts.rules.reading import Mention, Mentions, Reading

# cues of what is said of a deed behind its noun, of why it was done, of what is done with those who suffered it, and of
# a page that goes on all day
TOPIC, WHY, OBJECT, ROLLING = "background-behind", "background-why", "background-object", "rolling"
_ELSEWHERE = LINKS | ASIDE | RELATIVES  # behind them another verb has its own subject
_PART = re.compile(r"\s*(?:[:|\u2013\u2014\u2026]|-\s|$)")  # what ends the mark of a page: "War live: ..."
_MARK_WORDS = 5  # "Iran Israel war live updates"
_BEFORE_GERUND = {"of", "for", "from", "before", "after", "against", "without", "about"}
# verbs before what is known already: "returns seized ship"
_HANDLING = {"returns", "releases", "frees", "shows", "displays", "tows", "inspects", "unloads", "auctions", "sells"}
_HANDLING |= {"repairs", "recovers", "salvages", "raises", "rebuilds", "restores", "buries", "mourns", "identifies"}
_BEFORE_NOUN = _HANDLING | {"of", "from", "for", "with", "to", "near", "a", "an", "another"}
_THE, _THE_PARTICIPLE = ("ال", "لل", "بال", "وال"), "الم"
_FRESH = {"new", "fresh", "renewed", "another"}
_KNOWN_ATTACKS = {"strikes", "airstrikes", "air strikes", "attacks", "raids", "bombings"}
_MODALS = {"may", "might", "could", "would", "will", "must", "should"}
_BESIDE = re.compile("[,;\u060c\u061b]")


def known(deed: Mention, spoken: Voice, cues: Mapping[str, Mentions], reading: Reading) -> Mention | None:
    """Return the cue that shows that a deed is no news, although it is told; None if there is none."""
    return _topic(deed, spoken, cues, reading) or _object(deed, spoken, cues, reading) or _aside(deed, cues, reading)


def is_gerund(deed: Mention) -> bool:
    return deed.kind == "active" and deed.alias.endswith("ing")


def _topic(deed: Mention, spoken: Voice, cues: Mapping[str, Mentions], reading: Reading) -> Mention | None:
    """Return the cue behind a deed by which it is only talked of: "strikes on Iran may widen the war".

    It is what the noun of the deed is the subject of, or why a deed was done: "struck Iran because talks failed".
    Before a cue an English plural is no verb: "further strikes unlikely to help".
    """
    text = reading.folded[deed.field].text
    for cue in (*cues[TOPIC], *cues[WHY]):
        if not _stands_behind(cue, deed, reading):
            continue
        if cue.term.endswith(WHY):
            return cue
        between = text[deed.end : cue.start].split()
        if is_finite(deed, spoken) and (between or deed.kind != "either"):
            continue
        # "and" and "as": another has the verb; "attack on port, fuelling fears" tells of the attack
        joined = any(word.startswith("\u0648") for word in (*between, text[cue.start : cue.end]))
        if joined or is_gerund(cue) or not (_ELSEWHERE | CAUSE).isdisjoint(between) or _is_new(cue, deed, text):
            continue
        return cue
    return None


def _object(deed: Mention, spoken: Voice, cues: Mapping[str, Mentions], reading: Reading) -> Mention | None:
    """Return the cue of what is done with whoever suffered a deed: "visits refinery hit by missiles".

    So is a participle before a noun ("crew of downed jet"), and one in -ing ("accuses Iran of attacking ships").
    """
    if _is_arabic_attribute(deed, reading):
        return deed
    text = reading.folded[deed.field].text
    *_, further, before = ("", "", *text[: deed.start].split()[-2:])
    doing = is_gerund(deed) or _does_to_object(deed, text)
    if (further if before == "being" else before if doing else "") in _BEFORE_GERUND:
        return deed
    if spoken == "active" and not (_is_attribute(deed, text) or _begins_as_attribute(deed, text, reading)):
        return None
    for cue in cues[OBJECT]:
        near = cue.field == deed.field and cue.end <= deed.start and clause_of(deed, reading).has(cue, reading)
        if not near or reading.word(deed) - reading.last_word(cue) > REACH or has_comma(cue, deed, reading):
            continue
        if _ELSEWHERE.isdisjoint(text[cue.end : deed.start].split()):
            return cue
    return deed if _is_attribute(deed, text) or _begins_as_attribute(deed, text, reading) else None


def _does_to_object(deed: Mention, text: str) -> bool:
    """Return whether a form in -ing that may also be a noun has an object: "night of bombing Iran"."""
    after = text[deed.end :].split(maxsplit=1)[:1]
    return deed.kind == "either" and deed.alias.endswith("ing") and bool(after) and PREPOSITIONS.isdisjoint(after)


def _is_attribute(deed: Mention, text: str) -> bool:
    """Return whether an English participle stands before the noun that it is said of."""
    before, after = text[: deed.start].split()[-1:], text[deed.end :].split()[:1]
    return (
        deed.kind in {"passive", "either"}
        and deed.alias.endswith("ed")
        and not _BEFORE_NOUN.isdisjoint(before)
        and bool(after)
        and PREPOSITIONS.isdisjoint(after)
    )


def _is_arabic_attribute(deed: Mention, reading: Reading) -> bool:
    """Return whether an Arabic participle with an article follows its noun: "the site the-targeted"."""
    text = reading.folded[deed.field].text
    before = text[: deed.start].split()[-1:]
    return text.startswith(_THE_PARTICIPLE, deed.start) and bool(before) and before[0].startswith(_THE)


def _begins_as_attribute(deed: Mention, text: str, reading: Reading) -> bool:
    """Return whether a headline begins with a participle that is said of a thing: "Seized tanker reaches port".

    Who is killed or wounded may be so for the first time: "Wounded soldiers flown out after attack".
    """
    after = text[deed.end :].split(maxsplit=1)[:1]
    participle = deed.kind in {"passive", "either"} and deed.alias.endswith("ed")
    begins = participle and not text[: deed.start].strip() and bool(after) and PREPOSITIONS.isdisjoint(after)
    return begins and not is_lasting(deed, reading)


def _is_new(cue: Mention, deed: Mention, text: str) -> bool:
    """Return whether a deed is news all the same: "fresh strikes threaten truce", "missile may have hit"."""
    if cue.alias in _MODALS:
        if deed.alias in _KNOWN_ATTACKS:
            return False  # "strikes may have destroyed the last submarine"
        return text[cue.end :].split()[:1] == ["have"]
    return not _FRESH.isdisjoint(text[: deed.start].split()[-2:])


def _stands_behind(cue: Mention, deed: Mention, reading: Reading) -> bool:
    """Return whether a cue stands behind a deed in its clause, in reach and with no comma between."""
    if cue.field != deed.field or cue.start < deed.end or not clause_of(deed, reading).has(cue, reading):
        return False
    return reading.word(cue) - reading.last_word(deed) <= REACH and not has_comma(deed, cue, reading)


def _aside(deed: Mention, cues: Mapping[str, Mentions], reading: Reading) -> Mention | None:
    """Return the mark of a rolling page whose headline begins with words: "War live: Trump says talks go on; ship hit".

    Such a page names what is new first, and repeats what went before beside it.
    """
    if deed.field != "title":
        return None
    folded = reading.folded["title"]
    for cue in cues[ROLLING]:
        if cue.field != "title" or cue.overlaps(deed) or not _is_mark(cue, reading):
            continue
        begin = cue.end if cue.end <= deed.start else 0
        start, end = folded.span(begin, begin + 1)[0] if begin else 0, folded.span(deed.start, deed.end)[0]
        words, said = set(folded.text[begin : deed.start].split()), folded.original[start:end]
        if TELLING & words and (_BESIDE.search(said) or ASIDE & words):
            return cue
    return None


def _is_mark(cue: Mention, reading: Reading) -> bool:
    """Return whether a word such as "live" ends a part of the headline that is no more than a mark."""
    folded = reading.folded["title"]
    start, end = folded.span(cue.start, cue.end)
    before = re.split(r"[:|\u2013\u2014]|\s-\s", folded.original[:start])[-1]
    return len(before.split()) < _MARK_WORDS and bool(_PART.match(folded.original, end))
