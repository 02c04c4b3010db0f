"""Whose a group or a thing is: names that say whose friend it is ("Iran-backed") or where it lives ("Iraqi"). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from alerts.rules.clause_words import WHOSE_FRIEND
from alerts.rules.reading import Mention, Reading

# what stands before these is no party, but says whose friend or make something is: "Iran-backed"
WHOSE = {
    "backed",
    "based",
    "aligned",
    "linked",
    "allied",
    "affiliated",
    "made",
    "built",
    "supplied",
    "supported",
    "led",
}
_WHOSE_BY = {"by", "to", "with"}
_SIDES = {"pro", "anti"}
_WHOSE_REACH = 3  # words before a name that say so
_JOINS = frozenset({"", "'s", "\u2019s", "of", "-"})  # what may stand between the two: "Iraq's militias"


def says_whose(party: Mention, reading: Reading) -> bool:
    """Return whether a name only says whose friend or make something is: "Iran-backed", "backed by Iran"."""
    text = reading.folded[party.field].text
    word, further = (*text[party.end :].split(maxsplit=2)[:2], "", "")[:2]
    if word in WHOSE and further not in _WHOSE_BY:  # "militias backed by Iran" are no friends of militias
        return True
    before = text[: party.start].split()[-_WHOSE_REACH:]
    return not _SIDES.isdisjoint(before[-1:]) or WHOSE_FRIEND.search(" ".join((*before, ""))) is not None


def without_homes(
    named: Sequence[tuple[str, Mention]], homes: Mapping[str, Set[str]], reading: Reading
) -> list[tuple[str, Mention]]:
    """Return names without those of states that are a part of a group's name, or stand beside it.

    `homes` maps a state to the groups that live there and that it does not command.
    """
    return [
        (name, each)
        for name, each in named
        if not any(
            other in homes.get(name, ()) and (_inside(each, group) or _beside(each, group, reading))
            for other, group in named
        )
    ]


def _inside(state: Mention, group: Mention) -> bool:
    longer = group.end - group.start > state.end - state.start
    return longer and state.field == group.field and group.start <= state.start and state.end <= group.end


def _beside(state: Mention, group: Mention, reading: Reading) -> bool:
    """Return whether a state's name stands right before or behind a group's, with no comma between."""
    if state.field != group.field or state.overlaps(group):
        return False
    folded = reading.folded[state.field]
    first, second = sorted((state, group), key=lambda each: each.start)
    between = folded.original[folded.span(first.start, first.end)[1] : folded.span(second.start, second.end)[0]]
    return between.strip() in _JOINS
