"""Which words deny a deed: before it, of all that follows, or of all that stands before them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.rules.clause_words import (
    AND,
    ASIDE,
    RELATIVES,
)
from alerts.rules.event_clause import clause_of, has_comma
from alerts.rules.event_cues import (
    AFTER,
    BEFORE,
    NEAR_CHARS,
    NOBODY,
    SPARED,
    Cues,
    shown,
    shows,
    turns,
)
from alerts.rules.event_drill import in_order
from alerts.rules.event_voice import Voice, is_finite
from alerts.rules.reading import Mention, Reading

_PRESENT = ("\u064a", "\u062a")  # begin the present of an Arabic verb: he, she


def denied_as(
    denial: Mention, deed: Mention, cues: Cues, reading: Reading, *, spared: bool
) -> tuple[str, Mention | None]:
    """Return how a deed stands that a cue denies; "if troops do not leave" is a condition."""
    conditions = (each for each in shown("conditional", cues, deed, reading) if each.end <= denial.start)
    if condition := next(conditions, None):
        return "conditional", condition
    return ("background" if spared else "denied"), denial


def denial_of(deed: Mention, spoken: Voice, cues: Cues, reading: Reading) -> tuple[Mention | None, bool]:
    """Return the cue that denies a deed, and whether only a part in it is denied: "denies involvement in attack".

    What no denial denies is a cue too: "no group claims attack" denies no attack.
    """
    # "yet to claim attack", "no claim": with the claim in them
    unclaimed = [each for each in cues[NOBODY] if any(each.overlaps(claim) for claim in cues["claimed"])]
    spared = [each for each in (*cues[SPARED], *unclaimed) if each.field == deed.field and not each.overlaps(deed)]
    # "nobody claims the attack", but "nobody hurt", "no US troops were hurt"
    reach = 3 if spoken in {"passive", "open"} else 1
    for cue in _denials(deed, spoken, cues, reading):
        if not any(
            each.overlaps(cue) and reading.word(deed) - reading.last_word(each) > (0 if each in unclaimed else reach)
            for each in spared
        ):
            # what is spared stands before the deed, and in Persian the denial behind both
            begin = cue.end if cue.end <= deed.start else max(0, deed.start - NEAR_CHARS)
            part = any(
                begin <= each.start and each.end <= deed.start and clause_of(deed, reading).has(each, reading)
                for each in spared
            )
            return cue, part
    return None, False


def _denials(deed: Mention, spoken: Voice, cues: Cues, reading: Reading) -> Iterator[Mention]:
    for cue in cues["denied"]:
        if shows("denied", cue, deed, reading) and (
            cue.start > deed.start or _is_denied_after(cue, deed, spoken, reading)
        ):
            yield cue
    near = [
        (name, each)
        for name in (AFTER, BEFORE)
        for each in cues[name]
        if each.field == deed.field and not each.overlaps(deed) and clause_of(deed, reading).has(each, reading)
    ]
    for name, cue in near:
        if has_comma(*in_order(cue, deed), reading):
            continue
        if (name == AFTER and _is_denied_after(cue, deed, spoken, reading)) or (
            name == BEFORE and _is_denied_before(deed, cue, spoken, reading)
        ):
            yield cue


def _is_denied_after(cue: Mention, deed: Mention, spoken: Voice, reading: Reading) -> bool:
    """Return whether a deed belongs to what is denied behind a cue: "denies that soldiers were hurt in an attack"."""
    text = reading.folded[deed.field].text
    between = text[cue.end : deed.start].split()
    if deed.start < cue.end or not ASIDE.isdisjoint(between) or turns(between, deed):
        return False
    # an Arabic verb with an attached "and" has the doer of the denial: "denies the strike and bombs a camp"
    is_verb = is_finite(deed, spoken) or (spoken == "active" and deed.alias.startswith(_PRESENT))
    return not (deed.attached and text[deed.start] == "\u0648" and is_verb)


def _is_denied_before(deed: Mention, cue: Mention, spoken: Voice, reading: Reading) -> bool:
    """Return whether a deed belongs to what is denied in front of a cue: "attack on base did not happen"."""
    text = reading.folded[deed.field].text
    between, before = text[deed.end : cue.start].split(), text[: deed.start].split()
    if cue.start < deed.end or not ASIDE.isdisjoint((*between, *before[-2:])) or not AND.isdisjoint(between[1:]):
        return False
    # a verb of its own is denied only in a clause that depends on the denial: "that base was hit is false"
    depends = not RELATIVES.isdisjoint(before)
    return depends or not is_finite(deed, spoken) or spoken == "passive"
