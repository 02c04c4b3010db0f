"""How often one event interrupts: the shipped desk over labelled events, in the order they were published.

The labels lie beside the checkout (events.tsv: first, repeat, development, reaction and near rows of thirty events), and
so does the news. Grouping was tuned on the events of half A; those of half B are the figures to believe. An item rings
if an alert or update of at least priority is decided at once; what waits for the digest does not.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alerts.alert import PINGS, Severity
from alerts.rules.config import load
from alerts.rules.labels import key_of
from alerts.rules.match import Matcher
from alerts.run.article_lines import Line, read_lines
from alerts.run.replay import Replay
from tests.bench.shared import ROOT, SHARED, missing

LABELS = SHARED / "labels" / "events.tsv"
ARTICLES = SHARED / "articles" / "dev.jsonl.gz"
DATASETS = {"mena-newsstand-2026-06", "iran-dashboard-2026", "iraq-arabic-2026-07", "iran-digest-2026-08-07"}
SINCE = "2026-06-05"  # the first event is of 7 June


@dataclass(frozen=True, slots=True)
class Row:
    """One label: an item of an event, and what it is to an officer who follows it."""

    event: str
    key: str
    role: str
    sure: bool


def run() -> None:
    if missing(LABELS) or missing(ARTICLES):
        return
    config = load(ROOT / "rules.yaml", environ=os.environ)
    matcher = Matcher(config)
    lines = [line for line in read_lines(_stream(), print) if matcher.match(line.article)]
    rings = dict(_rings(Replay(config), lines))
    # what is only routine never interrupts, whatever it is to its event
    grave = {line.article.id for line in lines if _severity(matcher, line) > Severity.ROUTINE}
    events = defaultdict(list)
    for row in _rows():
        if row.key in grave:
            events[row.event].append(row)
    times = {line.article.id: line.at for line in lines}
    print(f"{len(lines)} items match, {len(grave)} above routine, {sum(rings.values())} interrupt")
    for half in "AB":
        chosen = {event: rows for event, rows in events.items() if half_of(event) == half}
        print(f"half {half}: {_told(chosen, rings, times)}")


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


def _rings(replay: Replay, lines: Iterable[Line]) -> Iterator[tuple[str, bool]]:
    """Yield the key of each item that matches and whether it interrupts somebody."""
    for record in replay.run(lines):
        if "id" in record:
            told: Any = record["deliveries"]
            yield str(record["id"]), any(map(_rings_at, told))


def _rings_at(told: Mapping[str, str]) -> bool:
    urgent = Severity.of(told["severity"]) > Severity.ROUTINE and told["kind"] in PINGS
    return urgent and told["state"] != "suppressed" and told["reason"] != "repeats"


def _rows() -> Iterator[Row]:
    with LABELS.open(encoding="utf-8") as handle:
        next(handle)
        for line in handle:
            event, key, role, _, sure = line.rstrip("\n").split("\t")
            yield Row(event, key, role, sure == "y")


def _told(events: Mapping[str, list[Row]], rings: Mapping[str, bool], times: Mapping[str, Any]) -> str:
    """Return a half's figures in a line."""
    n: Counter[str] = Counter()
    for rows in events.values():
        members = sorted((row for row in rows if row.role != "near"), key=lambda row: (times[row.key], row.key))
        near = [row for row in rows if row.role == "near"]
        n["near"] += len(near)
        n["near silent"] += sum(not rings[row.key] for row in near)
        n["events"] += bool(members)
        told = False
        for row in members:
            news = row.role == "development"
            n["developments"] += news
            n["swallowed"] += news and not rings[row.key]
            n["sure swallowed"] += news and row.sure and not rings[row.key]
            if rings[row.key]:
                n["rings"] += 1
                n["rings without news"] += not news
                n["repeats"] += told and not news
                told = True
        n["untold"] += bool(members) and not told
    return (
        f"{n['events']} events; messages that interrupt an event {n['rings'] / n['events']:.2f}, without developments "
        f"{n['rings without news'] / n['events']:.2f}; of them repeats {n['repeats']}/{n['rings']}; developments that "
        f"did not ring {n['swallowed']}/{n['developments']} ({n['sure swallowed']} of them sure); "
        f"other acts that look alike and did not ring {n['near silent']}/{n['near']}; events never told {n['untold']}"
    )
