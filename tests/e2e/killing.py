"""Kills the daemon's process again and again over ingest and send, before sinks that fail, and counts what arrived.

A generator publishes stories whose headline carries a number of its own; the sinks keep what they accepted (HTTP after
2xx, SMTP after DATA). LOST: a story no sink of a receiver accepted. DUP: a copy beyond the first; excused where the
sink accepted a copy whose acknowledgement never arrived (a fault, or a kill), if it has the same delivery id and is
marked. The harness must fail for a line that marks before it sends, and for one that sends before it marks.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from alerts.demo.sinks import MailSink
from tests.e2e.servers import Hook, Outlet, rss
from tests.e2e.starting import start

ROOT = Path(__file__).parents[2]
START = datetime(2026, 6, 14, 10, tzinfo=UTC)
FAULTS = ("slow down", "error", "lost") + (None,) * 17  # 5 % each
NONCE = re.compile(r"Militia story N(\d+)E")
KEY = re.compile(r"delivery (d\w+)")
MARK = "(possible repeat)"
POINTS = ("before_commit", "after_commit", "before_send", "after_send", "clock")
RULES = """\
version: 1
settings: {{allow_private: ["127.0.0.1"], admin: {admin}, backfill: 6h}}
sources: [{{id: s1, name: Wire, url: "{feed}", every: 1m, full_text: never}}]
receivers:
{receivers}
rules:
  - {{id: militia, title: Militias, match: {{any: [militia]}}, severity: immediate, notify: [{notify}]}}
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a message that a sink accepted."""

    title: str
    text: str

    @property
    def key(self) -> str:
        found = KEY.search(self.text)
        return found[1] if found else ""

    @property
    def stories(self) -> set[str]:
        return set(NONCE.findall(f"{self.title}\n{self.text}"))


class Sink:
    """Where one receiver's messages arrive, with faults drawn from a seed. `exact`: it can be looked into."""

    exact = False

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.lost = name, 0
        self._draw = random.Random(seed)

    def fault(self) -> str | None:
        drawn = self._draw.choice(FAULTS)
        self.lost += drawn == "lost"
        return drawn

    def environ(self) -> dict[str, str]:
        return {}


class WebSink(Sink):
    """A webhook."""

    STATUS: ClassVar = {"slow down": 429, "error": 500, "lost": 0, None: 200}

    def __init__(self, name: str, seed: int) -> None:
        super().__init__(name, seed)
        self._hook = Hook()
        self._hook.headers = {"Retry-After": "30"}
        self._hook.choose = lambda: self.STATUS[self.fault()]
        self.url = self._hook.url

    def copies(self) -> list[Copy]:
        return [Copy(str(body["title"]), str(body["message"])) for body in self._hook.accepted]

    def close(self) -> None:
        self._hook.close()


class PostSink(Sink):
    """A mail server (aiosmtpd)."""

    ANSWER: ClassVar = {"slow down": "451 4.7.1 slow down", "error": "452 4.3.1 no room"}

    def __init__(self, name: str, seed: int) -> None:
        super().__init__(name, seed)
        sink = self

        class Failing(MailSink):
            async def handle_DATA(self, server: Any, session: object, envelope: Any) -> str:  # noqa: N802
                fault = sink.fault()
                if fault in sink.ANSWER:
                    return sink.ANSWER[fault]
                accepted = await super().handle_DATA(server, session, envelope)
                if fault == "lost":
                    server.transport.abort()
                    await asyncio.sleep(0)
                return accepted

        self._server = Failing()
        self.url = f"watchmail://127.0.0.1:{self._server.port}/officer@example.org?from=watch@example.org&tls=none"

    def copies(self) -> list[Copy]:
        found = []
        for message in self._server.messages:
            text = message.get_body(("plain",))
            assert text is not None
            found.append(Copy(str(message["Subject"]), str(text.get_content())))
        return found

    def close(self) -> None:
        self._server.close()


@dataclass
class Verdict:
    """What came of one receiver."""

    receiver: str
    exact: bool
    lost: list[str]
    copies: int
    duplicates: int
    unmarked: int
    other_ids: int
    excuses: int

    @property
    def faults(self) -> list[str]:
        allowed = 0 if self.exact else self.excuses
        causes = (
            (f"{len(self.lost)} lost", bool(self.lost)),
            (f"{self.duplicates} duplicates, {allowed} excused", self.duplicates > allowed),
            (f"{self.unmarked} duplicates not marked", bool(self.unmarked)),
            (f"{self.other_ids} duplicates under another id", bool(self.other_ids)),
        )
        return [words for words, wrong in causes if wrong]


@dataclass
class Storm:
    """One run: `alerts` stories, `kills` kills, `variant` a broken line that must not pass."""

    place: Path
    sinks: Sequence[Any]
    alerts: int
    kills: int
    seed: int = 1
    variant: str = ""
    points: Sequence[str] = POINTS
    killed: Counter[str] = field(default_factory=Counter)
    sessions: int = 0
    minutes: int = 0

    def run(self) -> list[Verdict]:
        outlet, self._draw = Outlet(), random.Random(self.seed)
        self.place.mkdir(parents=True, exist_ok=True)
        self._write_rules(f"{outlet.base}/a.xml")
        published: list[dict[str, str]] = []
        try:
            while self.killed.total() < self.kills:
                self._publish(outlet, published)
                self._session(kill=True)
            while len(published) < self.alerts:
                self._publish(outlet, published)
                self._session()
            self._calm()
        finally:
            outlet.close()
        return [self._judge(sink) for sink in self.sinks]

    def _write_rules(self, feed: str) -> None:
        receivers = "\n".join(f'  {each.name}: {{urls: ["{each.url}"], rate: 600}}' for each in self.sinks)
        names = ", ".join(each.name for each in self.sinks)
        text = RULES.format(feed=feed, receivers=receivers, notify=names, admin=self.sinks[0].name)
        (self.place / "rules.yaml").write_text(text, encoding="utf-8")

    def _publish(self, outlet: Outlet, published: list[dict[str, str]]) -> None:
        left = self.alerts - len(published)
        share = -(-left // max(1, self.kills - self.killed.total()))
        for _ in range(min(left, share)):
            at = START + timedelta(minutes=self.minutes)
            number = len(published)
            date = f"{at:%a, %d %b %Y %H:%M:%S} GMT"
            published.append({"title": f"Militia story N{number}E", "guid": f"n{number}", "date": date})
        outlet.serve("/a.xml", rss(*published[-60:]))

    def _session(self, rounds: int = 2, step: int = 1, *, kill: bool = False) -> None:
        """Run a process through some minutes of virtual time; it dies by its own hand, or by ours."""
        point = self._draw.choice(self.points) if kill else "never"
        most = {"before_commit": 14, "after_commit": 14, "clock": 1500}.get(point, 3 * len(self.sinks))
        words = [point, str(self._draw.randint(1, most)), "run", "--at", "-"]
        times = [START + timedelta(minutes=self.minutes + step * n) for n in range(rounds)]
        self.minutes += rounds * step
        lines = "".join(f"{at.isoformat()}\n" for at in times)
        done = start("tests.e2e.killed", *words, place=self.place, environ=self._environ(), stdin=lines, timeout=180)
        self.sessions += 1
        if done.returncode == -signal.SIGKILL:
            self.killed[point] += 1
        elif done.returncode:
            raise RuntimeError(f"ended with {done.returncode}: {done.stderr[-3000:]}")

    def _environ(self) -> dict[str, str]:
        made = {name: value for name, value in os.environ.items() if not name.startswith("WATCHFLOOR")}
        for sink in self.sinks:
            made |= sink.environ()
        return {**made, "PYTHONPATH": str(ROOT), "KILLED_VARIANT": self.variant}

    def _calm(self) -> None:
        """Let virtual hours pass without kills until nothing waits any more."""
        self._session(rounds=18, step=20)

    def _judge(self, sink: Any) -> Verdict:
        by_story: dict[str, list[Copy]] = defaultdict(list)
        copies = [each for each in sink.copies() if each.stories]
        for each in copies:
            for story in each.stories:
                by_story[story].append(each)
        further = [each for found in by_story.values() for each in found[1:]]
        return Verdict(
            sink.name,
            sink.exact,
            lost=[str(n) for n in range(self.alerts) if str(n) not in by_story],
            copies=len(copies),
            duplicates=len(further),
            unmarked=sum(MARK not in each.title for each in further),
            other_ids=sum(len({each.key for each in found}) > 1 for found in by_story.values()),
            excuses=self.killed.total() + sink.lost,
        )


def report(storm: Storm, verdicts: Sequence[Verdict], began: float) -> str:
    """Write a run in a few lines."""
    points = ", ".join(f"{point} {n}" for point, n in sorted(storm.killed.items()))
    lines = [
        f"{storm.alerts} alerts, {storm.killed.total()} SIGKILLs ({points}) in {storm.sessions} processes, "
        f"{time.monotonic() - began:.0f} s"
    ]
    lines += [
        f"  {each.receiver}: lost {len(each.lost)}, duplicates {each.duplicates} "
        f"(kills + lost acknowledgements {each.excuses}), unmarked {each.unmarked}, "
        f"under another id {each.other_ids}: {'; '.join(each.faults) or 'holds'}"
        for each in verdicts
    ]
    return "\n".join(lines)
