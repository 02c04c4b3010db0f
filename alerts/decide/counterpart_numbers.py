"""What numbers two headlines in two languages give of one event's toll and weapons: which pairs cannot be one. Pure.

A toll grows from report to report, and counts differ by a little from one to the next, so only what no such growth
explains tells two events.
"""

from __future__ import annotations

from collections.abc import Mapping

TWICE = 2  # so many times as many are others
KILLED, WOUNDED = "killed", "wounded"
Counts = Mapping[str, frozenset[int]]


def numbers_clash(earlier: Mapping[str, int], later: Mapping[str, int], first: Counts, second: Counts) -> str:
    """Return in words which numbers tell two events, "" where none do.

    `earlier` and `later` are casualties by kind, `first` and `second` what `weapons_counted` returns of each headline.
    """
    for kind in sorted(first.keys() & second.keys()):
        if all(max(one, other) >= TWICE * min(one, other) for one in first[kind] for other in second[kind]):
            return f"{min(first[kind])} and {min(second[kind])} {kind}s"
    return _toll_falls(earlier, later)


def _toll_falls(earlier: Mapping[str, int], later: Mapping[str, int]) -> str:
    """Return a toll that a later report has no more: half as many killed, or fewer wounded than were killed."""
    before, after = earlier.get(KILLED, 0), later.get(KILLED, 0)
    if after and before >= TWICE * after and before - after > 1:
        return f"{before} killed, and then {after}"
    wounded = later.get(WOUNDED, 0)
    if before > 1 and not after and WOUNDED not in earlier and 0 < wounded <= before:
        return f"{before} killed, and then only {wounded} wounded"
    return ""
