"""Several daemons on one store, killed, stopped, ended and cut off at random moments of a seed."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.faults import sharing
from tests.faults.fault import Counts, Fault, Row
from tests.faults.fleet import APART, RECEIVERS, Fleet, Member
from tests.faults.oracle import judge

KINDS = {"kill": 8, "stop": 5, "term": 4, "cut": 3}  # what is done, and how often of the whole
TOLERANCE = 0.7  # seconds: how much later than its turn a request may come from a busy machine, or be seen there
GONE = 0.3  # of the kills: as if its machine were lost, it comes back late
KEPT = 100  # events of a campaign whose record is kept beside it in any case
SERVED = 12.0  # seconds: what a daemon polled or sent to so lately was its own
WIRES = frozenset(f"w{n}" for n in range(100))  # only what is polled all the time shows a gap


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a campaign is."""

    daemons: int
    words: tuple[str, ...] = ("alerts", "run")


def campaign(shape: Shape) -> Callable[[Counts, Row], None]:
    """Return the work of a campaign against a number of daemons."""

    def work(counts: Counts, row: Row) -> None:
        slow = counts.fleet_slow
        with Fleet(
            shape.daemons, sources=counts.fleet_sources, hosts=counts.fleet_hosts, slow=slow, words=shape.words
        ) as fleet:
            events = _assail(fleet, counts)
            row.times = len(events)
            fleet.settle(slow * 1.5 + counts.fleet_settles)
            ends = time.monotonic()
            _judge(fleet, events, ends, row)
            if len(events) >= KEPT or not row.holds:
                _keep(fleet, events, ends, row)

    return work


def _assail(fleet: Fleet, counts: Counts) -> list[sharing.Event]:
    events: list[sharing.Event] = []
    with fleet.load(counts.fleet_pause):
        fleet.wait(8.0)
        while len(events) < counts.events:
            fleet.wait(min(fleet.draw.expovariate(1 / counts.events_apart), 4 * counts.events_apart))
            kind = fleet.draw.choices(list(KINDS), list(KINDS.values()))[0]
            events += _strike(fleet, kind, counts.fleet_stops)
        while any(not each.up for each in fleet.members):
            fleet.wait(0.5)
    return events


def _strike(fleet: Fleet, kind: str, stops: float) -> list[sharing.Event]:
    """Do something to one daemon, or cut all of them off; return the event, none where nothing could be done."""
    up = [each for each in fleet.members if each.up and not each.expected]
    if not up or (kind == "stop" and len(up) == 1):  # one always goes on
        return []
    member = fleet.draw.choice(up)
    event = _event(fleet, kind, member)
    if kind == "kill" and len(up) > 1 and fleet.draw.random() < GONE:
        event = replace(event, kind="loss")
        fleet.kill(member, fleet.draw.uniform(stops / 3, stops))
    elif kind == "kill":
        fleet.kill(member)
    elif kind == "term":
        fleet.terminate(member)
    elif kind == "stop":
        seconds = fleet.draw.uniform(1.0, stops)
        event = replace(event, kind="stop" if seconds < sharing.FAIL_OVER else "long stop")
        fleet.stop(member, seconds)
    else:
        fleet.cluster.cut()
    return [event]


def _event(fleet: Fleet, kind: str, member: Member) -> sharing.Event:
    polled = member.did("poll", SERVED) & WIRES
    return sharing.Event(
        kind,
        member.name,
        time.monotonic(),
        frozenset(fleet.sources[each][0] for each in polled),
        frozenset(member.did("send", SERVED)),
    )


def _judge(fleet: Fleet, events: list[sharing.Event], ends: float, row: Row) -> None:
    journal = fleet.journal
    made = judge(journal.told, journal.untold, journal.copies, RECEIVERS)
    twice = sharing.doubles(journal.copies)
    listed = fleet.in_digests() if made.lost else set[str]()
    row.verdict = replace(made, doubled=twice.unmarked, lost=tuple(each for each in made.lost if each not in listed))
    kept = sharing.pace(fleet.wires.requests, APART, TOLERANCE)
    spans = {each.name: each.spans for each in fleet.members}
    gaps = sharing.gaps_after(events, fleet.wires.requests, journal.copies, spans, ends)
    long = [*sharing.too_long(gaps), *sharing.too_long(gaps, "loss")]
    if kept.broken:
        happened = [*fleet.wakes, *((each.at, f"{each.kind} {each.member}") for each in events)]
        shown = ", ".join(sharing.after_what(each, happened) for each in kept.broken[:: max(1, len(kept.broken) // 6)])
        row.faults.append(f"pace broken {len(kept.broken)} times: {shown}")
    if long:
        row.faults.append(f"fail-over too slow {len(long)} times: {', '.join(long[:5])}")
    counted = ", ".join(
        f"{sum(each.kind == kind for each in events)} {kind}" for kind in sorted({e.kind for e in events})
    )
    row.note = (
        f"{len(fleet.members)} daemons, {len(fleet.sources)} sources on {len(fleet.wires.hosts)} hosts; {counted}; "
        f"{len(fleet.wires.requests)} requests, least gap at a host {kept.least:.2f} of {APART:.0f} s"
        f"{f' ({kept.seen_late} seen late by the outlets)' if kept.seen_late else ''}; "
        f"{sharing.summary(gaps)}; {twice.late} plain copies after a marked one, {len(made.lost) - len(row.verdict.lost)} in digests by the ledger; "
        f"ended by themselves {len(fleet.ends)}: {', '.join(sorted({each.partition(' ')[2] for each in fleet.ends}))}"
    )


def _keep(fleet: Fleet, events: list[sharing.Event], ends: float, row: Row) -> None:
    """Keep what was seen, from which all figures follow, and where it does not hold what the daemons logged last."""
    name = fleet.place.parent / f"faults-{re.sub(r'[^a-z]+', '-', row.name.lower())}"
    seen = {
        "requests": [[each.host, each.at, each.late] for each in fleet.wires.requests],
        "events": [[each.kind, each.member, each.at, [*each.hosts], [*each.receivers]] for each in events],
        "copies": [[each.receiver, each.title, each.at] for each in fleet.journal.copies],
        "spans": {each.name: each.spans for each in fleet.members},
        "wakes": fleet.wakes,
        "ends": ends,
    }
    name.with_suffix(".json").write_text(json.dumps(seen), encoding="utf-8")
    for member in fleet.members if not row.holds else ():
        lines = [*fleet.logs.get(member.name, ()), *member.running.log]
        name.with_suffix(f".{member.name}.log").write_text("".join(lines), encoding="utf-8")


FAULTS = (
    Fault("several daemons: two", whole=campaign(Shape(2))),
    Fault("several daemons: four", whole=campaign(Shape(4))),
)
