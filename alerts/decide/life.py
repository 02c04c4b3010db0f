"""Decide from the signs of life of a daemon whether it watches, and whether only a restart heals it. Pure.

Silence looks the same whether there is no news or nobody looks: so each lane must show that it moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

STILL = 30.0  # seconds without a sign: three times what a commit may wait for a lock
HOPELESS = 120.0  # seconds: the loop or the writer will not move again by itself
LONG_TICK = 600.0  # seconds: judging a backlog of ten thousand articles takes less
UNSTORED = 120.0  # seconds
UNPOLLED = 900.0  # seconds in which a source was due and none was polled
SENDING = 120.0  # seconds for one send: three times what a receiver is given to connect and to answer


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a running daemon. Times are seconds since the last sign, of a clock that is never set."""

    loop: float  # the event loop came round
    tick: float  # a tick of all stages ended
    writer: float  # the writer thread answered, with or without an error
    writer_runs: bool = True
    refused: float = 0.0  # since the store first refused a write, while it takes none; 0 while it takes them
    refusal: str = ""  # the error of the last write
    lost: str = ""  # how another came to have the store, which this process may never write again
    store_there: bool = True  # the file that was opened is still the one at its path
    unstored: float = 0.0  # polls end without being stored, and none is
    overdue: float = 0.0  # a source is due so long, and none was polled since


@dataclass(frozen=True, slots=True)
class Life:
    """Whether the daemon watches: `why` says what stands still, "" if nothing. `hopeless`: only a restart heals it."""

    why: str = ""
    hopeless: bool = False

    @property
    def well(self) -> bool:
        """Whether nothing stands still."""
        return not self.why


@dataclass(frozen=True, slots=True)
class Sending:
    """A send whose thread has not ended, with the moment of a clock that is never set at which it began."""

    receiver: str
    target: str
    began: float


def stuck_lanes(sends: Iterable[Sending], now: float, resumed: float) -> dict[str, str]:
    """Return in words each target of which a send does not end; `resumed`: when the process was last let go on."""
    by_target: dict[str, list[Sending]] = {}
    for each in sends:
        if now - max(each.began, resumed) > SENDING:
            by_target.setdefault(each.target, []).append(each)
    return {target: _lane_words(each, now) for target, each in sorted(by_target.items())}


def _lane_words(stuck: list[Sending], now: float) -> str:
    first = stuck[0]
    many = "a message" if len(stuck) == 1 else f"{len(stuck)} messages"
    longest = (now - min(each.began for each in stuck)) / 60
    return f"sending to {first.receiver} hangs: {many} to {first.target} did not end for {longest:.0f} min"


def life_of(signs: Signs) -> Life:
    """Return what the signs of life say, the gravest first."""
    return next(_faults(signs), Life())


def _faults(signs: Signs) -> Iterator[Life]:
    if not signs.store_there:
        yield Life("the file of the store was removed or replaced under the running daemon", hopeless=True)
    if signs.lost:
        yield Life(signs.lost, hopeless=True)
    if not signs.writer_runs:
        yield Life("the thread that writes to the store has ended", hopeless=True)
    if signs.loop > STILL:
        what = f"the loop that polls, judges and sends has stood still for {signs.loop:.0f} s"
        yield Life(what, hopeless=signs.loop > HOPELESS)
    if signs.tick > LONG_TICK:
        what = f"no round of polling, judging and sending has ended for {signs.tick / 60:.0f} min"
        yield Life(what, hopeless=signs.tick > 2 * LONG_TICK)
    if signs.writer > STILL:
        what = f"the store has not answered for {signs.writer:.0f} s"
        yield Life(what, hopeless=signs.writer > HOPELESS)
    if signs.refused > STILL:
        what = f"the store has taken nothing for {signs.refused:.0f} s: {signs.refusal}"
        yield Life(f"{what}. What is sent meanwhile is not recorded; it heals when the cause is gone")
    if signs.unstored > UNSTORED:
        yield Life(f"for {signs.unstored:.0f} s no poll could be stored; the log says why")
    if signs.overdue > UNPOLLED:
        yield Life(f"no source was polled for {signs.overdue / 60:.0f} min though some are due")
