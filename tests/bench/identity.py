"""Which entries of captured feeds are one article: outlet, headline and time of publication agree, whatever the link.

The timeline goes through the real command round by round. A group is what its feeds show under more than one link or
GUID with the same outlet, headline and time; it is doubled where the store has more than one article of it. Half B of
the groups (by hash) is counted and never shown.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

from crawler.parse.feeds import read_feed
from crawler.text.folding import fold
from tests.bench.shared import unpack_timeline
from tests.bench.timeline import NAME, rounds, rules_for, served
from tests.e2e.servers import Hook

Group = tuple[str, str, str]  # outlet, folded headline, time of publication
SHOWN = 12


def run(name: str = NAME) -> None:
    with tempfile.TemporaryDirectory() as place:
        unpacked = unpack_timeline(name, Path(place))
        if unpacked is not None:
            shown = links_of(unpacked)
            with served(unpacked) as base, closing(Hook()) as hook:
                (Path(place) / "rules.yaml").write_text(rules_for(base, hook, Path(place)), encoding="utf-8")
                manifest = json.loads((unpacked / "manifest.json").read_text(encoding="utf-8"))
                rounds(manifest["polls"], base, Path(place))
            with closing(sqlite3.connect(Path(place) / "var" / "watchfloor.db")) as connection:
                report(name, connection, shown)


def links_of(timeline: Path) -> Mapping[Group, set[str]]:
    """Return the links of each group of all feeds of a timeline."""
    found: dict[Group, set[str]] = defaultdict(set)
    for file in sorted(timeline.glob("polls/*/*.xml")):
        feed = read_feed(file.read_bytes(), "text/xml", "https://outlet.example/")
        for each in feed.entries:
            if each.published and each.title:
                found[file.stem, fold(each.title), each.published.isoformat()].add(each.url or each.guid or "")
    return found


def report(name: str, connection: sqlite3.Connection, shown: Mapping[Group, set[str]]) -> None:
    rows = list(connection.execute("SELECT source, title, published, url, id FROM articles ORDER BY id"))
    stored: dict[Group, list[tuple[str, str]]] = defaultdict(list)
    for source, title, published, url, identity in rows:
        if published:
            stored[source, fold(title), datetime.fromisoformat(published).isoformat()].append((identity, str(url)))
    groups = {key for key, links in shown.items() if len(links) > 1}
    doubled = {key for key, found in stored.items() if len(found) > 1}
    print(f"{name}: {len(rows)} articles, {len(groups)} groups shown under several links, {len(doubled)} doubled")
    half = [each for each in sorted(doubled) if in_half_a(each)]
    print(f"  half A {len(half)}, half B {len(doubled) - len(half)}")
    for key in half[:SHOWN]:
        print(f"  {key[0]} {key[2]}: {key[1].strip()}")
        for identity, url in stored[key]:
            print(f"    {identity} {url}")


def in_half_a(key: Group) -> bool:
    return hashlib.sha256("|".join(key).encode()).digest()[0] % 2 == 0


if __name__ == "__main__":
    run(*sys.argv[1:])
