"""Whether arms are only found, seized or made safe: "bomb defused near embassy" tells of none that went off. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.rules.clause_words import ARMS, ASIDE, INSIDE, UPON
from alerts.rules.event_clause import clause_of, has_comma
from alerts.rules.event_drill import in_order
from alerts.rules.event_marks import is_verb_last
from alerts.rules.reading import Mention, Mentions, Reading

FOUND = "found"
_REACH = 4  # words from the verb to the arms: "find three rockets", "seizes large number of missiles"
_BE = frozenset({"is", "are", "was", "were", "been", "has", "have", "being", "تم", "يتم", "safely", "ready"})


def found(deed: Mention, cues: Mapping[str, Mentions], reading: Reading) -> Mention | None:
    """Return the cue that says that the arms which a deed is named by were only found, None if there is none.

    A bomb, a launch of rockets: only words that are also things are found, so "finds attack was planned" tells none.
    """
    words = reading.folded[deed.field].text[deed.start : deed.end].split()
    if ARMS.isdisjoint(words[-1:]):
        return None
    clause = clause_of(deed, reading)
    near = (each for each in cues[FOUND] if each.field == deed.field and clause.has(each, reading))
    return next((each for each in near if not each.overlaps(deed) and _is_of(each, deed, reading)), None)


def finds_arms(verb: Mention, reading: Reading) -> bool:
    """Return whether arms are what a verb such as "seize" or "find" is done to."""
    text = reading.folded[verb.field].text
    before, behind = text[: verb.start].split()[-_REACH:], text[verb.end :].split()[:_REACH]
    if verb.kind == "passive" or is_verb_last(verb.alias):  # "bomb defused", Persian puts the verb last
        return not ARMS.isdisjoint(before) or not ARMS.isdisjoint(behind)
    until = next((n for n, word in enumerate(behind) if word in ASIDE | INSIDE | UPON), len(behind))
    return not ARMS.isdisjoint(behind[:until]) or (not behind[:until] and not ARMS.isdisjoint(before))


def _is_of(cue: Mention, deed: Mention, reading: Reading) -> bool:
    first, last = in_order(cue, deed)
    between = reading.folded[deed.field].text[first.end : last.start].split()
    if len(between) >= _REACH or has_comma(first, last, reading) or not (ASIDE | INSIDE).isdisjoint(between):
        return False
    return first is cue or is_verb_last(cue.alias) or _BE.issuperset(between)
