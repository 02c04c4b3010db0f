"""A state directory and a URL go in; the store is opened, with the one thread that writes it, and judged to be ours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from alerts.decide.roles import Role
from alerts.rule import Config
from alerts.run.owned import Owned
from alerts.run.sharing import Sharing
from alerts.store.moved import forget_move, need_here
from alerts.store.opening import note_url, store_of
from alerts.store.stamp import Stamp, need_file, need_same, read_stamp, sign_life, write_stamp
from crawler.store import leases
from crawler.store.db import Database
from crawler.store.errors import StoreError
from crawler.store.holdings import ALONE, Shares
from crawler.store.writer_lane import WriterLane

InStore = Callable[[Database, Callable[[], Awaitable[None]]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class OpenedStore:
    """The store with who writes it; `sharing` is with other daemons, `shares` says what of the work is ours."""

    database: Database
    lane: WriterLane
    sharing: Sharing | None
    shares: Shares


@dataclass(frozen=True, slots=True)
class StoreOpening:
    """What a store is opened with. `accept` takes it as it is, `share` writes to it beside other daemons.

    `in_store` does what a start does in a store, and waits where it may wait for one; `tell` tells the admin.
    """

    owned: Owned
    state_dir: Path
    config: Config
    role: Role
    accept: bool
    share: bool
    in_store: InStore
    tell: Callable[[str, str], object]

    async def open(self, url: str, now: datetime) -> OpenedStore:
        """Open the store, judge whether it is ours, and sign life in it. "" is the file of the state directory."""
        if not self.accept and not url:
            need_file(self.state_dir)
        note_url(self.state_dir, url)
        database = self.owned.add(store_of(self.state_dir, url, shared=self.share), Database.close)
        await self.in_store(database, partial(self._migrate, database))
        with database.errors():
            # In a thread, as it waits for writes whose callers still want the loop.
            lane = self.owned.add(WriterLane(database), lambda each: asyncio.to_thread(each.close))
            sharing = await self._come_in(database, lane)
            before = None if self.accept else read_stamp(self.state_dir)
            sign = partial(self._sign, name=database.name, now=now, before=before)
            write_stamp(self.state_dir, await lane.write(sign))
        return OpenedStore(database, lane, sharing, sharing.holdings if sharing else ALONE)

    async def _migrate(self, database: Database) -> None:
        database.migrate("crawler", "alerts", judge=partial(self._judge, name=database.name))

    async def _come_in(self, database: Database, lane: WriterLane) -> Sharing | None:
        """Come in beside the other daemons of a store, where it is shared."""
        if database.shared:
            sharing = Sharing(database, lane, self.state_dir, self.role, self.config, self.tell)
            self.owned.add(sharing, Sharing.close)
            await self.in_store(database, sharing.open)
            return sharing
        if self.role is not Role.ALL:
            raise StoreError(f"{database.name} has one daemon, which does all: --role needs a store in PostgreSQL")
        if not database.sqlite:
            await lane.write(leases.clear)
        return None

    def _judge(self, connection: Connection, name: str) -> None:
        """Raise StoreError where the store is not the one that was here before; nothing of it was changed yet."""
        if not self.accept:
            need_same(connection, self.state_dir, name)
            need_here(connection, name)

    def _sign(self, connection: Connection, name: str, now: datetime, before: Stamp | None) -> Stamp:
        """Sign life in a store that nobody moved away while we waited for it."""
        if self.accept:
            forget_move(connection)
        else:
            need_here(connection, name)
        return sign_life(connection, now, before)
