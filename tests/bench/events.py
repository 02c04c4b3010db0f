"""How often one event interrupts: the shipped desk over labelled events, in the order they were published.

The labels lie beside the checkout (events.tsv: first, repeat, development, reaction and near rows of thirty events), and
so does the news. Grouping was tuned on the events of half A; those of half B are the figures to believe. What is counted
are messages, as pacing sends them to one receiver: an alert or update of at least priority interrupts, a digest does
not. An item is told by a message of its own story or one that names its story (one message on a thread in ten minutes).
Items of one time are one round, as the daemon judges what a round polled (a dashboard's items have the time of a poll).
An event is told late where its first message came more than two hours after its first report, whatever told it then.

With `EVENTS=misses` in the environment the items of half A are printed with what told them, with `EVENTS=repeats` why
each message of it repeats, and why a development did not ring.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.alert import LISTED, PINGS, Severity
from alerts.rules.config import load
from alerts.rules.labels import key_of
from alerts.rules.match import Matcher
from alerts.run.article_lines import Line, read_lines
from alerts.run.replay import Replay
from tests.bench.event_trace import noting, why
from tests.bench.shared import ROOT, SHARED, missing

LABELS = SHARED / "labels" / "events.tsv"
ARTICLES = SHARED / "articles" / "dev.jsonl.gz"
DATASETS = {"mena-newsstand-2026-06", "iran-dashboard-2026", "iraq-arabic-2026-07", "iran-digest-2026-08-07"}
SINCE = "2026-06-05"  # the first event is of 7 June


START = datetime(2026, 6, 1, tzinfo=UTC)  # of items without a time
SOON = timedelta(hours=1)  # a development told later than this did not ring
OF_ONE_WORD = timedelta(hours=2)  # so far apart the labels take a first report and its repeats for one


@dataclass(frozen=True, slots=True)
class Row:
    """One label: an item of an event, and what it is to an officer who follows it."""

    event: str
    key: str
    role: str
    sure: bool


@dataclass(slots=True)
class Sent:
    """What a receiver was sent: by item its delivery and the reason for it, by delivery the message that told it."""

    deliveries: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    messages: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    records: dict[str, Mapping[str, Any]] = field(default_factory=dict)  # of a replay, by item

    def message_on(self, key: str) -> tuple[str, datetime] | None:
        """Return the interrupting message that told an item, and when."""
        return self.messages.get(self.deliveries.get(key, ""))


def run() -> None:
    if missing(LABELS) or missing(ARTICLES):
        return
    config = load(ROOT / "rules.yaml", environ=os.environ)
    matcher = Matcher(config)
    lines = [line for line in read_lines(_stream(), print) if matcher.match(line.article)]
    times = {line.article.id: line.at or START for line in lines}
    with noting() as notes:
        sent = sent_by(Replay(config), lines, times)
    # what is only routine never interrupts, whatever it is to its event
    grave = {line.article.id for line in lines if _severity(matcher, line) > Severity.ROUTINE}
    events = defaultdict(list)
    for row in _rows():
        if row.key in grave:
            events[row.event].append(row)
    count = len({message for message, _ in sent.messages.values()})
    print(f"{len(lines)} items match, {len(grave)} above routine, {count} messages interrupt")
    for half in "AB":
        chosen = {event: rows for event, rows in events.items() if half_of(event) == half}
        print(f"half {half}: {_told(chosen, sent, times)}")
    asked = os.environ.get("EVENTS", "")
    if asked == "misses":
        titles = {line.article.id: line.article.title for line in lines}
        _print_misses({event: rows for event, rows in events.items() if half_of(event) == "A"}, sent, times, titles)
    if asked == "repeats":
        articles = {line.article.id: line.article for line in lines}
        for event, rows in events.items():
            for what, row in _causes(rows, sent, times) if half_of(event) == "A" else ():
                print(f"{event} {what} {times[row.key]:%d %H:%M} {row.role}: {articles[row.key].title}")
                for line_ in why(sent.records[row.key], matcher.find(articles[row.key]).event, notes):
                    print(f"    {line_}")


def _severity(matcher: Matcher, line: Line) -> Severity:
    return max(match.severity for match in matcher.match(line.article))


def half_of(event: str) -> str:
    """Return "A" or "B" by the last bit of the SHA-256 of an event's name."""
    return "AB"[hashlib.sha256(event.encode()).digest()[-1] % 2]


def _stream() -> Iterator[str]:
    """Yield the news of the labelled periods as lines, oldest first: by published, or first_seen where that is a day."""
    found = []
    with gzip.open(ARTICLES, "rt", encoding="utf-8") as handle:
        for text in handle:
            item = json.loads(text)
            at = _time(item)
            if item["dataset"] in DATASETS and at >= SINCE:
                key = key_of(item["dataset"], item.get("url") or "", item.get("title") or "")
                found.append((at, key, {**item, "id": key, "first_seen": at}))
    seen: set[str] = set()
    for _, key, item in sorted(found, key=lambda each: each[0]):
        if key not in seen:
            seen.add(key)
            yield json.dumps(item)


def _time(item: Mapping[str, Any]) -> str:
    published, seen = item.get("published") or "", item.get("first_seen") or ""
    a_day = item["dataset"] == "iran-dashboard-2026" and published[11:19] in {"", "00:00:00"}
    return str(seen or published if a_day else published or seen)


def sent_by(replay: Replay, lines: Iterable[Line], times: Mapping[str, datetime]) -> Sent:
    """Return what the first receiver of the replay was sent."""
    sent, receiver = Sent(), ""
    for record in replay.run(lines):
        deliveries: Any = record["deliveries"]
        receiver = receiver or next((each["receiver"] for each in deliveries), "")
        sent.records.update({str(record["id"]): record} if "id" in record else {})
        at = datetime.fromisoformat(str(record["at"])) if "at" in record else times[str(record["id"])]
        for each in deliveries:
            if each["receiver"] != receiver or "delivery" not in each:
                continue
            if "id" in record:
                sent.deliveries[str(record["id"])] = each["delivery"]
                sent.reasons[str(record["id"])] = each["reason"]
            if each["state"] == "queued" and _interrupts(each):
                for told in (each["delivery"], *each.get("carries", ())):
                    sent.messages[told] = each["delivery"], at
    return sent


def _interrupts(told: Mapping[str, str]) -> bool:
    return told["kind"] in PINGS and Severity.of(told["severity"]) > Severity.ROUTINE and told["reason"] not in LISTED


def _rows() -> Iterator[Row]:
    with LABELS.open(encoding="utf-8") as handle:
        next(handle)
        for line in handle:
            event, key, role, _, sure = line.rstrip("\n").split("\t")
            yield Row(event, key, role, sure == "y")


def _told(events: Mapping[str, list[Row]], sent: Sent, times: Mapping[str, datetime]) -> str:
    """Return a half's figures in a line."""
    n: Counter[str] = Counter()
    for rows in events.values():
        near = [row for row in rows if row.role == "near"]
        n["near"] += len(near)
        n["near silent"] += sum(sent.message_on(row.key) is None for row in near)
        members = [row for row in rows if row.role != "near"]
        messages = messages_on(members, sent)
        n["events"] += bool(members)
        first = min((message[1] for row in members if (message := sent.message_on(row.key))), default=None)
        n["untold"] += bool(members) and first is None
        reported = min((times[row.key] for row in members if row.role != "reaction"), default=first)
        n["late first"] += bool(first and reported and first - reported > OF_ONE_WORD)
        n["messages"] += len(messages)
        without = [each for each in messages if not any(row.role == "development" for row in each)]
        n["without news"] += len(without)
        n["repeats"] += sum(each is not messages[0] for each in without)
        developments = [row for row in members if row.role == "development"]
        late = [row for row in developments if not rang(row, sent, times)]
        n["developments"] += len(developments)
        n["late"] += len(late)
        n["sure late"] += sum(row.sure for row in late)
    return (
        f"{n['events']} events; messages that interrupt an event {n['messages'] / n['events']:.2f}, without developments "
        f"{n['without news'] / n['events']:.2f}; of them repeats {n['repeats']}/{n['messages']}; developments that "
        f"did not ring within the hour {n['late']}/{n['developments']} ({n['sure late']} of them sure); "
        f"other acts that look alike and did not ring {n['near silent']}/{n['near']}; events never told {n['untold']}, "
        f"told for the first time more than two hours late {n['late first']}"
    )


def messages_on(members: Iterable[Row], sent: Sent) -> list[list[Row]]:
    """Return the items of an event that each message on one of them told, by the time of the messages.

    A message on a story without a label interrupts for reasons that no label judges, whatever else it names.
    """
    told: dict[tuple[datetime, str], list[Row]] = defaultdict(list)
    for row in members:
        if message := sent.message_on(row.key):
            told[message[1], message[0]].append(row)
    ours = {sent.deliveries.get(row.key) for row in members}
    return [told[each] for each in sorted(told) if each[1] in ours]


def _causes(rows: list[Row], sent: Sent, times: Mapping[str, datetime]) -> Iterator[tuple[str, Row]]:
    """Yield the items of messages that only repeat, and the developments that did not ring within the hour."""
    members = [row for row in rows if row.role != "near"]
    for number, told in enumerate(messages_on(members, sent)):
        if number and not any(row.role == "development" for row in told):
            yield from (("REPEATS", row) for row in told)
    yield from (("LATE", row) for row in members if row.role == "development" and not rang(row, sent, times))


def rang(row: Row, sent: Sent, times: Mapping[str, datetime]) -> bool:
    message = sent.message_on(row.key)
    return message is not None and message[1] - times[row.key] <= SOON


def _print_misses(
    events: Mapping[str, list[Row]], sent: Sent, times: Mapping[str, datetime], titles: Mapping[str, str]
) -> None:
    """Print each event's items with the message that told them, or none, for whoever tunes on half A."""
    for event, rows in events.items():
        print(event)
        for row in sorted(rows, key=lambda row: times[row.key]):
            message = sent.message_on(row.key)
            what = f"told {message[1]:%d %H:%M}" if message else "-"
            print(
                f"  {times[row.key]:%d %H:%M} {row.role:11} {what:14} {sent.reasons.get(row.key, ''):17} {titles[row.key]}"
            )
