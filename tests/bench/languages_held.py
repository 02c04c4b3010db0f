"""What a link between languages holds back: the captured news of three days through the whole line, with links and without.

Two replays of the same articles by the shipped desk, one of which looks for no counterpart. Each delivery is compared:
to whom, as what, how grave, and why it was or was not sent.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from alerts.decide.counterparts import counterpart
from alerts.line import event_threads
from alerts.rules.config import load
from alerts.rules.match import Matcher
from alerts.run.article_lines import Line, read_lines
from alerts.run.replay import Replay
from tests.bench.shared import ROOT, SHARED

SINCE, UNTIL = datetime(2026, 7, 28, tzinfo=UTC), datetime(2026, 7, 31, tzinfo=UTC)
DATASETS = {"iran-dashboard-2026", "iraq-arabic-2026-07"}
KEPT = ("receiver", "kind", "severity", "state", "reason")


def print_held() -> None:
    """Print how many links were made, and how many articles were told in another way for them."""
    config = load(ROOT / "rules.yaml", environ=os.environ)
    matcher = Matcher(config)
    lines = [line for line in read_lines(_days(), print) if matcher.match(line.article)]
    found = 0

    def count(*given: Any) -> Any:
        nonlocal found
        link = counterpart(*given)
        found += link is not None
        return link

    with patch.object(event_threads, "counterpart", count):
        linked = _told(Replay(config), lines)
    with patch.object(event_threads, "counterpart", lambda *_: None):
        bare = _told(Replay(config), lines)
    other = sum(linked.get(key) != bare.get(key) for key in linked.keys() | bare.keys())
    print(
        f"held back by a link: {len(lines)} articles that match, {sum(map(len, linked.values()))} deliveries, {found} links;"
        f" told otherwise without them: {other}"
    )


def _days() -> Iterator[str]:
    """Yield the news of the days as article lines, each headline once, as it came in."""
    found: dict[str, tuple[datetime, str]] = {}
    with gzip.open(SHARED / "articles" / "dev.jsonl.gz", "rt", encoding="utf-8") as handle:
        for item in map(json.loads, handle):
            told = item["published"] if item["lang"] == "ar" else item["first_seen"] or item["published"]
            if item["dataset"] not in DATASETS or not told:
                continue
            at = datetime.fromisoformat(told)
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            if SINCE <= at < UNTIL and item["title"] not in found:
                line = {**item, "id": item["title"], "published": at.isoformat(), "first_seen": at.isoformat()}
                found[item["title"]] = at, json.dumps(line)
    yield from (line for _, line in sorted(found.values()))


def _told(replay: Replay, lines: list[Line]) -> dict[str, list[tuple[str, ...]]]:
    """Return by article, or by time of what was sent later, what was decided on each delivery."""
    told: dict[str, list[tuple[str, ...]]] = {}
    for record in replay.run(lines):
        deliveries: Any = record["deliveries"]
        key = str(record.get("id") or record.get("at"))
        told.setdefault(key, []).extend(tuple(str(each.get(name)) for name in KEPT) for each in deliveries)
    return told
