"""Makes the store that is kept of a release: `python -m tests.stores.make tests/stores/vX.Y.Z.sqlite3`.

Run it with the code of that release, and never again for the same file: the file stands for the stores out there. All
articles are made up. It holds an alert that was sent and acknowledged, an update that was folded into it before, a
waiting alert of another story, a waiting digest and a silence.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from alerts.alert import Kind, Reason, Scope, SendResult, Severity
from alerts.decide.attempt import judge_attempt
from alerts.decide.same_event import EventWindow
from alerts.delivery import NewDelivery
from alerts.line.judging_order import TRIAGED
from alerts.line.next_delivery import next_delivery
from alerts.line.settle import settle
from alerts.rule import Config
from alerts.rules.config import load
from alerts.rules.match import Matcher
from alerts.store import acks, claims, decisions, digests, silences, targets
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from crawler.store.db import Database

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULES = """\
version: 1
settings: {freshness: 48h}
sources:
  - {id: wire, name: Made-up Wire, url: "https://wire.example/rss.xml"}
  - {id: daily, name: Made-up Daily, url: "https://daily.example/rss.xml"}
receivers:
  console: {urls: ["console://"]}
rules:
  - {id: militia, title: Militias, match: {any: [militia]}, severity: priority, notify: [console]}
"""
BRIDGE, MARKET = "Militia seizes bridge at Hawija", "Bomb hits militia post in Basra market"
DEAD = "Officials said {} people were killed when the road to the town was shelled overnight."


def config_of(place: Path) -> Config:
    """Return the configuration under which the store was filled."""
    path = place / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return load(path, environ={})


def judge(connection: Connection, config: Config, source: str, titles: Mapping[str, str], now: datetime) -> None:
    """Store articles of one source, and decide on them."""
    polled = next(each for each in config.sources if each.id == source)
    source_of = Source(polled.id, polled.url, name=polled.name)
    entries = [Entry(title, guid=f"{source}/{title}", summary=text, published=now) for title, text in titles.items()]
    store_poll(connection, source_of, SourceState(source, polled.url, now), entries, (), now)
    waiting = archive.revisions_after(connection, int(decisions.get_mark(connection, TRIAGED) or 0), 9)
    found = [(each, Matcher(config).find(each.article)) for each in waiting]
    settle(connection, config, EventWindow(config.events), found, now)


def send_next(connection: Connection, config: Config, now: datetime) -> str:
    """Claim the next delivery and record it as sent; return its subject, "" where nothing is due."""
    receiver = config.receivers["console"]
    claimed = next_delivery(connection, receiver.targets[0].id, receiver, now)
    if claimed is None:
        return ""
    result = SendResult(ok=True, handle="console:1")
    made = judge_attempt(claimed, result, targets.state_of_target(connection, claimed.target), now)
    claims.settle(connection, claimed, made, result, now)
    return claimed.subject


def fill(connection: Connection, config: Config) -> None:
    """Store two stories as the line does, one of them told, and what people added."""
    target = config.receivers["console"].targets[0].id
    judge(connection, config, "wire", {BRIDGE: DEAD.format(14)}, NOW)
    judge(connection, config, "daily", {BRIDGE: DEAD.format(17)}, NOW)  # folded into the alert that waits
    story = send_next(connection, config, NOW)
    acks.ack(connection, story, "Noor", "command", NOW + MINUTE, decisions.last_alert_revision(connection, story))
    judge(connection, config, "wire", {MARKET: "A bomb went off at noon; nobody was hurt."}, NOW + 2 * MINUTE)
    digest = NewDelivery(target, "console", Kind.DIGEST, Severity.ROUTINE, Reason.ROUTINE, "console@2026-06-14T13:00Z")
    subject = digests.open_digest(connection, digest, NOW + 60 * MINUTE)
    digests.add_to_digest(connection, subject, target, [decisions.load_alert(connection, story, 1)])
    silences.add_silence(connection, Scope.TEXT, "parade", "Noor", "yearly", NOW, NOW + 60 * MINUTE)


def main(path: Path) -> None:
    database = Database.at(path)
    database.migrate("crawler", "alerts")
    with TemporaryDirectory() as place, database.write() as connection:
        fill(connection, config_of(Path(place)))
    with database.writing.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        for statement in ("PRAGMA journal_mode=DELETE", "PRAGMA page_size=512", "VACUUM"):  # one small file
            raw.execute(statement)
    database.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
