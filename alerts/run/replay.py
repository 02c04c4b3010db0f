"""Articles with their times go in; what the line would have done with each comes out.

Everything runs as in the daemon except fetching and sending, on a store in memory, by the times of the articles.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from alerts.alert import SendResult
from alerts.decide.attempt import judge_attempt
from alerts.decide.ledger import Ledger
from alerts.decide.same_event import EventWindow
from alerts.decision import Decision
from alerts.delivery import Delivery, DeliveryState
from alerts.line.judging_order import TRIAGED
from alerts.line.next_delivery import next_delivery
from alerts.line.orders import stamp
from alerts.line.triage import TriageResult, settle
from alerts.rule import Config
from alerts.rules.match import Finding, Matcher
from alerts.run.article_lines import Line
from alerts.run.stored import ledger_of
from alerts.store import claims, event_reports, outbox, targets
from alerts.store import decisions as decision_store
from crawler.article import Entry, Relation, Revision
from crawler.collect.ingest import Stored, store_poll
from crawler.sources.polling import state_for
from crawler.sources.source import Source
from crawler.store import articles as archive
from crawler.store.db import Database

# The states that a replay prints: nothing is sent, so what the daemon would have sent is "queued".
QUEUED, HELD, FOLDED, SUPPRESSED = "queued", "held", "folded", "suppressed"
START = datetime(2026, 1, 1, tzinfo=UTC)  # the time of articles before the first one that has a time

Matched = list[tuple[Revision, Finding]]


@dataclass(slots=True)
class Summary:
    """Counts over a whole replay; `relations` and `deliveries` by their words."""

    lines: int = 0
    relations: Counter[str] = field(default_factory=Counter)
    matches: int = 0
    alerts: int = 0
    deliveries: Counter[str] = field(default_factory=Counter)
    ledger: Ledger | None = None


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
            for now, line in _in_order(lines):
                yield from self._time_passes(connection, now)
                yield from self._one(connection, line, now)
            yield from self._time_passes(connection, datetime.max.replace(tzinfo=UTC))  # what still waits goes out
            self.summary.ledger = ledger_of(connection)
            connection.rollback()
        self._database.close()

    def _one(self, connection: Connection, line: Line, now: datetime) -> Iterator[dict[str, object]]:
        source = self._source(line.article.source)
        # From here on as the daemon does it: commit 1, commit 2, then commits 3 and 4 if an alert was made.
        stored = store_poll(connection, source, state_for(source, None, now), [_entry(line)], (), now)
        waiting = archive.revisions_after(connection, int(decision_store.get_mark(connection, TRIAGED) or 0), 10)
        matched = [(revision, self._matcher.find(revision.article)) for revision in waiting]
        result = settle(connection, self._config, self._window, matched, now)
        sent = self._send(connection, now) if result.alerts else []
        record = self._record(connection, line, stored, result, matched)
        yield record
        ours = {str(each["delivery"]) for each in record["deliveries"] if each["state"] == QUEUED}
        # a digest that the rate made, or a message on another story that waited for room
        yield from self._sent_later(connection, [each for each in sent if each.id not in ours], now)

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
        while (due := outbox.next_due(connection)) is not None and due <= now:
            yield from self._sent_later(connection, self._send(connection, due), due)

    def _sent_later(self, connection: Connection, sent: list[Delivery], now: datetime) -> Iterator[dict[str, object]]:
        """Count what was sent, and yield a record of it with "at": it was caused by time, not by a line."""
        self.summary.deliveries.update(each.kind.value for each in sent)
        if sent:
            yield {"at": stamp(now), "deliveries": [_sent(connection, each) for each in sent]}

    def _record(
        self, connection: Connection, line: Line, stored: Stored, result: TriageResult, matched: Matched
    ) -> dict[str, Any]:
        matches = [match.rule for _, found in matched for match in found.matches]
        relation, name = stored.placed[0]
        placement = archive.placement_of(connection, name)
        word = placement.relation if relation is Relation.NEW else relation
        self.summary.lines += 1
        self.summary.relations[word.value] += 1
        self.summary.matches += len(matches)
        self.summary.alerts += result.alerts
        evidence = event_reports.evidence_of(connection, placement.thread).get(placement.story, "")
        told = [
            _decided(connection, revision.placement.story, each)
            for revision, _, decisions in result.decided
            for each in decisions
        ]
        self.summary.deliveries.update(str(each["kind"]) for each in told if each["state"] == QUEUED)
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
