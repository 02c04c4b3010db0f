"""What is asked of a running daemon over its socket goes in; it is carried out, logged and answered.

A command that finds no daemon takes the lock and does the same by the same methods.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from alerts.alert import Scope
from alerts.line.deliver import Deliver
from alerts.line.orders import ORDERS, Answer, Order, signed_by
from alerts.line.rematch import Missed, missed, preview, queue_digest
from alerts.line.silences import describe_withheld, misnamed, would_have_withheld
from alerts.render.counting import counted
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.run.control import Command
from alerts.run.logbook import Logbook
from alerts.store import ids, resending
from alerts.store.audit import Entry, What
from crawler.clock import Clock
from crawler.store.db import Database
from crawler.store.writer_lane import WriterLane

log = logging.getLogger(__name__)
GONE = (
    "this may be lost: the file of the store was removed or replaced under the daemon. Do it again once it has started"
)


class Commands:
    """Carries out commands on one store by the rules in force. `store_there`: its file is still the one opened."""

    def __init__(
        self,
        database: Database,
        lane: WriterLane,
        deliver: Deliver,
        logbook: Logbook,
        config: Callable[[], Config],
        store_there: Callable[[], bool],
    ) -> None:
        self._database, self._lane, self._deliver, self._logbook = database, lane, deliver, logbook
        self._config, self._store_there = config, store_there

    def by_name(self, clock: Clock) -> dict[str, Command]:
        """Return what can be asked for over the control socket, by name."""
        orders = {name: partial(self._ordered, order, clock) for name, order in ORDERS.items()}
        own = {
            "rematch": self._asked_to_rematch,
            "rematch-preview": self._asked_for_preview,
            "resend": self._asked_to_resend,
        }
        asked = {**{name: partial(ask, clock=clock) for name, ask in own.items()}, **orders}
        return {name: partial(self._surely, ask) for name, ask in asked.items()}

    async def _surely(self, ask: Command, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer a request; with an error where the file was removed under us, into which the change was written."""
        answer = await ask(request)
        return answer if self._store_there() else {"error": GONE}

    async def _ordered(self, order: Order, clock: Clock, request: Mapping[str, Any]) -> Mapping[str, Any]:
        asked = signed_by(request)
        answer = await self._lane.write(lambda connection: self._carried_out(connection, order, asked, clock()))
        if request["command"] == "silence-add" and "error" not in answer:
            answer = {**answer, "last_24h": await asyncio.to_thread(self._withheld_by, answer, clock())}
        log.info("order %s by=%s error=%s", request["command"], asked.get("by", "-"), answer.get("error", "-"))
        return answer

    def _carried_out(self, connection: Connection, order: Order, asked: Mapping[str, Any], now: datetime) -> Answer:
        # by the rules in force here: the board asks without reading any
        if asked["command"] == "silence-add":
            scope, value = Scope(asked["scope"]), str(asked["value"]).strip()
            if problem := misnamed(connection, self._config(), scope, value):
                return {"error": problem}
        return order(connection, asked, now)

    def _withheld_by(self, silence: Answer, now: datetime) -> Answer:
        with self._database.read() as connection:
            return describe_withheld(would_have_withheld(connection, self._config(), silence, now))

    async def _asked_to_rematch(self, request: Mapping[str, Any], clock: Clock) -> Mapping[str, Any]:
        done = await self.rematch(timedelta(seconds=float(request["seconds"])), clock())
        await self._log_order(
            request, f"rematch of {request['seconds']} s: {counted(done['stories'], 'story')}", clock()
        )
        await self._deliver.start_due(clock)
        return done

    async def _asked_for_preview(self, request: Mapping[str, Any], clock: Clock) -> Mapping[str, Any]:
        # a request of its own: a daemon of before it refuses what it would otherwise carry out
        since = clock() - timedelta(seconds=float(request["seconds"]))
        config = self._config()

        def look() -> Mapping[str, Any]:
            with self._database.read() as connection:
                return preview(connection, config, Matcher(config), since)

        return await asyncio.to_thread(look)

    async def _log_order(self, request: Mapping[str, Any], title: str, now: datetime) -> None:
        await self._logbook.note(Entry(now, What.ORDER, str(signed_by(request)["by"]), title))

    async def _asked_to_resend(self, request: Mapping[str, Any], clock: Clock) -> Mapping[str, Any]:
        try:
            done = await self.resend(str(request["id"]), clock())
        except (resending.CannotResend, ids.UnknownId) as error:
            return {"error": str(error)}
        await self._log_order(request, f"resend of {done['was']} as {done['id']}: {done['what']}", clock())
        await self._deliver.start_due(clock)
        return done

    async def rematch(self, since: timedelta, now: datetime) -> dict[str, int]:
        """Queue one digest a target of the stories since then that match the rules in force and were told to nobody.

        Return the numbers of stories and digests.
        """
        config = self._config()
        matcher = Matcher(config)
        found = await asyncio.to_thread(self.missed, config, matcher, now - since)
        digests = await self._lane.write(lambda connection: queue_digest(connection, config, found, now))
        stories = len({each.revision.placement.story for each in found})
        log.info("rematched since=%s stories=%d digests=%d", now - since, stories, digests)
        return {"stories": stories, "digests": digests}

    def missed(self, config: Config, matcher: Matcher, since: datetime) -> list[Missed]:
        """Return what since then matches the rules and was told to nobody. It reads: call it in a thread."""
        with self._database.read() as connection:
            return missed(connection, config, matcher, since)

    async def resend(self, identity: str, now: datetime) -> dict[str, str]:
        """Queue a delivery once more; return the id it goes under, the one it had, and its headline.

        Raises CannotResend or UnknownId.
        """
        config = self._config()
        zone, homes = config.timezone, config.homes

        def work(connection: Connection) -> dict[str, str]:
            known = ids.resolve(connection, identity, ids.MESSAGE)
            what = ids.MESSAGE.headline(connection, known)
            return {"id": resending.resend(connection, known, now, zone, homes), "was": known, "what": what}

        done: dict[str, str] = await self._lane.write(work)
        log.info("resent delivery=%s as=%s", done["was"], done["id"])
        return done
