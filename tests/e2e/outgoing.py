"""The delivering line alone: real store, real lanes, real servers; alerts are queued as triage queues them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from alerts.alert import Alert, Cause, Hit, Kind, Reason, Severity
from alerts.decide.ledger import balance
from alerts.delivery import Delivery, NewDelivery
from alerts.line.deliver import Deliver
from alerts.rule import Config
from alerts.rules import config as configuration
from alerts.store import decisions, outbox, outbox_counts
from crawler.article import Article
from crawler.store import articles as archive
from crawler.store.db import DATABASE
from crawler.store.writer_lane import WriterLane
from tests.migrated import new_store

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
RULES = """\
version: 1
settings: {{admin: {admin}}}
sources: [{{id: wire, name: Wire, url: "https://wire.example/rss.xml"}}]
rules: [{{id: militia, title: Militias, match: [militia], severity: priority, notify: [{admin}]}}]
receivers:
{receivers}
"""


class Outgoing:
    """A store with its lane and the delivering line over it, at a time that a test moves."""

    def __init__(self, place: Path, receivers: dict[str, str], admin: str) -> None:
        lines = "\n".join(f"  {name}: {{{keys}}}" for name, keys in receivers.items())
        rules = place / "rules.yaml"
        rules.write_text(RULES.format(admin=admin, receivers=lines), encoding="utf-8")
        self.config: Config = configuration.load(rules, environ={})
        self.database = new_store(place / DATABASE)
        self.lane = WriterLane(self.database)
        self.deliver = Deliver(self.database, self.lane, self.config)
        self.now = NOW

    def clock(self) -> datetime:
        return self.now

    def target(self, receiver: str) -> str:
        return self.config.receivers[receiver].targets[0].id

    async def drain(self, at: datetime | None = None) -> None:
        self.now = at or self.now
        await self.deliver.drain(self.clock)

    async def queue(self, story: str, *to: str, kind: Kind = Kind.ALERT, revision: int = 1, **more: Severity) -> None:
        """Queue an alert revision on a story, to receivers."""
        severity = more.get("severity", Severity.PRIORITY)
        await self.lane.write(lambda connection: self._queue(connection, story, to, kind, revision, severity))

    def _queue(
        self, connection: Connection, story: str, to: tuple[str, ...], kind: Kind, revision: int, severity: Severity
    ) -> None:
        title = f"A militia moves {story}"
        hits = (Hit("militia", "militia", "title", 2, 9, "militia"),)
        cause = Cause("militia", "Militias", "0a1b2c3d", severity, hits)
        article = Article(f"a-{story}-{revision}", "wire", title, self.now, outlet="Wire", published=self.now)
        decisions.add_alert(connection, Alert(story, f"t-{story}", revision, severity, self.now, article, (cause,)))
        for name in to:
            target, reason, thread = self.target(name), Reason.FIRST_ARTICLE, f"t-{story}"
            each = NewDelivery(target, name, kind, severity, reason, story, revision, ("m",), thread=thread)
            outbox.queue(connection, each, self.now)
        archive.count(connection, decisions.counts, {"matched": len(to), "queued": len(to)})

    def all(self) -> list[Delivery]:
        with self.database.read() as connection:
            rows = connection.execute(outbox.deliveries.select().order_by(outbox.deliveries.c.queued)).mappings()
            return [outbox.read(row) for row in rows]

    def on(self, story: str, receiver: str) -> Delivery:
        (found,) = [each for each in self.all() if (each.subject, each.receiver) == (story, receiver)]
        return found

    def notices(self) -> list[str]:
        return [str(each.payload["title"]) for each in self.all() if each.kind is Kind.NOTICE and each.payload]

    def balanced(self) -> bool:
        with self.database.read() as connection:
            book = balance({}, archive.load_counts(connection, decisions.counts), outbox_counts.delivered(connection))
        return not any(book.remainders().values())

    async def close(self) -> None:
        await self.deliver.close(1)
        self.lane.close()
        self.database.close()


def outgoing(
    place: Path, receivers: dict[str, str], work: Callable[[Outgoing], Awaitable[None]], admin: str = ""
) -> None:
    """Run a piece of work on a line of its own."""

    async def run() -> None:
        line = Outgoing(place, receivers, admin or next(iter(receivers)))
        try:
            await work(line)
        finally:
            await line.close()

    asyncio.run(run())
