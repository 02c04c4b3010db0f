"""A thread beside the event loop: is the loop alive, does the store take writes, is something polled?

It writes what it sees to a small file for `status`, tells the supervisor and the heartbeat, and where something stands
still, the admin, past the store. Where only a restart heals, it ends the process with STANDS_STILL.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DatabaseError

from alerts.decide.life import STILL, Life, Sending, Signs, life_of, stuck_lanes
from alerts.line.direct_notice import tell_once
from alerts.rule import Config
from alerts.run import heartbeat, life_sign, supervisor
from alerts.run.store_files import StoreFiles
from alerts.store import audit
from alerts.store.audit import Entry, What
from alerts.store.stamp import Stamp, read_stamp, sign_life, write_stamp
from crawler.store.errors import StoreError
from crawler.store.faults import in_words
from crawler.store.writer_lane import WriterLane

if TYPE_CHECKING:  # it imports all that fetches; `status` needs the last life sign alone
    from alerts.run.canary import Canary

log = logging.getLogger(__name__)
LOOK = 5.0  # seconds between two looks
SIGN = 20.0  # seconds between two life signs written to the store
LAST_SIGN = 5.0  # seconds that the end waits for one
BEAT = 60.0  # seconds between two heartbeats
SEEN_BEFORE = 2  # looks in a row: after a stop (SIGSTOP, a laptop's sleep) the first look finds everything old
PAUSED = 3  # paces between two looks: more is a pause of the whole process
STANDS_STILL = 70  # exit code: EX_SOFTWARE of sysexits.h
RETRIES = (0.0, 15.0, 60.0, 300.0, 900.0)  # seconds before each try to tell
TELLING = 30.0  # seconds the last notice may take before the process ends
CANARY_REMEDY = (
    "News may be lost from sight at the same place. The log says more (canary lost); it is tried again each minute. "
    "If it goes on, restart the daemon"
)
CUT_REMEDY = (
    "Somebody changed the store with another program than ours, or it was replaced. Keep it and the backups as they "
    "are; watchfloor verify says more. The watch goes on"
)
SENDING_REMEDY = (
    "Its messages are kept; each is given up after five minutes and goes again, marked. Other receivers are not "
    "affected. See whether its service answers (watchfloor test-receiver); if it does, restart the daemon"
)


@dataclass(slots=True)
class Beats:
    """What the event loop says of itself, by the monotonic clock: it only sets numbers, which any thread may read."""

    loop: float
    tick: float
    unstored: float | None = None  # since when polls end without being stored, and none is
    due: float | None = None  # since when sources are due and none is polled; None while all is in time


class Watch:
    """Looks every LOOK seconds from `start` to `close`."""

    def __init__(
        self, state_dir: Path, lane: WriterLane, config: Callable[[], Config], paces: Paces | None = None
    ) -> None:
        self._state_dir, self._lane, self._config = state_dir, lane, config
        self._paces = paces or Paces()
        self._canary: Canary | None = None
        self._sends: Callable[[], list[Sending]] = list
        self._undone: Callable[[], bool] = bool
        self._lanes: dict[str, str] = {}  # by target, the words on a lane whose send does not end
        self._lanes_told: dict[str, str] = {}
        self.direct = 0  # notices past the store
        self._unkept: list[Entry] = []  # of those, the ones that the store's log has not yet
        self._life: Life | None = None  # what the last look found
        self._missing = ""  # what the admin was told of a canary that did not arrive
        now = time.monotonic()
        self.beats = Beats(now, now)
        self.files = StoreFiles(state_dir)
        self._stamped = _stamp_of(state_dir)
        self._cut_told = False
        self.looked = self._resumed = now
        self._seen = 0  # looks in a row that found something wrong
        self._told = ""
        self._signed = self._beaten = -BEAT
        self._signing: Future[Any] | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(
        self,
        canary: Canary | None = None,
        sends: Callable[[], list[Sending]] = list,
        undone: Callable[[], bool] = bool,
    ) -> None:
        """Begin to look, also for the canary and at the sends under way; the loop has until now to come round.

        While `undone`, no daemon of the store does a part of the work, and no heartbeat may say that all is well.
        """
        self._canary, self._sends, self._undone = canary, sends, undone
        self.looked = self.beats.loop = self.beats.tick = time.monotonic()
        self._show(Life(), "")  # at once: who is stopped before the first look must be seen to stand still
        self._thread.start()

    def close(self) -> None:
        """Stop looking, and write a last life sign: the stamp must have the end of the chain."""
        self._ending.set()
        if self._thread.ident:
            self._thread.join()
        self._sign_last()

    def _sign_last(self) -> None:
        if not self._lane.runs or not self.files.there:
            return
        try:
            stamp = self._lane.put(lambda connection: sign_life(connection, datetime.now(UTC), self._stamped))
            write_stamp(self._state_dir, stamp.result(LAST_SIGN))
        except (DatabaseError, StoreError, OSError, TimeoutError) as error:  # the stamp is then of the life sign before
            log.error("last life sign not written: %r", error)

    def _run(self) -> None:
        while not self._ending.wait(self._pause()):
            try:
                self._look(time.monotonic())
            except Exception as error:  # the next look may see more; whoever watches must not end of what it sees
                log.exception("a look at our own life failed")
                self._seen += 1
                if self._seen >= SEEN_BEFORE:
                    self._unwell(Life(f"the watch cannot look at itself: {in_words(error)}"))

    def _pause(self) -> float:
        """Return the seconds to the next look: LOOK, or sooner where canaries come more often than that."""
        every = self._canary.every if self._canary else 0.0
        return min(self._paces.look, every or self._paces.look)

    def _look(self, now: float) -> None:
        if now - self.looked > PAUSED * self._paces.look:
            self._shift(now - self.looked)
        self.looked = now
        life = self._life = life_of(self._signs(now))
        self._seen = 0 if life.well else self._seen + 1
        canary = self._canary
        missing = canary.missing(now) if canary else ""
        # what the loop has not noted as ended, as it stands still itself, hangs nowhere
        self._lanes = stuck_lanes(self._sends(), now, self._resumed) if life.well else {}
        self._show(life, missing or "; ".join(self._lanes.values()))
        if not life.hopeless:  # a restart heals nothing else: the disk stays full, the file locked
            supervisor.tell("WATCHDOG=1")
        if life.well:
            self._well_again()
            self._look_for_canary(missing)
            self._tell_lanes()
            hinders = self._lanes or self._undone()
            if now - self._beaten >= BEAT and not hinders and (canary is None or canary.arrived_lately(now)):
                self._beaten = now
                _aside("heartbeat", lambda: heartbeat.beat(self._config().heartbeat))
            self._keep()
        elif self._seen >= SEEN_BEFORE:
            self._unwell(life)
        if now - self._signed >= self._paces.sign and (self._signing is None or self._signing.done()):
            self._signed = now
            self._signing = self._lane.put(lambda connection: sign_life(connection, datetime.now(UTC), self._stamped))
            self._signing.add_done_callback(self._stamp)

    def _keep(self) -> None:
        """Write notices past the store into its log, now that it takes something; what fails is tried again."""
        for entry in tuple(self._unkept):
            self._unkept.remove(entry)
            self._lane.put(partial(audit.record, entry=entry)).add_done_callback(partial(self._kept, entry))

    def _kept(self, entry: Entry, done: Future[Any]) -> None:
        if done.cancelled() or done.exception():
            self._unkept.append(entry)

    def _shift(self, pause: float) -> None:
        """Leave out a pause in which the whole process stood still: SIGSTOP, a frozen cgroup, a halted machine."""
        self._resumed = self.looked + pause
        self.beats.loop += pause
        self.beats.tick += pause
        self.beats.due = self.beats.due + pause if self.beats.due else None
        self._lane.answered += pause
        if self._canary:
            self._canary.shift(pause)

    def _signs(self, now: float) -> Signs:
        refused = self._lane.refused_since
        return Signs(
            loop=now - self.beats.loop,
            tick=now - self.beats.tick,
            # it has nothing to answer while nothing is written: the life sign is what it must answer
            writer=0.0 if self._signing is None or self._signing.done() else now - self._lane.answered,
            writer_runs=self._lane.runs,
            refused=0.0 if refused is None else now - refused,
            refusal=self._lane.refusal,
            lost=self._lane.lost,
            store_there=self.files.there,
            overdue=0.0 if self.beats.due is None else now - self.beats.due,
            unstored=0.0 if self.beats.unstored is None else now - self.beats.unstored,
        )

    def _stamp(self, signing: Future[Any]) -> None:
        """Keep the stamp of a life sign that is durable; where the store refused it, the lane has noted that."""
        if signing.cancelled() or signing.exception():
            return
        stamp = signing.result()
        try:
            write_stamp(self._state_dir, stamp)
        except OSError as error:
            log.error("stamp not written: %s", error)
        self._stamped = stamp
        if stamp.cut and not self._cut_told:
            self._cut_told = True
            self.tell("the chain of evidence was cut", f"{stamp.cut}. {CUT_REMEDY}")

    def _show(self, life: Life, wanting: str) -> None:
        """Show for `status` what was seen, and what else is wanting."""
        life_sign.show(self._state_dir, life.why or wanting, canary=bool(self._canary and self._canary.every))

    def _unwell(self, life: Life) -> None:
        """Tell the admin once, and end the process where only a restart heals."""
        told = None
        if not self._told:
            self._told = life.why
            title = "does not watch" if life.hopeless else "is not well"
            told = self.tell(title, life.why)
        if life.hopeless:
            if told is None:
                told = self.tell("ends, to be started again", life.why)
            self.files.save(self._lane)
            told.join(TELLING)
            log.critical("ends with %d: %s", STANDS_STILL, life.why)
            supervisor.tell("STOPPING=1")
            os._exit(STANDS_STILL)  # whatever would close in order is what stands still

    def _look_for_canary(self, missing: str) -> None:
        """Tell the admin once that the canary is missing, and once that it arrives again.

        Only while all else is well: what stands still is the reason then, and was told.
        """
        if missing and not self._missing:
            self._missing = missing
            self.tell("the line is broken: the canary did not arrive", f"{missing}. {CANARY_REMEDY}")
        elif self._missing and not missing:
            before, self._missing = self._missing, ""
            self.tell("the canary arrives again", f"It was: {before}")

    def _tell_lanes(self) -> None:
        """Tell the admin once of each lane that hangs, through receivers that do not, and once that it goes on."""
        for target in self._lanes.keys() - self._lanes_told.keys():
            self._lanes_told[target] = words = self._lanes[target]
            title, _, body = words.partition(": ")
            self.tell(title, f"{body}. {SENDING_REMEDY}")
        for target in self._lanes_told.keys() - self._lanes.keys():
            words = self._lanes_told.pop(target)
            # to whom the other was told: the target itself may answer again by now
            self.tell(words.partition(":")[0].replace(" hangs", " goes on"), f"It was: {words}", [target])

    def _well_again(self) -> None:
        if self._told:
            before, self._told = self._told, ""
            self.tell("is well again", f"It was: {before}")

    def well(self, now: float) -> bool:
        """Return whether the last look, which is not long ago, found nothing that stands still, and no lane."""
        return self._life is not None and self._life.well and not self._lanes and now - self.looked < STILL

    def dead(self) -> str:
        """Return why only a restart heals this process; "" while it is worth keeping."""
        if (ago := time.monotonic() - self.looked) > STILL:
            return f"the watch has not looked for {ago:.0f} s"
        return self._life.why if self._life and self._life.hopeless else ""

    def not_ready(self) -> str:
        """Return why the watch is not to be relied on now: what stands still, or a canary is missing; "" if it is."""
        if self._life is None:
            return "it is starting"
        canary = self._canary
        missing = canary.missing(time.monotonic()) if canary else ""
        return self.dead() or self._life.why or missing or "; ".join(self._lanes.values())

    def tell(self, title: str, body: str, not_by: Iterable[str] = ()) -> threading.Thread:
        """Tell the admin past the store, in a thread that is returned; receivers whose lanes hang are asked last."""
        config, now, stuck = self._config(), datetime.now(UTC), frozenset((*self._lanes, *not_by))
        self.direct += 1
        self._unkept.append(Entry(now, What.DIRECT, "", title, (body,)))
        return _aside("direct notice", lambda: _tell(self._state_dir, config, title, body, now, stuck))


@dataclass(frozen=True, slots=True)
class Paces:
    """How often is looked, and a life sign written, in seconds."""

    look: float = LOOK
    sign: float = SIGN


def _tell(state_dir: Path, config: Config, title: str, body: str, now: datetime, not_by: Collection[str]) -> None:
    """Tell the admin past the store, again after growing pauses until somebody took it."""
    for pause in RETRIES:
        time.sleep(pause)
        if tell_once(state_dir, config, title, body, now, not_by):
            return


def _aside(name: str, work: Callable[[], Any]) -> threading.Thread:
    """Start `work` in a thread of its own: a service that hangs must not stop the looking."""
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread


def _stamp_of(state_dir: Path) -> Stamp | None:
    """Return the stamp of the start; one that cannot be read has ended the start before."""
    try:
        return read_stamp(state_dir)
    except StoreError as error:
        log.error("stamp not read: %s", error)
        return None
