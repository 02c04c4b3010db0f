"""Captured headlines as their outlets' own feeds and as one aggregator carries them: outlets found, alerts of each."""

from __future__ import annotations

import html
import json
import re
import tempfile
from contextlib import closing
from email.utils import format_datetime
from pathlib import Path

from crawler.article import Entry
from crawler.config.sources import read_sources
from crawler.parse.feeds import read_feed
from crawler.parse.provenance import credit
from crawler.sources.source import Source
from tests.bench.shared import ROOT, unpack_timeline
from tests.e2e.servers import Hook, Outlet, rss
from tests.e2e.starting import start

NAME = "june-2026-dev-48h"
EACH = 25  # items of each outlet
# the outlets of the timeline by the name of their file: as an aggregator names them, and their host
OUTLETS = {
    "al-akhbar": ("Al Akhbar", "al-akhbar.com"),
    "al-arabiya": ("Al Arabiya English", "english.alarabiya.net"),
    "al-jazeera": ("Al Jazeera", "aljazeera.com"),
    "arab-news": ("Arab News", "arabnews.com"),
    "egypt-independent": ("Egypt Independent", "egyptindependent.com"),
    "gulf-news": ("Gulf News", "gulfnews.com"),
    "gulf-times": ("Gulf Times", "gulf-times.com"),
    "haaretz": ("Haaretz", "haaretz.com"),
    "jerusalem-post": ("The Jerusalem Post", "jpost.com"),
    "jordan-times": ("Jordan Times", "jordantimes.com"),
    "l-orient-today": ("L'Orient Today", "today.lorientlejour.com"),
    "middle-east-eye": ("Middle East Eye", "middleeasteye.net"),
    "the-national": ("The National", "thenationalnews.com"),
    "the-new-arab": ("The New Arab", "newarab.com"),
    "times-of-israel": ("The Times of Israel", "timesofisrael.com"),
    "times-of-oman": ("Times of Oman", "timesofoman.com"),
}
RULES = """version: 1
settings: {{allow_private: ["127.0.0.1"], admin: log, backfill: 520w, freshness: 520w}}
include: [outlets.yaml]
sources:
{sources}
receivers:
  hook: {{urls: ["{hook}"], rate: 600}}
  log: {{urls: ["console://"]}}
rules:
  - {{id: broad, title: Broad, match: [iran, iraq, israel, gaza, lebanon, houthi], severity: priority, notify: [hook]}}
"""
WRAPPED = """<item><title>{title} - {name}</title><link>https://news.google.com/rss/articles/CBM{number}?oc=5</link>
<guid isPermaLink="false">CBM{number}</guid><pubDate>{date}</pubDate><source url="https://www.{host}">{name}</source>
<description>&lt;a href="x"&gt;{title}&lt;/a&gt;&amp;nbsp;&amp;nbsp;&lt;font&gt;{name}&lt;/font&gt;</description></item>"""


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        unpacked = unpack_timeline(NAME, Path(folder))
        if unpacked is None:
            return
        entries = {name: list(_entries(unpacked, name)) for name in OUTLETS}
    total = sum(map(len, entries.values()))
    for mode in ("source", "title", "host"):
        right, known = _found(entries, mode)
        print(f"outlet_from: {mode}: {right} of {total} outlets right, {right / total:.3f}; {known} with a letter")
    native = _line({name: rss(*map(_item, each)) for name, each in entries.items()})
    carried = _line({"aggregator": _aggregated(entries)})
    for what, (stories, alerts, origins, messages) in (("own feeds", native), ("aggregator", carried)):
        print(f"{what}: {stories} stories told, {messages} messages, {alerts} alerts, {origins} origins counted")


def _entries(unpacked: Path, name: str) -> list[Entry]:
    """Return the newest items of an outlet, each headline once, without the outlet's name behind it."""
    found: dict[str, Entry] = {}
    for path in sorted(unpacked.glob(f"polls/*/{name}.xml")):
        for entry in read_feed(path.read_bytes(), None, "https://outlet.example").entries:
            title = re.sub(r"\s+[-–—]\s+[^-–—]{2,40}$", "", entry.title)
            if entry.published and len(title) > 20:
                found.setdefault(title, Entry(title, url=entry.url, published=entry.published))
    return list(found.values())[-EACH:]


def _item(entry: Entry) -> dict[str, str]:
    at = entry.published
    assert at is not None
    key = re.sub(r"\W+", "-", entry.title)[:80]
    link = f"https://paper.example/{key}"
    return {"title": html.escape(entry.title), "guid": key, "link": link, "date": format_datetime(at)}


def _aggregated(entries: dict[str, list[Entry]]) -> bytes:
    items = []
    for name, each in entries.items():
        shown, host = OUTLETS[name]
        for number, entry in enumerate(each):
            row = {"title": html.escape(entry.title), "name": html.escape(shown), "host": host}
            items.append(WRAPPED.format(**row, number=f"{name}{number}", date=_item(entry)["date"]))
    return f'<rss version="2.0"><channel><title>Search</title>{"".join(items)}</channel></rss>'.encode()


def _found(entries: dict[str, list[Entry]], mode: str) -> tuple[int, int]:
    """Return how many outlets of wrapped items are right, and how many of those the table has a letter of."""
    known = read_sources(ROOT / "rules.yaml")[0][0].outlets
    source = Source("agg", "https://agg.example/rss", "Aggregator", outlet_from=mode, outlets=known)
    right = lettered = 0
    for name, each in entries.items():
        shown, host = OUTLETS[name]
        owner = next((known.by_address[key] for key in (host, host.partition(".")[2]) if key in known.by_address), None)
        for entry in each:
            item = {
                "title": html.escape(entry.title),
                "name": html.escape(shown),
                "host": host,
                "number": "1",
                "date": "",
            }
            body = f'<rss version="2.0"><channel>{WRAPPED.format(**item)}</channel></rss>'.encode()
            (read,) = read_feed(body, None, source.url).entries
            if mode == "host":  # of a list that keeps the outlets' own links
                read = Entry(read.title, url=f"https://www.{host}/news/1")
            made, whose = credit(read, source)
            good = made.title == entry.title and whose.owner == (owner.owner if owner else host)
            right += good
            lettered += good and owner is not None
    return right, lettered


def _line(bodies: dict[str, bytes]) -> tuple[int, int, int, int]:
    """Return stories told, alerts, origins and messages of one round on these feeds, by the real command."""
    with tempfile.TemporaryDirectory() as folder, closing(Outlet()) as outlet, closing(Hook()) as hook:
        place = Path(folder)
        rows = []
        for name, body in bodies.items():
            outlet.serve(f"/{name}.xml", body)
            keys = "outlet_from: source" if name == "aggregator" else "every: 15m"
            rows.append(f'  - {{id: {name}, url: "{outlet.base}/{name}.xml", full_text: never, lang: en, {keys}}}')
        (place / "outlets.yaml").write_text((ROOT / "deploy/desk/outlets.yaml").read_text("utf-8"), "utf-8")
        (place / "rules.yaml").write_text(RULES.format(sources="\n".join(rows), hook=hook.url), "utf-8")
        environ = {"PYTHONPATH": str(ROOT)}
        done = start("alerts", "run", "--at", "-", place=place, environ=environ, stdin="2026-06-18T00:00:00Z\n")
        assert done.returncode == 0, done.stderr
        alerts = sum(json.loads(line)["alerts"] for line in done.stdout.splitlines() if line.startswith("{"))
        words = [str(each["message"]) for each in hook.accepted]
        told = len({found[0] for each in words for found in [re.search(r"\bs[0-9a-z]{14}\b", each)] if found})
        counted = sum(int(found[1]) for each in words if (found := re.search(r"(\d+) origins?\b", each)))
        return told, alerts, counted, len(words)
