"""A channel that is polled a thousand times and killed in between, what a poll of each kind costs to read."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from crawler.parse.channels import read_channel
from crawler.parse.feeds import read_feed
from crawler.parse.found import Feed
from crawler.parse.jsonlists import read_list
from crawler.parse.sections import read_section
from crawler.parse.sitemaps import read_sitemap
from tests.bench.shared import ROOT
from tests.e2e.channel import Channel, page_of, text, twelve
from tests.e2e.servers import Hook, Outlet, rss

POLLS, SEED = 1_000, 18
AT_ONCE = 40  # rounds that a process is given; it is killed among them
MOST_NEW = 70  # posts between two polls: three pages and a half
START = datetime(2026, 6, 14, tzinfo=UTC)
RULES = """version: 1
settings: {{allow_private: ["127.0.0.1"], admin: log, canary: 0, freshness: 520w}}
sources: [{{id: watch, url: "{url}", kind: telegram, every: 5m}}]
receivers:
  hook: {{urls: ["{hook}"], rate: 600}}
  log: {{urls: ["console://"]}}
rules: [{{id: militia, title: Militias, match: [militia], severity: priority, notify: [hook]}}]
"""
READS = 200


def run() -> None:
    kinds()
    killed()


def kinds() -> None:
    """Print the processor time of reading twenty entries, by kind."""
    words = [f"Report of number {n} on the convoy that left Taqaddum at dawn, two officers said" for n in range(20)]
    posts = page_of([text(n, each) for n, each in enumerate(words, 1)])
    rows = [{"id": n, "title": each, "url": f"/{n}", "date": "2026-06-14T09:00:00Z"} for n, each in enumerate(words)]
    links = "".join(f'<h2><a href="/news/{n}00000">{each}</a></h2>' for n, each in enumerate(words))
    locations = "".join(f"<url><loc>https://a.example/{n}</loc><news:title>{each}</news:title></url>" for n, each in enumerate(words))  # fmt: skip
    paths = {name: name for name in ("id", "title", "url", "date")}
    bodies: dict[str, tuple[Callable[[bytes, str | None, str], Feed], bytes]] = {
        "feed": (read_feed, rss(*({"title": each, "guid": str(n)} for n, each in enumerate(words)))),
        "sitemap": (read_sitemap, f"<urlset>{locations}</urlset>".encode()),
        "section": (read_section, f"<main>{links}</main>".encode()),
        "telegram": (read_channel, posts),
        "json": (partial(read_list, paths=paths), json.dumps(rows).encode()),
    }
    for name, (read, body) in bodies.items():
        found = len(read(body, None, "https://a.example/s/watch").entries)
        begun = time.process_time()
        for _ in range(READS):
            read(body, None, "https://a.example/s/watch")
        cost = (time.process_time() - begun) / READS * 1_000
        print(f"{name}: {found} entries of {len(body)} bytes read in {cost:.2f} ms of processor time")
    feed = read_channel(page_of(twelve()), None, "https://t.me/s/watch")
    print(f"twelve types of posts: {len(feed.entries)} with words, {dict(Counter(feed.rejected))}")


def killed() -> None:
    """Poll a channel POLLS times with processes that are killed, and count what was lost or came twice."""
    rand = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder, closing(Outlet()) as outlet, closing(Hook()) as hook:
        place, channel = Path(folder), Channel(outlet, posts=[text(1, "A quiet day at the river")])
        (place / "rules.yaml").write_text(RULES.format(url=channel.serve(40_000), hook=hook.url), encoding="utf-8")
        polls = kills = 0
        while polls < POLLS:
            done, was_killed = _process(place, channel, rand, polls, last=polls + AT_ONCE >= POLLS)
            polls, kills = polls + max(done, 1), kills + was_killed
        _process(place, channel, rand, polls + AT_ONCE, last=True)
        posted = [f"watch/{each.number}" for each in channel.posts]
        with closing(sqlite3.connect(place / "var" / "watchfloor.db")) as connection:
            stored = Counter(guid for (guid,) in connection.execute("SELECT guid FROM articles"))
            matched = connection.execute(
                "SELECT count(DISTINCT story) FROM decisions WHERE reason != 'baseline'"
            ).fetchone()[0]
        lost, doubled = set(posted) - set(stored), [guid for guid, n in stored.items() if n > 1]
        print(
            f"{polls} polls, {kills} kills: {len(posted)} posts, {len(lost)} lost, {len(doubled)} doubled; "
            f"{len(channel.asked)} pages asked for; {matched} stories decided on"
        )


def _process(place: Path, channel: Channel, rand: random.Random, polls: int, *, last: bool) -> tuple[int, bool]:
    """Run one process through its rounds, posting between them; kill it at any moment but in the `last` one."""
    process = subprocess.Popen(
        [sys.executable, "-m", "alerts", "run", "--at", "-"], cwd=place, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    done, doomed = 0, None if last else rand.randrange(1, AT_ONCE)
    for number in range(AT_ONCE):
        _post(channel, rand)
        at = START + timedelta(minutes=5 * (polls + number))
        process.stdin.write(f"{at.isoformat()}\n")
        process.stdin.flush()
        if number == doomed:  # somewhere in the round
            time.sleep(rand.random() * 0.12)
            process.send_signal(signal.SIGKILL)
            process.wait()
            break
        process.stdout.readline()
        done += 1
    process.stdin.close()
    process.wait()
    process.stdout.close()
    return done, doomed is not None


def _post(channel: Channel, rand: random.Random) -> None:
    """Post nothing, a few or many posts since the last poll; numbers have gaps, some posts have no words."""
    for _ in range(rand.choice([0, 0, 1, 2, 5, rand.randrange(MOST_NEW)])):
        number = channel.posts[-1].number + rand.choice([1, 1, 1, 2, 5])
        deed = rand.choice(["convoy", "militia", "council", "river", "bridge"])
        channel.posts.append(
            text(number, f"Report {number} on the {deed} of {rand.randrange(10_000)} at {rand.randrange(10_000)}")
        )
