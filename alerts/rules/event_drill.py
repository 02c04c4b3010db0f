"""Whether a deed is only done in a drill, and not to those who hold it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from alerts.rules.clause_words import ASIDE, DURING, INSIDE, UPON, WITHIN
from alerts.rules.event_clause import clause_of, has_comma
from alerts.rules.event_marks import is_verb_last
from alerts.rules.event_voice import REACH, Voice
from alerts.rules.reading import Mention, Mentions, Reading

IMITATED = "imitated"  # cues of what is only imitated
REHEARSED = "rehearsed"
_LASTING = ("kill", "wound", "die")  # deeds that are real in a drill too
_CUE_REACH = 4  # words from the cue to the deed


def rehearsals(deed: Mention, spoken: Voice, cues: Mapping[str, Mentions], reading: Reading) -> Iterator[Mention]:
    """Yield the cues that show that a deed is only done in a drill."""
    for name in (IMITATED, REHEARSED):
        for cue in cues[name]:
            if cue.field == deed.field and not cue.overlaps(deed) and clause_of(deed, reading).has(cue, reading):
                is_shown = _is_imitated if name == IMITATED else _is_in_drill
                if is_shown(cue, deed, spoken, reading):
                    yield cue


def _is_imitated(cue: Mention, deed: Mention, _: Voice, reading: Reading) -> bool:
    """Return whether a cue says that a deed is imitated: "simulating attack", "fires missiles at mock base"."""
    first, last = in_order(cue, deed)
    between = reading.folded[deed.field].text[first.end : last.start].split()
    # a Persian verb stands behind all that it is about
    near = len(between) < (REACH if first is cue or is_verb_last(cue.alias) else _CUE_REACH)
    return near and not has_comma(first, last, reading) and ASIDE.isdisjoint(between)


def _is_in_drill(cue: Mention, deed: Mention, spoken: Voice, reading: Reading) -> bool:
    """Return whether a deed is a part of a drill, and not one that befalls those who hold it.

    So it is in "IRGC fires missiles in drill" and "missile attack drill", not in "drill hit by rocket" and "rockets hit
    troops during drill". Who dies in a drill is dead.
    """
    if is_lasting(deed, reading):
        return False
    text = reading.folded[deed.field].text
    if cue.end > deed.start:
        return _is_part_of(cue, deed, spoken, reading)
    if has_comma(cue, deed, reading):  # with no doer of its own: "holds drill, fires missiles"
        folded = reading.folded[deed.field]
        return folded.original[: folded.span(deed.start, deed.end)[0]].rstrip().endswith((",", "\u060c"))
    return spoken in {"noun", "active"} and ASIDE.isdisjoint(text[cue.end : deed.start].split())


def is_lasting(deed: Mention, reading: Reading) -> bool:
    """Return whether a deed is a death or a wound, which is one however it came about."""
    return any(each.start == deed.start for name in _LASTING for each in reading.mentions.get(f"$deed-{name}", ()))


def _is_part_of(drill: Mention, deed: Mention, spoken: Voice, reading: Reading) -> bool:
    """Return whether the words between a deed and the drill behind it make it a part of the drill."""
    between = reading.folded[deed.field].text[deed.end : drill.start].split()
    if has_comma(deed, drill, reading) or not ASIDE.isdisjoint(between):
        return False
    links = [n for n, word in enumerate(between) if word in UPON | INSIDE | DURING | WITHIN]
    if not links:
        return spoken == "noun" and len(between) < _CUE_REACH - 1  # "missile attack drill"
    thing, link = between[: links[-1]], between[links[-1]]
    if link in DURING:
        return spoken == "active" and not thing
    return link in WITHIN and (spoken == "active" or (spoken == "noun" and UPON.isdisjoint(thing)))


def in_order(one: Mention, other: Mention) -> tuple[Mention, Mention]:
    return (one, other) if one.start <= other.start else (other, one)
