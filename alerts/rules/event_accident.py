"""Whether nobody did a deed on purpose: a fault, heat or a road accident is named as what brought it about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from alerts.event import ACCIDENTAL
from alerts.rules.clause_words import ASIDE, BEHIND, CAUSE, CAUSING, CONCURRENT, WEAPONS
from alerts.rules.event_clause import clause_of, has_comma
from alerts.rules.reading import Mention, Mentions, Reading

_AIMED = ("strike", "attack")  # deeds that somebody does to somebody, whatever failed or caught fire beside
_UNAIMED = ("fall", "accident")  # lists of words that may be aimed too: "drone falls" is a strike and may be a fault
_INTO = ("assault",)  # ... of which none is, where a weapon does it: "drone crashes into base"
_CAUSE_REACH = 3  # words before a fault in which "after" or "due to" stands
_DENIED_REACH = 3  # words between what denies an accident and the accident


def accident(deed: Mention, cues: Mapping[str, Mentions], reading: Reading) -> Mention | None:
    """Return the cue that shows that a deed was an accident, None if there is none.

    An attack is none: "strike causes gas leak", "drone hits base after malfunction of its defence". Where words leave
    it open which came first, the deed stands as done.
    """
    clause = clause_of(deed, reading)
    near = [each for each in cues[ACCIDENTAL] if each.field == deed.field and clause.has(each, reading)]
    caused = [each for each in near if _is_cause(each, deed, reading)]
    if not near or (_is_aimed(deed, reading) and not caused):
        return None
    denials = [each for name in ("denied", "denied-after", "denied-before") for each in cues[name]]
    return next(
        (
            each
            for each in caused or near
            if _brings_about(each, deed, reading) and not _is_denied(each, denials, reading)
        ),
        None,
    )


def _is_cause(cue: Mention, deed: Mention, reading: Reading) -> bool:
    """Return whether a fault is said to be why a weapon came down: "drone crashes into house after engine failure"."""
    text = reading.folded[deed.field].text
    before = text[deed.end : cue.start].split()[-_CAUSE_REACH:] if deed.end <= cue.start else []
    return _listed(_UNAIMED, deed, reading) and not (CAUSE | BEHIND).isdisjoint(before)


def _is_aimed(deed: Mention, reading: Reading) -> bool:
    """Return whether the clause of a deed tells an attack, or the deed is what a weapon does: "drone crashes into"."""
    by_weapon = not WEAPONS.isdisjoint(reading.folded[deed.field].text[: deed.start].split()[-1:])
    if by_weapon and _listed(_INTO, deed, reading):
        return True
    if _listed(_UNAIMED, deed, reading):
        return False
    clause = clause_of(deed, reading)
    return any(
        each.field == deed.field and clause.has(each, reading) and not _listed(_UNAIMED, each, reading)
        for name in _AIMED
        for each in reading.mentions.get(f"$deed-{name}", ())
    )


def _listed(names: Iterable[str], deed: Mention, reading: Reading) -> bool:
    return any(each.overlaps(deed) for name in names for each in reading.mentions.get(f"$deed-{name}", ()))


def _brings_about(cue: Mention, deed: Mention, reading: Reading) -> bool:
    """Return whether an accident is the deed ("car accident"), or the words between both let it be its cause."""
    if cue.overlaps(deed):
        return True
    first, last = (cue, deed) if cue.end <= deed.start else (deed, cue)
    between = set(reading.folded[deed.field].text[first.end : last.start].split())
    if has_comma(first, last, reading) and between.isdisjoint(CAUSE):
        return False
    if first is cue:
        return between.isdisjoint(ASIDE)
    return between.isdisjoint(CAUSING | CONCURRENT)


def _is_denied(cue: Mention, denials: Iterable[Mention], reading: Reading) -> bool:
    """Return whether it is denied that there was an accident: "not a technical fault", "gas leak ruled out"."""
    for each in denials:
        if each.field == cue.field and not each.overlaps(cue):
            first, last = (each, cue) if each.start < cue.start else (cue, each)
            if reading.word(last) - reading.last_word(first) <= _DENIED_REACH:
                return True
    return False
