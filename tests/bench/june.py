"""June 2026 through the whole line under a broad rule: what is told of each story, and a sample to judge by hand."""

from __future__ import annotations

import json
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from tests.bench.shared import unpack_timeline
from tests.bench.timeline import rounds, rules_for, served
from tests.e2e.servers import Hook

NAME = "june-2026-dev"
SAMPLED, SEED = 60, 20260614
ALIKE = 50.0  # rapidfuzz token_sort_ratio of two headlines, 0-100
WINDOW = timedelta(hours=48)


def run(sample: str = "") -> None:
    """Drive the timeline and print what was told; with a path, write the sample there (outside the repository)."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        unpacked = unpack_timeline(NAME, place)
        if unpacked is None:
            return
        with served(unpacked) as base, closing(Hook()) as hook:
            (place / "rules.yaml").write_text(rules_for(base, hook, place), encoding="utf-8")
            manifest = json.loads((unpacked / "manifest.json").read_text(encoding="utf-8"))
            before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            totals = rounds(manifest["polls"], base, place)
            wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"{NAME}: {len(manifest['polls'])} rounds, wall {wall:.0f} s, CPU {cpu:.0f} s; {dict(totals)}")
        with closing(sqlite3.connect(place / "var" / "watchfloor.db")) as connection:
            connection.row_factory = sqlite3.Row
            report(connection)
            if sample:
                Path(sample).write_text("\n".join(sampled(connection)), encoding="utf-8")
                print(f"sample written to {sample}")


def report(connection: sqlite3.Connection) -> None:
    """Print counts by relation, of decisions by kind and reason, and of messages per story that told anything."""
    for what, query in (
        ("articles by relation", "SELECT relation, count(*) FROM articles GROUP BY 1 ORDER BY 2 DESC"),
        ("revisions beside", "SELECT change != '', count(*) FROM revisions WHERE number > 1 GROUP BY 1"),
        ("decisions", "SELECT kind || ' ' || reason, count(*) FROM decisions GROUP BY 1 ORDER BY 2 DESC"),
        ("deliveries", "SELECT kind || ' ' || state, count(*) FROM deliveries GROUP BY 1 ORDER BY 2 DESC"),
    ):
        print(f"{what}: " + ", ".join(f"{name} {n}" for name, n in connection.execute(query)))
    sent = connection.execute("SELECT count(*) FROM deliveries WHERE kind IN ('alert', 'update') GROUP BY subject")
    edits = connection.execute("SELECT count(*) FROM decisions WHERE kind = 'edit' GROUP BY story")
    for what, rows in (("pings", sent), ("edits", edits)):
        counted = Counter(n for (n,) in rows)
        print(f"stories by {what}: " + ", ".join(f"{n} x {stories}" for n, stories in sorted(counted.items())))
    print(f"threads by stories: {_sizes(connection)}")


def _sizes(connection: sqlite3.Connection) -> str:
    counted = Counter(n for (n,) in connection.execute("SELECT count(*) FROM stories GROUP BY thread"))
    return ", ".join(f"{n} x {threads}" for n, threads in sorted(counted.items()))


def sampled(connection: sqlite3.Connection) -> list[str]:
    """Draw joins, and pairs of alike headlines that did not join, with a fixed seed."""
    rows = {row["id"]: dict(row) for row in connection.execute(_ARTICLES)}
    joins = [row for row in rows.values() if row["relation"] in {"duplicate", "updated"}]
    apart = list(alike(list(rows.values())))
    draw = random.Random(SEED)
    lines = [f"joins {len(joins)}, non-joins above a title similarity of {ALIKE / 100} within 48 h {len(apart)}"]
    for row in draw.sample(joins, min(SAMPLED, len(joins))):
        first = next(each for each in rows.values() if each["story"] == row["story"])
        mate = next((rows[word] for word in row["evidence"].split() if word in rows), first)
        lines += ["", f"JOIN {row['relation']} {row['change']} | {row['evidence']}", _shown(mate), _shown(row)]
    for score, one, other in draw.sample(apart, min(SAMPLED, len(apart))):
        same = "same thread" if one["thread"] == other["thread"] else "apart"
        lines += ["", f"NON-JOIN {score:.0f} {same} | {other['evidence']}", _shown(one), _shown(other)]
    return lines


_ARTICLES = (
    "SELECT a.*, s.thread, r.title AS first_title, r.summary, r.text FROM articles a JOIN stories s ON s.id = a.story "
    "JOIN revisions r ON r.article = a.id AND r.number = 1 ORDER BY a.first_seen, a.rowid"
)


def alike(rows: list[dict[str, Any]]) -> Any:
    """Find for each article that opened a story the earlier opener with the likest headline above the limit."""
    openers = [row for row in rows if row["relation"] in {"new", "related"}]
    start = 0
    for number, row in enumerate(openers):
        seen = datetime.fromisoformat(row["first_seen"])
        while seen - datetime.fromisoformat(openers[start]["first_seen"]) > WINDOW:
            start += 1
        titles = [each["title"].lower() for each in openers[start:number]]
        found = process.extractOne(row["title"].lower(), titles, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE)
        if found:
            yield found[1], openers[start + found[2]], row


def _shown(row: dict[str, Any]) -> str:
    body = " ".join((row["text"] or row["summary"] or "").split())[:300]
    edited = f" (later: {row['title']})" if row["title"] != row["first_title"] else ""
    return f"  {row['first_seen'][:16]} {row['outlet']}: {row['first_title']}{edited}\n      {body}"


if __name__ == "__main__":
    run(*sys.argv[1:])
