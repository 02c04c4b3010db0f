"""What a fault is: a name, how often, what it does to a floor; what came of it is a row of the table."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.faults.floor import Floor
from tests.faults.oracle import Verdict

Told: TypeAlias = "tuple[float, str] | None"


@dataclass(frozen=True, slots=True)
class Counts:
    """How often or how long, in seconds unless a name says otherwise."""

    kill_points: int = 500
    call_points: int = 60
    random_kills: int = 200
    terms: int = 20
    children: int = 30
    flips: int = 40
    reloads: int = 1000
    lasts: float = 60.0  # a disk that is full, calls that fail, a receiver or outlet that is down
    locked: float = 120.0
    stops: float = 45.0  # SIGSTOP
    soak_minutes: float = 10.0
    events: int = 500  # kills, stops, ends and cuts of several daemons on one store
    events_apart: float = 4.0  # the mean between two of them
    fleet_sources: int = 2000
    fleet_hosts: int = 100
    fleet_slow: int = 300  # how often most of those sources are polled
    fleet_pause: float = 1.0  # between two items
    fleet_stops: float = 60.0  # the longest SIGSTOP
    fleet_settles: float = 180.0


SAMPLE = Counts(3, 0, 2, 1, 2, 0, 3, 4.0, 4.0, 4.0, 0.05, 12, 0.8, 40, 20, 10, 0.25, 5.0, 60.0)


@dataclass
class Row:
    """One line of the table. `told` is how long until a person could know, and by what; None where nothing need be told."""

    name: str
    times: int = 1
    told: Told = None
    note: str = ""
    must_tell: bool = False
    verdict: Verdict | None = None
    faults: list[str] = field(default_factory=list)  # what went wrong besides the verdict

    @property
    def holds(self) -> bool:
        """Whether all is as it must be."""
        return (
            not self.faults
            and (self.verdict is None or self.verdict.holds)
            and (self.told is not None or not self.must_tell)
        )


Work: TypeAlias = Callable[[Floor, Counts, Row], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: `work` puts it under a floor under load and notes what came of it in the row."""

    name: str
    work: Work = lambda *_: None
    prepare: Callable[[Floor], None] = lambda _: None  # before the daemon starts
    clean: Callable[[Floor], None] = lambda _: None
    settles: float = 90.0  # seconds after which nothing more can come
    whole: Callable[[Counts, Row], None] | None = None  # does all by itself, on a floor of its own kind


def run_fault(fault: Fault, counts: Counts) -> Row:
    """Put a fault under a floor of its own and return what came of it."""
    if fault.whole:
        return _run_whole(fault.name, fault.whole, counts)
    row, floor = Row(fault.name), Floor()
    began = time.monotonic()
    try:
        fault.prepare(floor)
        with floor:
            try:
                fault.work(floor, counts, row)
                row.verdict = floor.settle(fault.settles)
                _books(floor, row)
            except Exception as error:  # noqa: BLE001 - a fault that breaks the campaign is a row as well
                row.faults.append(f"{type(error).__name__}: {error}"[:600])
            if not row.holds:
                log = "".join(floor.running.log[-400:]) if floor.running else ""
                (floor.place.parent / f"faults-{fault.name.replace(' ', '-')}.log").write_text(log, encoding="utf-8")
    finally:
        fault.clean(floor)
    polls = f"start to first poll <= {max(floor.restarts):.1f} s; " if len(floor.restarts) > 1 else ""
    row.note = f"{polls}{row.note}{'; ' if row.note else ''}{time.monotonic() - began:.0f} s"
    return row


def _run_whole(name: str, work: Callable[[Counts, Row], None], counts: Counts) -> Row:
    row, began = Row(name), time.monotonic()
    try:
        work(counts, row)
    except Exception as error:  # noqa: BLE001 - a fault that breaks the campaign is a row as well
        row.faults.append(f"{type(error).__name__}: {error}"[:600])
    row.note = f"{row.note}{'; ' if row.note else ''}{time.monotonic() - began:.0f} s"
    return row


def _books(floor: Floor, row: Row) -> None:
    """Note where the ledger does not balance, or the daemon no longer runs."""
    if floor.ended() is not None:
        row.faults.append(f"the daemon has ended with {floor.ended()}")
    ledger = floor.desk.status()["ledger"]
    if any(ledger["remainders"].values()):
        row.faults.append(f"unaccounted for: {ledger['remainders']}")
