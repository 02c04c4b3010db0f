"""Whether an English verb goes on with a plan named before it: "vows to seize the port, launch new strikes". Pure."""

from __future__ import annotations

import re

from alerts.rules.clause_words import LIGHT
from alerts.rules.event_clause import clause_of
from alerts.rules.event_cues import Cues
from alerts.rules.event_voice import Voice
from alerts.rules.forms.english_words import IRREGULAR
from alerts.rules.reading import Mention, Reading

_LINK = re.compile(r",|\b(?:and|or)\b", re.IGNORECASE)
_ADVERBS = {"also", "then", "even", "again", "possibly"}
_PASTS = frozenset(word for pasts in IRREGULAR.values() for past in pasts for word in past) - frozenset(IRREGULAR)
_ONE = {"US", "U.S.", "Abbas", "Hamas"}  # end with -s, and are no plural
_TO_REACH = 3  # words from a cue to the "to" behind it


def planned(deed: Mention, spoken: Voice, cues: Cues, reading: Reading) -> Mention | None:
    """Return the cue of the plan that a deed is a part of, None if there is none.

    A comma or "and" stands before the verb, whose form is that behind "to"; whoever does what is told would have it
    with an -s: "Trump vows to end truce, strikes Iran". So the verb may be one such as "launch" before a noun. Of many
    it says nothing: "Houthis threaten to sink ships, fire missiles at carrier"; so a name stands before a cue with -s.
    """
    folded = reading.folded[deed.field]
    if not deed.alias.isascii() or not (cues["expected"] or cues["asked"]):
        return None
    clause = clause_of(deed, reading)
    said = folded.original[clause.start : folded.span(deed.start, deed.end)[0]]
    links = list(_LINK.finditer(said))
    if not links:
        return None
    words = [word for word in said[links[-1].end() :].lower().split() if word not in _ADVERBS]
    if words and words[0] not in LIGHT:
        return None
    if not _is_infinitive(words[0] if words else deed.alias.split()[0]) or (not words and spoken != "active"):
        return None
    link = clause.start + links[-1].start()
    for cue in (*cues["expected"], *cues["asked"]):
        if cue.field == deed.field and cue.end <= deed.start and clause.has(cue, reading):
            begin, end = folded.span(cue.start, cue.end)
            if not _is_of_one(folded.original[clause.start : begin], folded.original[begin:end]):
                continue
            if end <= link and "to" in folded.original[begin:link].lower().split()[: _TO_REACH + 1]:
                return cue
    return None


def _is_of_one(before: str, cue: str) -> bool:
    """Return whether a cue is the verb of one alone: "Trump vows", but not "Houthis renew vows" nor "Houthis vow"."""
    name, verb = before.split()[-1:], cue.split(maxsplit=1)[0]
    if not name or not verb.islower() or not verb.endswith("s"):
        return False
    return name[0][0].isupper() and (name[0] in _ONE or not name[0].endswith("s"))


def _is_infinitive(verb: str) -> bool:
    return not verb.endswith(("s", "ed", "ing")) and verb not in _PASTS
