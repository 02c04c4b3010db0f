"""What several daemons on one store must keep: every host's pace, one unmarked copy, and a short gap after a kill.

The pure part of the campaign of `several.py`: requests, copies and events go in, what is amiss comes out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from tests.faults.oracle import Copy
from tests.faults.wires import Request

FAIL_OVER = 30.0  # seconds
RUN = 4  # gaps
READY = 15.0  # seconds that a daemon has run before it counts as one that could have taken over


@dataclass(frozen=True, slots=True)
class Event:
    """What was done to a daemon: `hosts` and `receivers` are those it served in the seconds before."""

    kind: str
    member: str
    at: float
    hosts: frozenset[str] = frozenset()
    receivers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pace:
    """The gaps between requests to one host: how many, the least, and those that are too short.

    `seen_late` counts those that look so only because the outlets had stood still.
    """

    gaps: int
    least: float
    broken: tuple[ShortGap, ...]
    seen_late: int = 0


@dataclass(frozen=True, slots=True)
class ShortGap:
    """Requests to a host that were too near, so many seconds on average; `at` is the moment of the last, monotonic."""

    host: str
    seconds: float
    at: float


def pace(requests: Iterable[Request], apart: float, tolerance: float) -> Pace:
    """Return whether requests to a host were ever nearer than `apart` less the tolerance, in seconds.

    Both two in a row are looked at and RUN of them: a busy machine may hold up one request, so that it comes close to the
    next, but not make more of them. Where the outlets had stood still when they saw the first of two, the gap counts
    from when it can have come.
    """
    asked: dict[str, list[Request]] = defaultdict(list)
    for each in requests:
        asked[each.host].append(each)
    times = {host: [each.at for each in found] for host, found in asked.items()}
    gaps = [two - one for found in times.values() for one, two in pairwise(found)]
    short = [
        (one, two) for found in asked.values() for one, two in pairwise(found) if two.at - one.at < apart - tolerance
    ]
    broken = [
        ShortGap(two.host, two.at - one.at, two.at)
        for one, two in short
        if two.at - one.at + one.late < apart - tolerance
    ]
    seen_late = len(short) - len(broken)
    broken += [
        ShortGap(host, (last - first) / RUN, last)
        for host, found in times.items()
        for first, last in zip(found, found[RUN:], strict=False)
        if last - first < RUN * apart - tolerance
    ]
    return Pace(len(gaps), min(gaps, default=0.0), tuple(sorted(broken, key=lambda each: each.at)), seen_late)


def after_what(gap: ShortGap, happened: Iterable[tuple[float, str]]) -> str:
    """Return a short gap in words, with what had happened last before it."""
    at, last = max((each for each in happened if each[0] <= gap.at), default=(gap.at, "nothing"))
    return f"{gap.host} {gap.seconds:.2f} s apart, {gap.at - at:.1f} s after {last}"


def _times(requests: Iterable[Request]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = defaultdict(list)
    for each in requests:
        times[each.host].append(each.at)
    return times


@dataclass(frozen=True, slots=True)
class Doubles:
    """`unmarked` are numbers of which two copies bear no mark; `late` those whose plain copy came after a marked one."""

    unmarked: tuple[str, ...]
    late: int


def doubles(copies: Iterable[Copy]) -> Doubles:
    """Return what was told twice. Of n copies at least n - 1 must say that they may be a repeat, in whatever order."""
    found: dict[tuple[str, int], list[Copy]] = defaultdict(list)
    for each in copies:
        if not each.notice:
            for number in each.numbers:
                found[each.receiver, number].append(each)
    plain = {key: sum(not each.marked for each in of) for key, of in found.items()}
    return Doubles(
        tuple(f"{name} N{number:06}E" for (name, number), count in plain.items() if count > 1),
        sum(of[0].marked and plain[key] == 1 for key, of in found.items()),
    )


@dataclass(frozen=True, slots=True)
class Gap:
    """How long what a daemon served was left alone after an event: a host until its next poll, a receiver until its next copy."""

    kind: str
    what: str  # `poll` or `send`
    seconds: float
    covered: bool  # whether another daemon ran all the time


def gaps_after(
    events: Sequence[Event],
    requests: Iterable[Request],
    copies: Iterable[Copy],
    spans: Mapping[str, Sequence[Sequence[float]]],
    ends: float,
) -> list[Gap]:
    """Return the gaps after each event; what did not come until `ends` counts as long as that."""
    polls = _times(requests)
    sends: dict[str, list[float]] = defaultdict(list)
    for copy in copies:
        sends[copy.receiver].append(copy.at)
    found = []
    for event in events:
        for what, names, times in (("poll", event.hosts, polls), ("send", event.receivers, sends)):
            for name in sorted(names):
                after = _next(times[name], event.at, ends)
                found.append(Gap(event.kind, what, after - event.at, _covered(event, after, spans)))
    return found


def _next(times: Sequence[float], at: float, ends: float) -> float:
    index = bisect_right(times, at)
    return times[index] if index < len(times) else ends


def _covered(event: Event, until: float, spans: Mapping[str, Sequence[Sequence[float]]]) -> bool:
    """Return whether a daemon that was not touched had run for a while, and ran on until the gap ended."""
    until = min(until, event.at + FAIL_OVER)
    return any(
        start <= event.at - READY and (not end or end >= until)
        for name, ran in spans.items()
        if name != event.member
        for start, end in ran
    )


def summary(gaps: Iterable[Gap]) -> str:
    """Return median and maximum of the gaps in words, of those that were covered and of all."""
    parts = []
    by: dict[tuple[str, str], list[Gap]] = defaultdict(list)
    for each in gaps:
        by[each.kind, each.what].append(each)
    for (kind, what), found in sorted(by.items()):
        held = [each.seconds for each in found if each.covered]
        every = [each.seconds for each in found]
        some = f"median {median(held):.1f}, max {max(held):.1f} s of {len(held)}" if held else "none"
        parts.append(f"{what} after {kind}: {some} (all {len(every)}: {median(every):.1f}, {max(every):.1f})")
    return "; ".join(parts)


def too_long(gaps: Iterable[Gap], kind: str = "kill") -> list[str]:
    """Return the gaps after events of a kind that another daemon should have closed in time."""
    return [
        f"{each.what} {each.seconds:.1f} s after a {each.kind}"
        for each in gaps
        if each.kind == kind and each.covered and each.seconds >= FAIL_OVER
    ]
