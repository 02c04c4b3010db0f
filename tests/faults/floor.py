"""A newsroom under load: outlets that publish numbered items, a webhook and a mail server that keep a journal, the daemon.

Whoever supervises the daemon is played here: it is started again as systemd would (not after 0 and 78), and it is told
of its life signs over NOTIFY_SOCKET.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from alerts.demo.sinks import MailSink
from tests.e2e.conftest import Desk
from tests.e2e.running import Running
from tests.e2e.servers import Hook, Outlet, rss
from tests.e2e.starting import start
from tests.faults.cluster import Cluster
from tests.faults.oracle import Journal, Verdict
from tests.faults.proxy import Proxy
from tests.faults.publishing import publishing

RECEIVERS = ("hook", "mail")
FEEDS = 3
IN_FEED = 400  # items that a feed shows: enough for the longest fault
DECOYS = 4  # one item in so many matches no rule
STAYS = (0, 78)  # exit codes after which systemd does not start the service again (deploy/watchfloor.service)
WATCHDOG = 120.0  # seconds without a life sign after which systemd ends and starts it
ALARMING = ("NOT WELL", "STANDS STILL", "NOBODY COULD BE TOLD", "down since", "network is down", "no answer", "failing")
RULES = """\
version: 1
settings: {{allow_private: ["127.0.0.1"], admin: hook}}
sources:
{sources}
receivers:
  hook: {{urls: ["{hook}"], rate: 600{digest}}}
  mail: {{urls: ["{mail}"], rate: 600{digest}}}
rules:
  - {{id: militia, title: "Militias{note}", match: {{any: [militia]}}, severity: immediate, notify: [hook, mail]}}
"""


class JournalledMail(MailSink):
    """A mail server that notes each message before it says 250. `fault` may answer instead, or drop the line."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.fault = ""
        super().__init__()

    async def handle_DATA(self, server: Any, session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.fault == "reset":
            server.transport.abort()
        if self.fault:
            return "451 4.3.0 not now"
        said = await super().handle_DATA(server, session, envelope)
        message = self.messages.pop()
        text = message.get_body(("plain",))
        self._journal.accepted("mail", str(message["Subject"]), str(text.get_content()) if text else "")
        return said


class Floor:
    """The newsroom in a directory of its own. Use it as a context: it starts the daemon and waits for its baseline."""

    def __init__(self, place: Path | None = None, *, every: str = "1s", seed: int = 1) -> None:
        self._own = place is None
        self.place = place or Path(mkdtemp(prefix="wf-"))
        self.journal = Journal(self.place / "journal")
        self.outlet, self.hook, self.mail = Outlet(), Hook(), JournalledMail(self.journal)
        self.hook.keep = lambda body: self.journal.accepted("hook", str(body["title"]), str(body["message"]))
        self.desk = _FloorDesk(self.place, self.outlet, self.hook, self.mail)
        self.draw = random.Random(seed)
        self.number, self.note, self.every = 0, 0, every
        self.digest = ""  # further keys of the receivers
        self.fresh = False  # an interpreter of its own, whose parsing children are its own as well
        self.broken: set[str] = set()  # feeds whose answers a fault has in its hands
        self.items: dict[str, list[dict[str, str]]] = {f"/{name}.xml": [] for name in "abcdefgh"[:FEEDS]}
        self.running: Running | None = None
        self.restarts: list[float] = []  # seconds from each start to the first poll after it
        self.exits: list[int] = []
        self._publishing = threading.Event()
        self.signs = LifeSigns(self.place / "n")
        self.cluster: Cluster | None = None  # of a store in PostgreSQL, which a fault has made
        self.standby: Cluster | None = None  # its replica
        self.disk: Path | None = None  # on which the database is
        self.line: Proxy | None = None  # between the daemon and that store
        self.other: Running | None = None  # a second daemon on it

    # -- what is published

    def publish(self, *, tell: bool | None = None, path: str = "") -> int:
        """Publish an item in one of the feeds; without `tell` one in DECOYS is nobody's business. Return its number."""
        self.number += 1
        tell = self.number % DECOYS != 0 if tell is None else tell
        self.journal.published(self.number, tell=tell)
        what = "Militia report" if tell else "Harvest report"
        path = path or self.draw.choice(list(self.items))
        date = format_datetime(datetime.now(UTC))
        item = {"title": f"{what} N{self.number:06}E", "guid": f"n{self.number}", "date": date}
        self.items[path] = [*self.items[path][-IN_FEED:], item]
        self.serve(path)
        return self.number

    def serve(self, path: str) -> None:
        """Serve a feed as it stands, unless it is one of those that a fault has in its hands."""
        if path not in self.broken:
            self.outlet.serve(path, rss(*self.items[path]))

    @contextmanager
    def load(self, pause: float = 0.5) -> Iterator[None]:
        """Publish all the time, in a thread."""
        with publishing(self.publish, pause, self._publishing):
            yield

    def write_rules(self) -> None:
        """Write the rules anew; each time a title changes, so that each is a reload."""
        self.note += 1
        sources = "\n".join(
            f'  - {{id: s{n}, name: Wire {n}, url: "{self.outlet.base}{path}", every: {self.every}, full_text: never}}'
            for n, path in enumerate(self.items)
        )
        text = RULES.format(
            sources=sources, hook=self.hook.url, mail=self.mail.url, note=f" {self.note}", digest=self.digest
        )
        aside = self.desk.rules.with_suffix(".new")
        aside.write_text(text, encoding="utf-8")
        aside.replace(self.desk.rules)

    # -- the daemon

    def __enter__(self) -> Floor:
        self.write_rules()
        for path in self.items:
            self.publish(tell=False, path=path)  # what was there before is known and told to nobody
        self.start()
        assert self.running
        for n in range(FEEDS):
            assert self.running.says(f"baseline source=s{n} "), self.running.log
        return self

    def __exit__(self, *_: object) -> None:
        self._publishing.set()
        for daemon in filter(None, (self.running, self.other)):
            with suppress(ProcessLookupError):
                daemon.process.send_signal(signal.SIGCONT)
            daemon.end()
        for each in (self.outlet, self.hook, self.mail, self.signs, self.journal):
            each.close()
        if self._own:
            shutil.rmtree(self.place, ignore_errors=True)

    @property
    def state(self) -> Path:
        """Return the state directory."""
        return self.place / "var"

    @property
    def pid(self) -> int:
        """Return the daemon's process id."""
        assert self.running
        return self.running.process.pid

    def start(self, *words: str, wait: bool = True) -> None:
        """Start the daemon, and wait for its first poll."""
        began, asked = time.monotonic(), len(self.outlet.requests)
        module = words or ("tests.faults.sabotaged", str(self.orders), "run", "-v")
        self.running = Running(self.desk, fresh=self.fresh, words=module)
        if wait:
            with self.outlet.changed:
                polled = self.outlet.changed.wait_for(lambda: len(self.outlet.requests) > asked, 60)
            assert polled, self.running.log[-20:]
            self.restarts.append(time.monotonic() - began)

    def start_other(self) -> None:
        """Start a second daemon on the same database, as on another machine, and wait until it is there."""
        assert self.cluster
        self.other = Running(
            self.desk.beside(self.cluster.url()), words=("alerts", "run", "-v", "--state-dir", "other")
        )
        assert self.other.says("running sources=|is held by the process"), self.other.log

    @property
    def orders(self) -> Path:
        """Return the file whose words the saboteur inside carries out."""
        return self.place / "orders"

    def order(self, words: str) -> None:
        """Tell the saboteur what to do."""
        aside = self.place / "orders.new"
        aside.write_text(words, encoding="ascii")
        aside.replace(self.orders)

    def send(self, number: int) -> None:
        """Send the daemon a signal."""
        assert self.running
        self.running.process.send_signal(number)

    def ended(self, timeout: float = 0.0) -> int | None:
        """Return the exit code, None while it runs."""
        assert self.running
        with suppress(Exception):  # TimeoutExpired of either kind of process
            return self.running.process.wait(timeout)
        return None

    def kill(self) -> None:
        """SIGKILL, and wait for the end."""
        assert self.running
        self.running.end()

    def supervise(self) -> None:
        """Start the daemon again where systemd would."""
        code = self.ended()
        if code is None and self.signs.age() < WATCHDOG:
            return
        if code is None:
            self.exits.append(-signal.SIGABRT)  # what systemd sends where the life signs end
        else:
            self.exits.append(code)
        self.kill()
        if code not in STAYS:
            self.signs.renew()
            self.start(wait=False)

    def settle(self, timeout: float = 90.0) -> Verdict:
        """Wait until all that was published was told to all, and a little longer for what should not come."""
        until = time.monotonic() + timeout
        while time.monotonic() < until and not self.journal.wait(RECEIVERS, 2.0):
            self.supervise()
        time.sleep(2.5)
        return self.journal.verdict(RECEIVERS)

    def status(self) -> str:
        """Return the first line of `watchfloor status` by which a person learns that something is wrong."""
        with suppress(Exception):  # a command that hangs says nothing
            done = start("alerts", "status", place=self.place, environ=self.desk.environ())
            lines = done.stderr.splitlines() if done.returncode else done.stdout.splitlines()
            return next(
                (each.strip() for each in lines if done.returncode or any(words in each for words in ALARMING)), ""
            )
        return ""

    def told(self, since: float, timeout: float, *, status: bool = True) -> tuple[float, str] | None:
        """Wait until a person could know, by any path; return after how many seconds and by which.

        A notice; the end of the process, which systemd logs and acts on; `status`, asked every few seconds; life signs
        that end, on which systemd acts after WATCHDOG.
        """
        asked = 0.0
        while (now := time.monotonic()) < since + timeout:
            if notice := self.journal.notice_since(since):
                return notice.at - since, f"notice: {notice.title.removeprefix('WATCHFLOOR ')}"
            if (code := self.ended()) is not None:
                return now - since, f"exit {code}"
            if self.signs.age() > WATCHDOG:
                return now - since, "systemd: no life sign"
            if status and now - asked > 5.0:
                asked = now
                if line := self.status():
                    return time.monotonic() - since, f"status: {line[:60]}"
            time.sleep(0.1)
        return None


@dataclass
class _FloorDesk(Desk):
    """The desk of the e2e tests, with the socket that systemd would give and a store in PostgreSQL where one is named."""

    store: str = ""
    supervised: bool = True

    def environ(self) -> dict[str, str]:
        store = {"WATCHFLOOR_STORE": self.store} if self.store else {}
        signs = {"NOTIFY_SOCKET": str(self.place / "n")} if self.supervised else {}
        return {**super().environ(), **store, **signs}

    def beside(self, store: str) -> _FloorDesk:
        """Return the desk of another daemon on the same rules, whose life signs nobody hears."""
        return replace(self, store=store, supervised=False)


class LifeSigns:
    """What a supervisor hears on NOTIFY_SOCKET."""

    def __init__(self, path: Path) -> None:
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.bind(os.fspath(path))
        self._last = time.monotonic()
        threading.Thread(target=self._hear, daemon=True).start()

    def _hear(self) -> None:
        with suppress(OSError):
            while True:
                if self._line.recv(200) in {b"WATCHDOG=1", b"READY=1"}:
                    self.renew()

    def renew(self) -> None:
        """Take the daemon for alive now."""
        self._last = time.monotonic()

    def age(self) -> float:
        """Return the seconds since the last life sign."""
        return time.monotonic() - self._last

    def close(self) -> None:
        """Hear no more."""
        self._line.close()
