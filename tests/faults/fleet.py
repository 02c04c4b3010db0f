"""Several daemons as real processes on one PostgreSQL: many hosts that publish numbered items, webhooks with a journal.

Each daemon has a state directory of its own, as on machines of their own, and the same rules. Whoever supervises them is
played here: one that has ended is started again after a moment, as by systemd.
"""

from __future__ import annotations

import random
import re
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Protocol

from alerts.demo.sinks import MailSink
from tests.e2e.conftest import Desk
from tests.e2e.running import Running
from tests.e2e.servers import Hook, Outlet, rss
from tests.faults.cluster import Cluster
from tests.faults.oracle import NUMBER, Journal
from tests.faults.publishing import publishing
from tests.faults.wires import Wires

RECEIVERS = ("hook1", "hook2")
APART = 1.0  # seconds between two requests to a host
WIRE_EVERY, WIRE_HOSTS, A_WIRE_HOST = 2, 10, 2  # two wires on a host, each every two seconds: it is asked all the time
IN_FEED = 150  # items that a feed shows
DECOYS = 4  # one item in so many matches no rule
IN_SLOW = 12  # one item in so many is published by a source that is polled seldom
RESTARTS_AFTER = 1.0  # seconds: RestartSec of the unit is 15, and who waits for that learns nothing more
POLLED = re.compile(r"polled source=(\w+) ")
SENT = re.compile(r"delivery=\S+ subject=\S+ kind=\S+ target=(\w+)#\S+ state=sent")
# what the ledger says that a digest tells which was sent: a long one only counts the rest of it
IN_DIGESTS = """
SELECT d.receiver, a.title FROM deliveries d JOIN articles a ON a.story = d.subject
WHERE d.state = 'folded' AND d.carried_how = 'digest' AND EXISTS (
  SELECT FROM deliveries g WHERE g.subject = d.carried_by AND g.target = d.target AND g.state = 'sent'
)
"""
RULES = """\
version: 1
settings:
  allow_private: ["127.0.0.0/8"]
  admin: hook1
  host_apart: {apart:.0f}s
  canary: 0
sources:
{sources}
receivers:
  hook1: {{urls: ["{hook1}"], rate: 600}}
  hook2: {{urls: ["{hook2}"], rate: 600}}
rules:
  - {{id: militia, title: Militias, match: {{any: [militia]}}, severity: flash, notify: [hook1, hook2]}}
"""


class Closing(Protocol):
    """Something that is closed."""

    def close(self) -> None: ...


@dataclass
class Member:
    """One daemon. `spans` are the moments from and to which it ran and was not stopped; the last is open while it runs."""

    name: str
    running: Running
    spans: list[list[float]] = field(default_factory=list)
    starts_at: float = 0.0  # when it is started again, 0 while it runs
    wakes_at: float = 0.0  # when it goes on, 0 while it is not stopped
    expected: bool = False  # its end was asked for
    read: int = 0  # lines of its log that were looked at
    last: dict[str, float] = field(
        default_factory=dict
    )  # `poll SOURCE` and `send RECEIVER` -> when last seen in the log

    @property
    def up(self) -> bool:
        """Whether it runs and is not stopped."""
        return not (self.starts_at or self.wakes_at)

    def look(self) -> None:
        """Note what the log says that it polled and sent since the last look."""
        lines = self.running.log
        for line in lines[self.read :]:
            for verb, pattern in (("poll", POLLED), ("send", SENT)):
                if found := pattern.search(line):
                    self.last[f"{verb} {found[1]}"] = time.monotonic()
        self.read = len(lines)

    def did(self, verb: str, within: float) -> set[str]:
        """Return the names of what it polled or sent to in the last seconds."""
        self.look()
        now = time.monotonic()
        return {key.partition(" ")[2] for key, at in self.last.items() if key.startswith(verb) and now - at < within}


class Fleet:
    """A newsroom of many hosts with several daemons. Use it as a context: it starts them and waits for their baseline."""

    def __init__(
        self,
        size: int,
        *,
        sources: int,
        hosts: int,
        slow: int,
        seed: int = 1,
        words: tuple[str, ...] = ("alerts", "run"),
    ) -> None:
        self.size, self.words, self.slow = size, words, slow
        self.place = Path(mkdtemp(prefix="wf-"))
        self.journal = Journal(self.place / "journal")
        self.wires = Wires(hosts)
        self.hooks = {name: Hook() for name in RECEIVERS}
        for name, hook in self.hooks.items():
            hook.keep = lambda body, name=name: self.journal.accepted(name, str(body["title"]), str(body["message"]))  # type: ignore[misc]
        self.draw = random.Random(seed)
        self.cluster = Cluster.made()
        self.desk = _FleetDesk(self.place, Outlet(), self.hooks["hook1"], MailSink(), self.cluster.database())
        self.sources = self._laid_out(sources)
        self.items: dict[str, list[dict[str, str]]] = {each: [] for each in self.sources}
        self.number = 0
        self.members: list[Member] = []
        self.ends: list[str] = []  # of daemons that ended without being asked to
        self.wakes: list[tuple[float, str]] = []  # when a stopped one went on, or one that had ended was started
        self.logs: dict[str, list[str]] = {}
        self._publishing = threading.Event()

    def _laid_out(self, sources: int) -> dict[str, tuple[str, int]]:
        """Return the host and the interval of each source: wires on the first hosts, slow ones on all."""
        wires = {
            f"w{n}": (self.wires.hosts[n % WIRE_HOSTS], WIRE_EVERY)
            for n in range(min(WIRE_HOSTS * A_WIRE_HOST, sources))
        }
        rest = range(sources - len(wires))
        return wires | {f"s{n}": (self.wires.hosts[n % len(self.wires.hosts)], self.slow) for n in rest}

    # -- what is published

    def publish(self, source: str = "", *, tell: bool | None = None) -> None:
        """Publish an item at one source; without `tell` one in DECOYS is nobody's business."""
        self.number += 1
        tell = self.number % DECOYS != 0 if tell is None else tell
        wanted = "s" if self.number % IN_SLOW == 0 else "w"
        source = source or self.draw.choice([each for each in self.sources if each.startswith(wanted)])
        self.journal.published(self.number, tell=tell)
        what = "Militia report" if tell else "Harvest report"
        date = format_datetime(datetime.now(UTC))
        item = {"title": f"{what} N{self.number:06}E", "guid": f"n{self.number}", "date": date}
        self.items[source] = [*self.items[source][-IN_FEED:], item]
        self.wires.serve(self.sources[source][0], f"/{source}.xml", rss(*self.items[source]))

    @contextmanager
    def load(self, pause: float) -> Iterator[None]:
        """Publish all the time, in a thread."""
        with publishing(self.publish, pause, self._publishing):
            yield

    def _write_rules(self) -> None:
        sources = "\n".join(
            f'  - {{id: {name}, name: "Wire {name}", url: "{self.wires.url(host, f"/{name}.xml")}", every: {every}s, full_text: never}}'
            for name, (host, every) in self.sources.items()
        )
        hooks = {name: hook.url for name, hook in self.hooks.items()}
        self.desk.rules.write_text(RULES.format(apart=APART, sources=sources, **hooks), encoding="utf-8")

    # -- the daemons

    def __enter__(self) -> Fleet:
        for source in self.sources:
            self.publish(source, tell=False)  # what was there before is known and told to nobody
        self._write_rules()
        self.members = [Member(f"d{n}", self._start(f"d{n}")) for n in range(self.size)]
        for each in self.members:
            each.spans.append([time.monotonic(), 0.0])
        baseline = time.monotonic() + 60 + len(self.sources) / 5
        while not self._all_polled() and time.monotonic() < baseline:
            time.sleep(0.2)
        assert self._all_polled(), [each.running.log[-5:] for each in self.members]
        return self

    def _all_polled(self) -> bool:
        asked = {f"{each.host}{each.path}" for each in list(self.wires.requests)}
        return len(asked & {f"{host}/{name}.xml" for name, (host, _) in self.sources.items()}) == len(self.sources)

    def _start(self, name: str) -> Running:
        return Running(self.desk, words=(*self.words, "-vv", "--state-dir", f"var-{name}"))

    def kill(self, member: Member, back: float = RESTARTS_AFTER) -> None:
        """SIGKILL; it is started again after so many seconds."""
        self._ends(member, back)
        member.running.end()

    def terminate(self, member: Member) -> None:
        """SIGTERM; it is started again when it has ended."""
        member.expected = True
        member.running.process.send_signal(signal.SIGTERM)

    def stop(self, member: Member, seconds: float) -> None:
        """SIGSTOP, and SIGCONT after so many seconds."""
        member.spans[-1][1] = time.monotonic()
        member.wakes_at = time.monotonic() + seconds
        member.running.process.send_signal(signal.SIGSTOP)

    def _ends(self, member: Member, back: float = RESTARTS_AFTER) -> None:
        self.logs.setdefault(member.name, []).extend([*member.running.log[-300:], "--\n"])
        member.look()
        member.last.clear()
        member.read, member.wakes_at, member.expected = 0, 0.0, False
        member.spans[-1][1] = member.spans[-1][1] or time.monotonic()
        member.starts_at = time.monotonic() + back

    def supervise(self) -> None:
        """Start what has ended, wake what was stopped long enough."""
        for each in self.members:
            now = time.monotonic()
            if each.wakes_at and now >= each.wakes_at:
                each.running.process.send_signal(signal.SIGCONT)
                each.wakes_at = 0.0
                each.spans.append([now, 0.0])
                self.wakes.append((now, f"wake {each.name}"))
            if each.starts_at and now >= each.starts_at:
                each.running, each.starts_at = self._start(each.name), 0.0
                each.spans.append([time.monotonic(), 0.0])
                self.wakes.append((time.monotonic(), f"start {each.name}"))
            elif not each.starts_at and (code := _ended(each.running)) is not None:
                if not each.expected:
                    said = next((line for line in reversed(each.running.log) if line.strip()), "").strip()
                    self.ends.append(f"{each.name} exit {code}: {said[-160:]}")
                self._ends(each)
                each.running.end()
            each.look()

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass under supervision."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.supervise()
            time.sleep(min(0.1, left))

    def settle(self, seconds: float) -> None:
        """Wait until all was told, and a little longer for what should not come."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.journal.missing(RECEIVERS):
            self.wait(1.0)
        self.wait(3.0)

    def in_digests(self) -> set[str]:
        """Return what was told in digests by the ledger, as `hook1 N000001E`."""
        rows = self.cluster.ask(IN_DIGESTS, name="desk")
        return {f"{name} N{found[1]}E" for name, title in rows if (found := NUMBER.search(str(title)))}

    def __exit__(self, *_: object) -> None:
        self._publishing.set()
        for each in self.members:
            self.logs.setdefault(each.name, []).extend(each.running.log[-300:])
            with suppress(ProcessLookupError):
                each.running.process.send_signal(signal.SIGCONT)
            each.running.end()
        things: tuple[Closing, ...] = (*self.hooks.values(), self.wires, self.desk.outlet, self.desk.mail)
        for closing in (*things, self.journal, self.cluster):
            closing.close()
        shutil.rmtree(self.place, ignore_errors=True)


def _ended(running: Running) -> int | None:
    with suppress(Exception):  # TimeoutExpired of either kind of process
        return running.process.wait(0)
    return None


@dataclass
class _FleetDesk(Desk):
    """A desk whose store is in PostgreSQL."""

    store: str = ""

    def environ(self) -> dict[str, str]:
        return {**super().environ(), "WATCHFLOOR_STORE": self.store}
