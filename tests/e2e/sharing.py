"""Several daemons on one store in PostgreSQL, each with a state directory of its own, over outlets of several hosts."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import psycopg
from psycopg.conninfo import make_conninfo

from alerts.run.stored import ledger_of
from crawler.sources.shares import slot_of
from crawler.store.db import Database
from tests.e2e.conftest import Desk
from tests.e2e.running import Running
from tests.e2e.servers import Outlet, Patient, rss
from tests.postgres import Postgres

NONCE = re.compile(r"story N(\d+)E")
MARK = "possible repeat"
SOURCE = '  - {{id: s{n}, name: Outlet {n}, url: "{url}", every: {every}, lang: en, full_text: never}}'


class Fleet:
    """Daemons by name on one store, the outlets they poll, and what the desk's webhook was told by them all."""

    def __init__(self, desk: Desk, postgres: Postgres, outlets: int = 5, each: int = 8) -> None:
        self.desk, self.url = desk, postgres.database()
        self.outlets = [Outlet() for _ in range(outlets)]
        self.daemons: dict[str, Running] = {}
        self.paths = {n: (self.outlets[n % outlets], f"/{n}.xml") for n in range(outlets * each)}
        self.stories: dict[int, list[dict[str, str]]] = {n: [] for n in self.paths}
        self.published = 0
        for n in self.paths:
            self.publish(n, told=False)

    def write(self, *, every: str = "2s", slow: str = "") -> None:
        """Write the rules: every path of the outlets is a source, what it tells goes to the hook and the mail."""
        settings = f'backfill: 0, store: "{self.url}"'
        self.desk.write(settings=settings, notify=f"[hook, mail{', slow' * bool(slow)}]")
        sources = [SOURCE.format(n=n, url=outlet.base + path, every=every) for n, (outlet, path) in self.paths.items()]
        text = self.desk.rules.read_text(encoding="utf-8").replace("sources:\n", "sources:\n" + "\n".join(sources))
        receiver = f'receivers:\n  slow: {{urls: ["{slow}"]}}\n' if slow else "receivers:\n"
        self.desk.rules.write_text(text.replace("receivers:\n", receiver), encoding="utf-8")

    def publish(self, n: int, *, told: bool = True, **words: str) -> int:
        """Put a story into a source and return its number; one that is not `told` no rule matches."""
        self.published += 1
        what = "A militia tells" if told else "A gardener tells"
        title = f"{what} of {_words(self.published)}, story N{self.published}E"
        self.stories[n].insert(0, {"title": title, "guid": f"{n}-{self.published}", **words})
        outlet, path = self.paths[n]
        outlet.serve(path, rss(*self.stories[n]))
        return self.published

    def start(self, name: str, *words: str, module: str = "alerts") -> Running:
        daemon = Running(self.desk, words=(module, "run", "--state-dir", name, *words))
        self.daemons[name] = daemon
        assert daemon.says("running sources="), daemon.log
        return daemon

    def held(self, kind: str = "") -> dict[str, str]:
        """Return by lease which daemon has it, by the name of that daemon."""
        pids = {daemon.process.pid: name for name, daemon in self.daemons.items()}
        with psycopg.connect(make_conninfo(self.url)) as connection:
            found = connection.execute(
                "SELECT name, pid FROM leases JOIN daemons ON holder = id WHERE name LIKE %s", (f"{kind}%",)
            ).fetchall()
        return {name: pids.get(pid, "?") for name, pid in found}

    def polled_by(self, n: int) -> str:
        """Return which daemon has a source."""
        outlet, _ = self.paths[n]
        return self.held()[slot_of(outlet.base.removeprefix("http://"))]

    def count(self, of: str) -> int:
        """Return how many rows there are of what is named."""
        with psycopg.connect(make_conninfo(self.url)) as connection:
            row = connection.execute(f"SELECT count(*) FROM {of}").fetchone()
        return row[0] if row else 0

    def lines(self, name: str) -> list[str]:
        """Return what `status` says in the state directory of a daemon."""
        return self.desk.run("status", "--state-dir", name).stdout.splitlines()

    def say(self) -> str:
        """Return who has which hosts, and what the daemons logged last."""
        logs = (f"{name}: {''.join(each.log[-30:])}" for name, each in self.daemons.items())
        return "\n".join([str(Counter(self.held("hosts").values())), *logs])

    def told(self) -> list[str]:
        """Return what the hook accepted, each with title and text."""
        return [f"{each['title']}\n{each['message']}" for each in self.desk.hook.accepted]

    def numbers(self) -> set[int]:
        """Return the numbers of the stories that were told."""
        return {int(number) for text in self.told() for number in NONCE.findall(text)}

    def close(self) -> None:
        for each in self.daemons.values():
            each.end()
        for outlet in self.outlets:
            outlet.close()


def balanced_at(desk: Desk, url: str) -> bool:
    """Return whether the books of a store balance."""
    database = Database(url)
    try:
        with database.read() as connection:
            return not any(ledger_of(connection).remainders().values())
    finally:
        database.close()


def _words(n: int) -> str:
    """Return words that no other number has, so that no two stories are alike."""
    return " ".join(f"w{(n * 7919 + k * 104729) % 999983}" for k in range(6))


class SlowHook:
    """A webhook that accepts what comes, and answers nothing until `answering` is set."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.answering = threading.Event()
        hook = self

        class Accept(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.texts.append(f"{body['title']}\n{body['message']}")
                hook.answering.wait(120)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = Patient(("127.0.0.1", 0), Accept)
        self.url = f"json://127.0.0.1:{self._server.server_port}/slow"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def copies(self, number: int) -> list[str]:
        """Return what was accepted that names a story."""
        return [text for text in self.texts if f"N{number}E" in text]

    def close(self) -> None:
        self.answering.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def fleet(desk: Desk, postgres: Postgres, outlets: int = 5, each: int = 8) -> Iterator[Fleet]:
    made = Fleet(desk, postgres, outlets, each)
    try:
        yield made
    finally:
        made.close()
