"""Articles with their times go in; what the line would have done with each comes out.

Everything runs as in the daemon except fetching and sending, on a store in memory, by the times of the articles: those
of one time are decided on together, as what one round polled.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from alerts.alert import SendResult
from alerts.decide.attempt import judge_attempt
from alerts.decide.ledger import Ledger
from alerts.decide.same_event import EventWindow
from alerts.decision import Decision
from alerts.delivery import Delivery, DeliveryState
from alerts.line.judging_order import Matched, slices
from alerts.line.next_delivery import next_delivery
from alerts.line.settle import TriageResult, settle
from alerts.line.triage import BATCH
from alerts.render.records import stamp
from alerts.rule import Config
from alerts.rules.match import Matcher
from alerts.run.article_lines import Line
from alerts.run.stored import ledger_of
from alerts.store import claims, event_reports, outbox, outbox_counts, targets
from crawler.article import Entry, Relation
from crawler.collect.ingest import store_poll
from crawler.collect.stored import Stored
from crawler.sources.polling import state_for
from crawler.sources.source import Source
from crawler.store import articles as archive
from crawler.store.db import Database
from crawler.store.members import placement_of

# The states that a replay prints: nothing is sent, so what the daemon would have sent is "queued".
QUEUED, HELD, FOLDED, SUPPRESSED = "queued", "held", "folded", "suppressed"
START = datetime(2026, 1, 1, tzinfo=UTC)  # the time of articles before the first one that has a time


@dataclass(slots=True)
class Summary:
    """Counts over a whole replay; `relations` and `deliveries` by their words."""

    lines: int = 0
    relations: Counter[str] = field(default_factory=Counter)
    matches: int = 0
    alerts: int = 0
    deliveries: Counter[str] = field(default_factory=Counter)
    ledger: Ledger | None = None


@dataclass(frozen=True, slots=True)
class _Stored:
    """A line as it was stored, and its revisions with what they match."""

    line: Line
    stored: Stored
    matched: Matched


class Replay:
    """One replay under the given rules, in the order of the articles' times."""

    def __init__(self, config: Config) -> None:
        self._config, self._matcher, self._window = config, Matcher(config), EventWindow(config.events)
        self._database = Database("sqlite://")
        self._database.migrate("crawler", "alerts")
        self._sources = {key: source for source in config.sources for key in (source.id, source.name) if key}
        self._receivers = {target.id: each for each in config.receivers.values() for target in each.targets}
        self.summary = Summary()

    def run(self, lines: Iterable[Line]) -> Iterator[dict[str, object]]:
        """Yield a record for each line, and one with "at" for what is sent later, such as digests and held messages."""
        with self._database.writing.connect() as connection:
            for now, together in _rounds(lines):
                yield from self._time_passes(connection, now)
                yield from self._round(connection, together, now)
            yield from self._time_passes(connection, datetime.max.replace(tzinfo=UTC))  # what still waits goes out
            self.summary.ledger = ledger_of(connection)
            connection.rollback()
        self._database.close()

    def _round(self, connection: Connection, lines: Iterable[Line], now: datetime) -> Iterator[dict[str, object]]:
        """Store what came in at one time, decide on it together, send what is due, and yield the records."""
        # From here on as the daemon does it: commit 1 each, commit 2 of flash first, then commits 3 and 4.
        stored = [self._store(connection, line, now) for line in lines]
        matched = [each for one in stored for each in one.matched]
        result, sent, moved = TriageResult(), list[Delivery](), dict[str, str]()
        for part, end in slices(matched, matched[-1][0].seq if matched else 0):
            made = settle(connection, self._config, self._window, part, now, moved, end)
            result += made
            sent += self._send(connection, now) if made.rings else []
        sent += self._send(connection, now) if result.alerts else []
        self.summary.alerts += result.alerts
        ours = set[str]()
        for each in stored:
            record = self._record(connection, each, result)
            ours.update(str(told["delivery"]) for told in record["deliveries"] if told["state"] == QUEUED)
            yield record
        # a digest that the rate made, or a message on another story that waited for room
        yield from self._sent_later(connection, [each for each in sent if each.id not in ours], now)

    def _store(self, connection: Connection, line: Line, now: datetime) -> _Stored:
        """Store a line, and match what that made to decide on."""
        source, before = self._source(line.article.source), archive.last_seq(connection)
        stored = store_poll(connection, source, state_for(source, None, now), [_entry(line)], (), now)
        made = archive.revisions_after(connection, before, 10)
        return _Stored(line, stored, [(revision, self._matcher.find(revision.article)) for revision in made])

    def _source(self, name: str) -> Source:
        """Return the source of this id or name in the rules, or one made up for a name they do not have."""
        name = name or "unnamed"
        if name not in self._sources:
            slug = re.sub(r"\W+", "-", name.casefold()).strip("-") or "unnamed"
            self._sources[name] = Source(id=slug, url=f"replay:{slug}", name=name, owner=slug)
        return self._sources[name]

    def _send(self, connection: Connection, now: datetime) -> list[Delivery]:
        """Claim what is due for each target, record it as sent, and return it."""
        sent = []
        for target in claims.targets_due(connection, now):
            receiver = self._receivers[target]
            while (delivery := next_delivery(connection, target, receiver, now)) is not None:
                result = SendResult(ok=True, handle=f"replay:{delivery.id}")
                before = targets.state_of_target(connection, target)
                claims.settle(connection, delivery, judge_attempt(delivery, result, before, now), result, now)
                sent.append(delivery)
        return sent

    def _time_passes(self, connection: Connection, now: datetime) -> Iterator[dict[str, object]]:
        """Send what comes due up to `now`, and yield its records: at each due time in turn, as one affects the next."""
        while (due := outbox_counts.next_due(connection)) is not None and due <= now:
            yield from self._sent_later(connection, self._send(connection, due), due)

    def _sent_later(self, connection: Connection, sent: list[Delivery], now: datetime) -> Iterator[dict[str, object]]:
        """Count what was sent, and yield a record of it with "at": it was caused by time, not by a line."""
        self.summary.deliveries.update(each.kind.value for each in sent)
        if sent:
            yield {"at": stamp(now), "deliveries": [_sent(connection, each) for each in sent]}

    def _record(self, connection: Connection, each: _Stored, result: TriageResult) -> dict[str, Any]:
        line, ours = each.line, {revision.seq for revision, _ in each.matched}
        matches = [match.rule for _, found in each.matched for match in found.matches]
        relation, name = each.stored.placed[0]
        placement = placement_of(connection, name)
        word = placement.relation if relation is Relation.NEW else relation
        self.summary.lines += 1
        self.summary.relations[word.value] += 1
        self.summary.matches += len(matches)
        evidence = event_reports.evidence_of(connection, placement.thread, placement.story)
        told = [
            _decided(connection, revision.placement.story, made)
            for revision, _, decisions in result.decided
            if revision.seq in ours
            for made in decisions
        ]
        self.summary.deliveries.update(str(made["kind"]) for made in told if made["state"] == QUEUED)
        return {
            "id": line.article.id,
            "story": placement.story,
            "thread": placement.thread,
            "relation": word.value,
            "evidence": placement.evidence,  # which article it was compared with, and what decided
            "event_evidence": evidence,  # why it joined the thread of an event told by other stories
            "title": line.article.title,
            "matches": matches,
            "deliveries": told,
        }


def _in_order(lines: Iterable[Line]) -> list[tuple[datetime, Line]]:
    """Return lines with their times, sorted by them; a line without a time has that of the line before it."""
    timed: list[tuple[datetime, Line]] = []
    last = START
    for line in lines:
        last = line.at or last
        timed.append((last, line))
    return sorted(timed, key=lambda pair: pair[0])


def _rounds(lines: Iterable[Line]) -> Iterator[tuple[datetime, list[Line]]]:
    """Yield the lines of each time together, at most as many as the daemon matches at once."""
    for now, group in groupby(_in_order(lines), key=lambda pair: pair[0]):
        together = [line for _, line in group]
        for start in range(0, len(together), BATCH):
            yield now, together[start : start + BATCH]


def _entry(line: Line) -> Entry:
    article = line.article
    return Entry(
        title=article.title,
        guid=article.id if line.explicit_id else None,
        url=article.url,
        summary=article.summary,
        text=article.text,
        published=article.published,
        lang=article.lang,
    )


def _decided(connection: Connection, story: str, made: Decision) -> dict[str, object]:
    """Return the record of a decision right after it was made: its state, what holds it, and its delivery.

    Whatever is sent later has a record of its own, under the same delivery.
    """
    if not made.queue:
        return _told(made, SUPPRESSED)
    newest = max(outbox.on_subject(connection, story, made.target), key=lambda each: each.revision)
    ended = {DeliveryState.SENT: QUEUED, DeliveryState.FOLDED: FOLDED}.get(newest.state)
    held = {} if ended or not newest.held else {"held": newest.held}
    return _told(made, ended or HELD) | held | {"delivery": newest.id} | _carried(connection, newest)


def _sent(connection: Connection, each: Delivery) -> dict[str, object]:
    """Return the record of a message that was sent."""
    return _told(each, QUEUED) | {"delivery": each.id} | _carried(connection, each)


def _carried(connection: Connection, message: Delivery) -> dict[str, object]:
    """Return the deliveries that a message tells beside its own."""
    carried = [each.id for each in outbox.told_with(connection, message.id)]
    return {"carries": carried} if carried else {}


def _told(each: Decision | Delivery, state: str) -> dict[str, object]:
    return {
        "receiver": each.receiver,
        "kind": each.kind.value,
        "severity": each.severity.word,
        "state": state,
        "reason": each.reason.value,
    }
