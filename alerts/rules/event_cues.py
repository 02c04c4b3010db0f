"""The cues that say how a deed stands, and where one must stand to be about a deed. Pure.

Cues are lists of the config named `standing-...`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from alerts.event import ACCIDENTAL
from alerts.rules.clause_words import (
    BUT,
    DATED,
    LIGHT,
    MEANWHILE,
    OBJECT,
    TO,
    USING,
)
from alerts.rules.event_clause import clause_of, has_comma, has_question
from alerts.rules.event_drill import IMITATED, in_order
from alerts.rules.event_find import FOUND
from alerts.rules.event_known import OBJECT as OF_WHOM
from alerts.rules.event_known import ROLLING, TOPIC, WHY
from alerts.rules.event_marks import is_last_verb
from alerts.rules.event_voice import REACH
from alerts.rules.reading import Mention, Mentions, Reading

STANDING = "standing-"  # how the lists of cues are named
# the first that a deed's words show holds: what is remembered and denied is remembered
STANDINGS = (
    *("remembered", "opinion", "roundup", "rehearsed", FOUND, "denied", ACCIDENTAL),
    *("conditional", "asked", "expected", "background", "claimed"),
)
# further lists of cues: of a denial whose reach is a clause, of what no denial denies, of what is only imitated, and of
# what is expected where the cue stands behind the deed; of what says that nobody claims a deed
AFTER, BEFORE, SPARED = "denied-after", "denied-before", "denied-not"
COMING, NOBODY = "expected-behind", "unclaimed"
CUES = (*STANDINGS, AFTER, BEFORE, SPARED, IMITATED, COMING, TOPIC, WHY, OF_WHOM, ROLLING, NOBODY)
NEAR_CHARS = 40 * REACH * 2  # farther than any number of words of REACH reaches; counting words costs more
_ANYWHERE = frozenset({"roundup", "claimed"})  # cues of the whole headline or clause
_IN_CLAUSE = frozenset({"conditional"})  # "if" may follow what it is about
CUE_REACH = {"denied": 4, "asked": 5, "expected": 4, "background": 4}  # words from the cue to the deed
_LABEL_WORDS = 4  # of a headline, in which a cue of opinion labels it
Cues = Mapping[str, Mentions]


def shows(name: str, cue: Mention, deed: Mention, reading: Reading) -> bool:
    """Return whether a cue is about a deed.

    What labels a whole headline ("Roundup", "claims") may stand anywhere in it. Other cues stand before the deed, with
    no comma between: "strike hits funeral" is no memory. Only Persian denies after the noun of the deed.
    """
    if cue.field != deed.field or cue.overlaps(deed):
        return False
    counts = name != "background" or cue.alias == "over"
    if counts and reading.folded[cue.field].text[cue.end + 1 : cue.end + 2].isdigit():
        return False  # "toll rises to 7", "over 10 blasts", and not "during 60 days of talks"
    if name == "expected" and cue.alias == "to" and _is_no_purpose(cue, reading):
        return False
    clause = clause_of(deed, reading)
    if name in _ANYWHERE:
        return cue.field == "title" or clause.has(cue, reading)
    if name in _IN_CLAUSE:
        return clause.has(cue, reading)
    return abs(cue.start - deed.start) <= NEAR_CHARS and _stands_before(name, cue, deed, reading)


def _is_no_purpose(to: Mention, reading: Reading) -> bool:
    """Return whether "to" is about what was done: "claims to have struck", "uses missiles to attack"."""
    text = reading.folded[to.field].text
    return text[to.end :].split()[:1] == ["have"] or not USING.isdisjoint(
        text[: to.start].split()[-CUE_REACH["asked"] :]
    )


def _stands_before(name: str, cue: Mention, deed: Mention, reading: Reading) -> bool:
    """Return whether a cue stands where it is about a deed: before it, in reach; a Persian denial right behind it."""
    if cue.end <= deed.start:
        words = reading.folded[deed.field].text[cue.end : deed.start].split()
        if name in {"opinion", "remembered"} and deed.kind not in {"", "noun"} and not MEANWHILE.isdisjoint(words):
            # "Iran marks anniversary as Israel strikes Isfahan", and not "on this day in 1991 a panic as missiles hit"
            return reading.folded[deed.field].text[cue.start : cue.end].startswith(DATED)
        if name == "opinion":  # "Why ...", "Analysis: ...", and not "a war that could end"
            apart = reading.word(cue) > 0 and deed.kind not in {"", "noun"} and has_comma(cue, deed, reading)
            return reading.word(cue) < _LABEL_WORDS and not apart and not has_question(cue, deed, reading)
        return name == "remembered" or (
            not turns(words, deed)
            and clause_of(deed, reading).has(cue, reading)
            and reading.word(deed) - reading.last_word(cue) <= _cue_reach(name, deed, words)
            and not has_comma(cue, deed, reading)
        )
    text = reading.folded[deed.field].text
    between = text[deed.end : cue.start].split()
    if name == "expected":  # Persian threatens last, with what "to" stands before
        return is_last_verb(cue) and text[: deed.start].split()[-1:] == [TO] and not has_comma(deed, cue, reading)
    return name == "denied" and clause_of(deed, reading).has(cue, reading) and between in ([], [OBJECT])


def turns(words: list[str], deed: Mention) -> bool:
    """Return whether words before a deed say that it is so all the same, or meanwhile: "wants deal as Israel strikes".

    "No choice but to strike" says no such thing, nor does a noun: "seen as an attack".
    """
    if deed.kind not in {"", "noun"} and not MEANWHILE.isdisjoint(words):
        return True
    return any(word in BUT and then != "to" for word, then in pairwise((*words, "")))


def _cue_reach(name: str, deed: Mention, between: list[str]) -> int:
    """Return how many words a cue may stand before a deed; a Persian verb stands behind all that it is about.

    A verb that only does the noun of a deed does not count: "plan to carry out large-scale strikes".
    """
    if name == "expected" and is_last_verb(deed):
        return REACH
    light = len(LIGHT.intersection(between)) if name == "expected" and deed.kind in {"", "noun", "either"} else 0
    return CUE_REACH[name] + light


def shown(name: str, cues: Cues, deed: Mention, reading: Reading) -> Iterator[Mention]:
    shown = (each for each in cues[name] if name != "denied" and shows(name, each, deed, reading))
    if name != "claimed":  # "yet to claim"
        return (each for each in shown if not any(each.overlaps(other) for other in cues[NOBODY]))
    return (each for each in shown if not any(unclaims(other, each, reading) for other in cues[NOBODY]))


def unclaims(nobody: Mention, claim: Mention, reading: Reading) -> bool:
    """Return whether words beside a claim say that there is none: "no group claims", "responsibility not accepted"."""
    if nobody.field != claim.field or has_comma(*in_order(nobody, claim), reading):
        return False
    first, last = in_order(nobody, claim)
    return nobody.overlaps(claim) or reading.word(last) - reading.last_word(first) <= REACH
