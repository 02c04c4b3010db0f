"""What one daemon does on SQLite, and one, two and four on one PostgreSQL: polls, articles and deliveries a second.

Real processes, each an interpreter of its own with its parsing children, on outlets and webhooks of loopback. Beside
what a second brought stands the processor time that one of them took, of the daemons and of PostgreSQL: on a machine
with fewer cores than daemons that is what says what more machines would do.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import psutil

from alerts.demo.sinks import MailSink
from crawler.store.db import DATABASE
from tests.bench.workers import WORDS
from tests.e2e.conftest import Desk
from tests.e2e.running import Running
from tests.e2e.servers import Hook, Outlet, rss
from tests.faults.cluster import Cluster
from tests.faults.wires import Wires

SOURCES, HOSTS, RECEIVERS = 240, 40, 20
POLLED_FOR = 10.0  # seconds
PUBLISHING, OF_A_POLL = 30, 10  # sources that publish, articles of each: what is stored
TOLD = 40  # stories told to all receivers
WITHIN = 180.0  # seconds
RULES = """\
version: 1
settings: {{allow_private: ["127.0.0.0/8"], admin: r0, canary: 0}}
sources:
{sources}
receivers:
{receivers}
rules:
  - {{id: militia, title: Militias, match: {{any: [militia]}}, severity: immediate, notify: [{names}]}}
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of a thing a second, and the milliseconds of processor time of one: of the daemons, of PostgreSQL."""

    a_second: float
    ours: float
    servers: float

    def __str__(self) -> str:
        server = f" + {self.servers:.1f}" if self.servers else ""
        return f"{self.a_second:6.1f}/s ({self.ours:.1f}{server} ms of processor time)"


class Measured:
    """A desk with some daemons on one store. Use it as a context."""

    def __init__(self, daemons: int, cluster: Cluster | None) -> None:
        self._count, self._cluster = daemons, cluster
        self.place = Path(tempfile.mkdtemp(prefix="wf-daemons-"))
        self.wires, self.hook = Wires(HOSTS), Hook()
        self.accepted: list[float] = []
        self.hook.keep = lambda body: self._keep(str(body["title"]))
        self._desk = _Desk(self.place, Outlet(), self.hook, MailSink(), cluster.url() if cluster else "")
        self._items: dict[int, list[dict[str, str]]] = {n: [] for n in range(SOURCES)}
        self._running: list[Running] = []
        self._number = 0

    def _keep(self, title: str) -> None:
        if "Militia report" in title:
            self.accepted.append(time.monotonic())

    def __enter__(self) -> Measured:
        for n in range(SOURCES):
            self.publish(n, "Harvest of the beginning")
        names = [f"r{n}" for n in range(RECEIVERS)]
        url = self._desk.hook.url
        self._desk.rules.write_text(
            RULES.format(
                sources="\n".join(
                    f'  - {{id: s{n}, name: "Wire {n}", url: "{self.wires.url(self._host(n), f"/{n}.xml")}", every: 1s, full_text: never}}'
                    for n in range(SOURCES)
                ),
                receivers="\n".join(f'  {name}: {{urls: ["{url}{name}"], rate: 600}}' for name in names),
                names=", ".join(names),
            ),
            encoding="utf-8",
        )
        for n in range(self._count):
            self._running.append(Running(self._desk, fresh=True, words=("alerts", "run", "--state-dir", f"var{n}")))
            assert self._running[-1].says("running sources=", 60), self._running[-1].log
        until(lambda: self.stored() >= SOURCES, self._said)
        time.sleep(6.0)  # until each daemon has its share
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._running:
            each.end()
        for thing in (self.wires, self.hook, self._desk.outlet, self._desk.mail):
            thing.close()
        shutil.rmtree(self.place, ignore_errors=True)

    def _said(self) -> str:
        return "".join("".join(each.log[-5:]) for each in self._running)

    def _host(self, source: int) -> str:
        return self.wires.hosts[source % HOSTS]

    def publish(self, source: int, title: str, count: int = 1) -> None:
        """Publish articles at a source, each with words of its own: none is a report of another's story."""
        for _ in range(count):
            self._number += 1
            n = self._number
            words = " ".join(WORDS[(n * k) % len(WORDS)] for k in range(1, 6))
            text = " ".join(f"{WORDS[(k + n) % len(WORDS)]}{n * 31 + k}" for k in range(40))
            self._add(source, {"title": f"{title} {words} N{n}", "text": text})
        self._serve(source)

    def tell(self, source: int) -> None:
        """Publish a story that is told to all."""
        self._number += 1
        self._add(source, {"title": f"Militia report N{self._number:06}E"})
        self._serve(source)

    def _add(self, source: int, item: dict[str, str]) -> None:
        own = {"guid": f"n{self._number}", "date": format_datetime(datetime.now(UTC))}
        self._items[source].append(item | own)

    def _serve(self, source: int) -> None:
        self.wires.serve(self._host(source), f"/{source}.xml", rss(*self._items[source]))

    def stored(self) -> int:
        """Return the number of stored articles."""
        with suppress(sqlite3.OperationalError):
            if self._cluster:
                ((count,),) = self._cluster.ask("SELECT count(*) FROM articles", name="desk")
                return int(str(count))
            with closing(sqlite3.connect(f"file:{self.place / 'var0' / DATABASE}?mode=ro", uri=True)) as connection:
                return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])
        return 0

    # -- what is measured

    def polls(self) -> Rate:
        """Measure polls that bring nothing, as fast as they are made."""
        with self._cost() as cost:
            asked = len(self.wires.requests)
            time.sleep(POLLED_FOR)
            count = len(self.wires.requests) - asked
        return cost(count, POLLED_FOR)

    def articles(self) -> Rate:
        """Measure articles from their feeds into the store, judged beside it; none of them is told."""
        before, wanted = self.stored(), PUBLISHING * OF_A_POLL
        with self._cost() as cost:
            began = time.monotonic()
            for n in range(PUBLISHING):
                self.publish(n, "Harvest", OF_A_POLL)
            until(lambda: self.stored() - before >= wanted, self._said)
            took = time.monotonic() - began
        return cost(wanted, took)

    def deliveries(self) -> Rate:
        """Measure messages accepted by webhooks, between the first and the last of a burst of stories."""
        wanted = TOLD * RECEIVERS
        with self._cost() as cost:
            for n in range(TOLD):
                self.tell(SOURCES - 1 - n)
            until(lambda: len(self.accepted) >= wanted, self._said)
        return cost(wanted, self.accepted[wanted - 1] - self.accepted[0])

    @contextmanager
    def _cost(self) -> Iterator[Callable[[int, float], Rate]]:
        """Measure the processor time until the context ends; what is yielded makes a rate of it."""
        before, used = self._used(), [0.0, 0.0]
        yield lambda count, seconds: Rate(count / seconds, *(1000 * each / max(count, 1) for each in used))
        used[:] = [now - then for now, then in zip(self._used(), before, strict=True)]

    def _used(self) -> tuple[float, float]:
        server = int((self._cluster.data / "postmaster.pid").read_text().split()[0]) if self._cluster else 0
        return sum(_seconds(each.process.pid) for each in self._running), _seconds(server) if server else 0.0


def _seconds(pid: int) -> float:
    """Return the processor time of a process and of all that it started, those that have ended as well."""
    total = 0.0
    for each in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = each.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def until(done: Callable[[], bool], said: Callable[[], str]) -> None:
    """Wait until something is so; raises TimeoutError with what was logged."""
    ends = time.monotonic() + WITHIN
    while not done():
        if time.monotonic() > ends:
            raise TimeoutError(said())
        time.sleep(0.1)


@dataclass
class _Desk(Desk):
    store: str = ""

    def environ(self) -> dict[str, str]:
        return {**super().environ(), **({"WATCHFLOOR_STORE": self.store} if self.store else {})}


def run(*counts: str) -> None:
    """Print the rates of each store and number of daemons, and how they compare with one daemon on the same store."""
    print(f"load {os.getloadavg()[0]:.1f}; {SOURCES} sources on {HOSTS} hosts, {RECEIVERS} receivers")
    _print("SQLite, 1 daemon", 1, None, {})
    first: dict[str, Rate] = {}
    for count in [int(each) for each in counts] or [1, 2, 4]:
        cluster = Cluster.made()
        try:
            cluster.database()
            found = _print(f"PostgreSQL, {count} daemon{'s' * (count > 1)}", count, cluster, first)
            first = first or found
        finally:
            cluster.close()


def _print(name: str, count: int, cluster: Cluster | None, first: dict[str, Rate]) -> dict[str, Rate]:
    with Measured(count, cluster) as desk:
        found = {"polls": desk.polls(), "articles": desk.articles(), "deliveries": desk.deliveries()}
    for what, rate in found.items():
        of_one = f", {rate.a_second / first[what].a_second:.2f} of one daemon" if what in first else ""
        print(f"{name}: {what} {rate}{of_one}", flush=True)
    print(f"  load {os.getloadavg()[0]:.1f}", flush=True)
    return found


if __name__ == "__main__":
    run(*sys.argv[1:])
