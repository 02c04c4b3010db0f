"""500 matches of 39 stories within 60 s, under a virtual clock: posts a minute, how soon flash goes, what is accounted for.

Storing, matching, deciding, pacing and claiming are the real ones; sending takes no time, so that pacing alone is seen.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apprise.plugins import N_MGR
from sqlalchemy import Connection

from alerts.alert import Kind, SendResult
from alerts.decide.attempt import judge_attempt
from alerts.decide.ledger import balance
from alerts.decide.same_event import EventWindow
from alerts.delivery import Delivery
from alerts.line.next_delivery import next_delivery
from alerts.line.settle import settle
from alerts.rule import Config
from alerts.rules.config import load
from alerts.rules.match import Matcher
from alerts.store import claims, decisions, digests, outbox_counts, targets
from crawler.article import Entry
from crawler.collect.ingest import store_poll
from crawler.sources.source import Source, SourceState
from crawler.store import articles as archive
from crawler.store.db import Database

MATCHES, STORIES, SECONDS = 500, 39, 60
START = datetime(2026, 6, 14, 3, tzinfo=UTC)
FLASH_AT = (20, 40)  # the second in which a flash story breaks, beside the others
RULES = """\
version: 1
settings: {admin: floor}
sources: [{id: w, url: "https://w.example/"}]
receivers:
  floor: {urls: ["watchslack://xoxb-1111-2222-three/C0123ABCD"]}
  hook: {urls: ["json://127.0.0.1:9/x"]}
rules:
  - {id: militia, title: Militias, match: [militia], severity: immediate, notify: [floor, hook]}
  - {id: base, title: Bases, match: [airbase], severity: flash, notify: [floor, hook]}
"""


def run() -> None:
    """Print what each kind of receiver gets."""
    with tempfile.TemporaryDirectory() as place:
        rules = Path(place) / "rules.yaml"
        rules.write_text(RULES, encoding="utf-8")
        config = load(rules, environ={})
    database = Database("sqlite://")
    database.migrate("crawler", "alerts")
    matcher = Matcher(config)
    sent: dict[str, list[tuple[float, Delivery]]] = {name: [] for name in config.receivers}
    due = {int(n * SECONDS / MATCHES * 1000): n for n in range(MATCHES)}
    with database.writing.connect() as connection:
        clock = 0
        while clock < SECONDS * 1000 or _open(connection):
            now = START + timedelta(milliseconds=clock)
            for number in [n for at, n in due.items() if clock - 1000 < at <= clock]:
                _tell(connection, number, now)
            for second in FLASH_AT:
                if clock == second * 1000:
                    _tell(connection, -second, now)
            _triage(connection, config, matcher, now)
            for receiver in config.receivers.values():
                for target in receiver.targets:
                    while (claimed := next_delivery(connection, target.id, receiver, now)) is not None:
                        _sent(connection, claimed, now)
                        sent[receiver.name].append((clock / 1000, claimed))
            clock += 1000
        for name, posts in sent.items():
            _report(connection, name, posts)
        books = balance(
            archive.load_counts(connection, archive.counts),
            archive.load_counts(connection, decisions.counts),
            outbox_counts.delivered(connection),
        )
        print(
            f"decided {books.matched}: queued {books.queued}, not told {dict(books.suppressed)}; of the queued {dict(books.states)}"
        )
        print(f"unaccounted for: {sum(books.remainders().values())}")
    throttles = {name: N_MGR[name].request_rate_per_sec for name in ("slack", "mailto")}
    for name, seconds in throttles.items():
        print(f"Apprise as it is, {name}: {MATCHES} posts, {MATCHES * seconds:.0f} s to drain by its own throttle")


def _sent(connection: Connection, claimed: Delivery, now: datetime) -> None:
    """Take a message as accepted; Slack gives it a name, by which it can be edited."""
    result = SendResult(ok=True, handle=f"C0123ABCD:{claimed.id}" if claimed.receiver == "floor" else "")
    before = targets.state_of_target(connection, claimed.target)
    claims.settle(connection, claimed, judge_attempt(claimed, result, before, now), result, now)


def _open(connection: Connection) -> bool:
    return outbox_counts.next_due(connection) is not None


def _tell(connection: Connection, number: int, now: datetime) -> None:
    """Store one article: the first of a story, or a reprint of it by another outlet."""
    story = number % STORIES if number >= 0 else number
    outlet = f"o{max(number, 0) // STORIES}"
    source = Source(id=outlet, url=f"https://{outlet}.example/", name=f"Outlet {outlet}", owner=outlet, lang="en")
    words = [f"{syllable}{abs(story) * 7 + k}" for k, syllable in enumerate(("kera", "boto", "lumi", "sade", "fipo"))]
    what = "airbase" if number < 0 else "militia"
    body = " ".join(f"{word}x{n}" for n in range(30) for word in words[:3])
    entry = Entry(title=f"{what} {' '.join(words)}", guid=f"{outlet}-{story}", text=f"{what} {body}", published=now)
    store_poll(connection, source, SourceState(source.id, source.url, now, baseline=now), [entry], (), now)


def _triage(connection: Connection, config: Config, matcher: Matcher, now: datetime) -> None:
    after = int(decisions.get_mark(connection, "triaged") or 0)
    waiting = archive.revisions_after(connection, after, 1000)
    found = [(each, matcher.find(each.article)) for each in waiting]
    settle(connection, config, EventWindow(config.events), found, now)


def _report(connection: Connection, name: str, posts: list[tuple[float, Delivery]]) -> None:
    pings = [(at, each) for at, each in posts if each.kind is not Kind.EDIT]
    worst = max(sum(start <= at < start + 60 for at, _ in posts) for start in range(int(posts[-1][0]) + 1))
    flash = [at - (each.queued - START).total_seconds() for at, each in pings if each.severity.word == "flash"]
    told: dict[str, float] = {}
    for at, each in pings:
        alerts = digests.digest_of(connection, each.subject, each.target) if each.kind is Kind.DIGEST else ()
        for story in [alert.story for alert in alerts] or [each.subject]:
            told.setdefault(story, at)
    kinds = dict(Counter(each.kind.value for _, each in posts))
    print(
        f"{name}: {len(posts)} posts {kinds}, worst minute {worst}, flash delay at most {max(flash):.0f} s, "
        f"{len(told)} stories told, the last at {max(told.values()):.0f} s, drained at {posts[-1][0]:.0f} s"
    )
