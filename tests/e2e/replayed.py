"""Captured news of ../shared, served as if it were of today: the shipped desk on it, first by rounds, then by a daemon.

The feeds are those of two timelines, as they stood poll by poll; only their dates are moved, all of a timeline by the same
span, so that its last poll is now. There is no captured Persian news: that feed holds headlines of our own.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from alerts.demo.sinks import MailSink
from crawler.parse.feeds import read_feed
from tests.bench.shared import ROOT, SHARED, unpack_timeline
from tests.e2e.board import TOKEN, BoardDesk, Floor, served
from tests.e2e.driven import driven
from tests.e2e.running import Running
from tests.e2e.servers import Hook, Outlet, rss

TIMELINES = {"june-2026-dev-48h": None, "july-2026-shafaq-dev": ("shafaq-ar",)}  # the outlets wanted; None: all
ABSENT = "".join(
    f"{name} is not beside this checkout; "
    for name in TIMELINES
    if not (SHARED / "timelines" / f"{name}.tar.xz").exists()
)
PERSIAN = ROOT / "tests" / "labels" / "persian-kurdish.jsonl"
ROUNDS = tuple(timedelta(hours=each) for each in (26, 12, 3))  # before now; the first is the baseline
DATE = re.compile(rb"<(pubDate|lastBuildDate)>([^<]+)</")


@dataclass(frozen=True, slots=True)
class Timeline:
    """An unpacked timeline whose last poll is at `end` (of its own time) and shall be at `now`."""

    place: Path
    polls: tuple[tuple[datetime, str], ...]  # when, and its folder
    outlets: Mapping[str, Mapping[str, Any]]
    now: datetime

    @property
    def moved(self) -> timedelta:
        return self.now - self.polls[-1][0]

    def feeds(self, before: timedelta) -> Iterator[tuple[str, bytes]]:
        """Yield the feed of each outlet as it stood so long before the end."""
        folder = [name for at, name in self.polls if at <= self.polls[-1][0] - before][-1]
        for name in self.outlets:
            path = self.place / "polls" / folder / f"{name}.xml"
            if path.exists():
                yield name, DATE.sub(self._date, path.read_bytes())

    def _date(self, found: re.Match[bytes]) -> bytes:
        at = parsedate_to_datetime(found[2].decode()) + self.moved
        return b"<%s>%s</" % (found[1], format_datetime(at).encode())


def unpacked(name: str, into: Path, now: datetime) -> Timeline:
    place = unpack_timeline(name, into)
    assert place
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    wanted = TIMELINES[name] or manifest["outlets"]
    polls = tuple((datetime.fromisoformat(each["time"]), str(each["dir"])) for each in manifest["polls"])
    return Timeline(place, polls, {each: manifest["outlets"][each] for each in wanted}, now)


@dataclass
class Newsroom:
    """Outlets whose feeds move on when told, and the daemon's desk on them."""

    desk: BoardDesk
    timelines: tuple[Timeline, ...]
    now: datetime
    headlines: set[str] = field(default_factory=set)  # all that were served so far

    def show(self, before: timedelta) -> None:
        """Serve each feed as it stood so long before now."""
        for timeline in self.timelines:
            for name, feed in timeline.feeds(before):
                self._serve(name, feed)
        self._serve("persian", persian(self.now, before))

    def _serve(self, name: str, feed: bytes) -> None:
        url = self.desk.outlet.serve(f"/{name}.xml", feed, ETag=f'"{sha256(feed).hexdigest()}"')
        self.headlines |= {each.title for each in read_feed(feed, None, url).entries}

    def write(self) -> None:
        """Put the shipped desk in its place, with these outlets as its sources and a webhook for the console."""
        place = self.desk.place
        shutil.copytree(ROOT / "deploy" / "desk", place / "deploy" / "desk")
        token = place / "token"
        token.write_text(f"{TOKEN}\n", encoding="utf-8")
        own = f'settings:\n  allow_private: ["127.0.0.1"]\n  board_token: {token}\n'
        shipped = (ROOT / "rules.yaml").read_text(encoding="utf-8").replace("settings:\n", own, 1)
        self.desk.rules.write_text(shipped.replace("console://", self.desk.hook.url, 1), encoding="utf-8")
        (place / "deploy" / "desk" / "sources.yaml").write_text(
            "sources:\n" + "".join(self._sources()), encoding="utf-8"
        )

    def _sources(self) -> Iterator[str]:
        outlets = {name: each for timeline in self.timelines for name, each in timeline.outlets.items()}
        for name, each in (outlets | {"persian": {"title": "Our own Persian headlines", "lang": "fa"}}).items():
            url = f"{self.desk.outlet.base}/{name}.xml"
            words = f'id: {name}, name: "{each["title"]}", url: "{url}", lang: {each["lang"]}'
            yield f"  - {{{words}, every: 5s, full_text: never, reliability: C}}\n"

    def play(self) -> None:
        """Let the desk go through the rounds before now."""
        with driven(self.desk) as go_round:
            for before in ROUNDS:
                self.show(before)
                go_round(self.now - before)


def persian(now: datetime, before: timedelta) -> bytes:
    """Write the feed of our own headlines as it stands so long before now: one more an hour, the first long ago."""
    rows = [json.loads(line) for line in PERSIAN.read_text(encoding="utf-8").splitlines()]
    titles = [escape(each["title"]) for each in rows if each["lang"] == "fa"][:26]
    items = [(now - timedelta(hours=hours, minutes=5), title) for hours, title in enumerate(titles)]
    return rss(
        *({"title": title, "guid": title, "date": format_datetime(at)} for at, title in items if at < now - before)
    )


@contextmanager
def on_real_news(place: Path) -> Iterator[tuple[Floor, Newsroom]]:
    """Play the rounds, then run a daemon that goes on with what came last, and wait for its board."""
    with closing(Outlet()) as outlet, closing(Hook()) as hook, closing(MailSink()) as mail:
        now = datetime.now(UTC)
        desk = BoardDesk(place / "desk", outlet, hook, mail)
        desk.place.mkdir()
        room = Newsroom(desk, tuple(unpacked(name, place, now) for name in TIMELINES), now)
        room.write()
        room.play()
        running = Running(desk)
        try:
            yield Floor(desk, running, served(running)), room
        finally:
            running.end()
