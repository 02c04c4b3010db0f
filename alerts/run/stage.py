"""What a stage of the line is, and how stages are run: in order, each failing alone.

A stage that raises is logged and costs no other stage: where articles cannot be judged, what is queued already still
goes out.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from sqlalchemy.exc import DatabaseError

from alerts.render.records import stamp
from alerts.rule import Config
from crawler.store.errors import StaleLease
from crawler.store.holdings import ALONE, Shares, begun_under

log = logging.getLogger(__name__)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Round:
    """What the stages did, in numbers, as `run --once` and `run --at` print them."""

    polls: int = 0
    entries: int = 0
    new: int = 0
    revised: int = 0
    matches: int = 0
    alerts: int = 0
    deliveries: int = 0


def describe(done: Round, at: datetime) -> dict[str, object]:
    """Return a round as `run --at` prints it."""
    return {"at": stamp(at), **asdict(done)}


@dataclass(slots=True)
class Turn:
    """One pass through the stages.

    `clock` gives now. It is a clock and not a time because a tick starts polls and sends that outlive it.
    In a round it gives one and the same time, and `waits` is true: each stage waits for all that it starts, and adds
    what came of it to `did`. A tick waits for nothing that may hang, and counts nothing.
    """

    clock: Callable[[], datetime]
    waits: bool = False
    did: Round = field(default_factory=Round)
    failed: dict[str, Exception] = field(default_factory=dict)  # by name of the stage
    stopped: dict[str, str] = field(default_factory=dict)  # by the same name: what its failing stops, for the admin

    @property
    def now(self) -> datetime:
        """Return the time."""
        return self.clock()


class StageError(Exception):
    """Stages that failed while the others did their work; the message names each with its error."""

    def __init__(self, failed: dict[str, Exception]) -> None:
        super().__init__("; ".join(f"{name}: {error!r}" for name, error in failed.items()))


class Stage(ABC):
    """A step of the line. `on_news`: it also runs as soon as new or changed articles are stored.

    `failing` says what the admin must know while it fails: what does not happen. `lease`: of several daemons that share
    a store, it runs in the one that has this; "" for one that knows by itself what is ours.
    """

    name: ClassVar[str]
    failing: ClassVar[str]
    on_news: ClassVar[bool] = False
    lease: ClassVar[str] = ""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._next = LONG_AGO  # for a stage that does not run at each tick: before it, nothing is done

    @abstractmethod
    async def run(self, turn: Turn) -> None:
        """Do what is due."""

    def use(self, config: Config) -> None:
        """Work by these rules from now on. No coroutine: all stages change in one step of the loop."""
        self.config = config

    async def adopt(self, now: datetime) -> None:  # noqa: B027 - most stages have nothing to do
        """Do the part of changing to new rules that takes time, after every stage had `use`."""

    def shift(self, step: timedelta) -> None:
        """Move the times kept in memory by `step`, by which the wall clock was set."""
        self._next += step


async def run_stages(stages: Iterable[Stage], turn: Turn, shares: Shares = ALONE) -> None:
    """Run the stages in order. What fails is logged and noted in `turn.failed`; those after it run all the same.

    What a stage with a lease begins is written under that lease as it is now, or not at all.
    """
    for each in stages:
        try:
            with begun_under(shares.grant(each.lease)) if each.lease else nullcontext():
                await each.run(turn)
        except StaleLease as error:  # another daemon has it, and does it
            log.warning("stage ended stage=%s: %s", each.name, error)
        except DatabaseError as error:  # the store's fault and not the stage's: a traceback would say nothing more
            log.error("stage failed stage=%s: the store does not do it: %s", each.name, error.orig)
            turn.failed[each.name], turn.stopped[each.name] = error, each.failing
        except Exception as error:  # whatever it is, the next tick tries again
            log.exception("stage failed stage=%s", each.name)
            turn.failed[each.name], turn.stopped[each.name] = error, each.failing


async def use_in_stages(stages: Iterable[Stage], config: Config, now: datetime) -> None:
    """Give new rules to every stage. Raises StageError, once all have had them, where one could not adopt them."""
    every, failed = tuple(stages), {}
    for each in every:
        each.use(config)
    for each in every:
        try:
            await each.adopt(now)
        except Exception as error:  # the others must not go on by rules that are no longer in force
            log.exception("rules not adopted stage=%s", each.name)
            failed[each.name] = error
    if failed:
        raise StageError(failed)
