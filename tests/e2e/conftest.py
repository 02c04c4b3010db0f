"""A desk of its own for each test: an outlet, a webhook, a mail server, a rules file, a state directory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from alerts.demo.sinks import MailSink
from crawler.store.db import DATABASE
from tests.e2e.servers import Hook, Outlet, closing_all
from tests.e2e.slackapi import SlackApi
from tests.e2e.starting import start
from tests.migrated import empty_store

if TYPE_CHECKING:
    from tests.e2e.board import Floor

ROOT = Path(__file__).parents[2]
MODEL = Path(__file__).parent / "model"  # a substitute of the language model's package
RULES = """\
version: 1
settings: {{allow_private: ["127.0.0.1"], admin: {admin}, {settings}}}
sources:
{sources}
receivers:
  hook: {{urls: ["{hook}"]}}
  mail: {{urls: ["{mail}"]}}
rules:
  - id: militia
    title: Militias
    match: {{any: [militia, "ميليشيا"]}}
    severity: priority
    notify: {notify}
"""


@dataclass
class Desk:
    """Runs the real command on files of its own and reads what it prints."""

    place: Path
    outlet: Outlet
    hook: Hook
    mail: MailSink

    @property
    def rules(self) -> Path:
        return self.place / "rules.yaml"

    def write(
        self,
        *paths: str,
        settings: str = "backfill: 6h",
        every: str = "5m",
        notify: str = "[hook]",
        admin: str = "hook",
        keys: str = "full_text: never",
    ) -> None:
        """Write a rules file that polls the given paths of the outlet.

        Article pages are for the tests that ask for them: the links of the others lead nowhere, 1 s a link.
        """
        sources = [
            f'  - {{id: s{number}, name: Outlet {number}, url: "{self.outlet.base}{path}", every: {every}, lang: en, {keys}}}'
            for number, path in enumerate(paths, 1)
        ]
        text = RULES.format(
            sources="\n".join(sources),
            settings=settings,
            hook=self.hook.url,
            mail=self.mail.url,
            notify=notify,
            admin=admin,
        )
        self.rules.write_text(text, encoding="utf-8")

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "alerts", *words]

    def run(self, *words: str, stdin: str = "", expect: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the command in the desk's place and check its exit code."""
        done = start("alerts", *words, place=self.place, environ=self.environ(), stdin=stdin)
        assert done.returncode == expect, done.stderr
        return done

    def stored(self) -> None:
        """Give the first start an empty store: to migrate one costs it as much as all else it does.

        A daemon that makes one tells the admin: such a start has its own test.
        """
        state = self.place / "var"
        elsewhere = "WATCHFLOOR_STORE" in self.environ() or ' store: "' in self.rules.read_text(encoding="utf-8")
        if not elsewhere and not state.exists():
            state.mkdir(mode=0o700)
            empty_store(state / DATABASE)

    def rounds(self, *times: str) -> list[dict[str, Any]]:
        """Run one process through a round at each time."""
        self.stored()
        done = self.run("run", "--at", "-", stdin="".join(f"{time}\n" for time in times))
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def status(self) -> dict[str, Any]:
        """Return what `status` reads in the store by itself.

        Asked for it without a file's name, a daemon imports all commands first: twice what it costs otherwise. That it
        answers is for tests/e2e/test_reads.py.
        """
        report: dict[str, Any] = json.loads(self.run("status", "--json", "--state-dir", "var").stdout)
        return report

    def environ(self) -> dict[str, str]:
        root = str(ROOT)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WATCHFLOOR")}
        return {
            **kept,
            "PYTHONPATH": root,
            "WATCHFLOOR_BOARD": "off",
        }  # of those who look at it, the tests of the board


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, Outlet(), Hook(), MailSink())
    yield made
    for each in (made.outlet, made.hook, made.mail):
        each.close()


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the substitute of the language model in the place of its package; return the file that says how it fails."""
    file = tmp_path / "orders"
    file.write_text("", encoding="ascii")
    monkeypatch.setenv("PYTHONPATH", f"{MODEL}{os.pathsep}{ROOT}")
    monkeypatch.setenv("MODEL_ORDERS", str(file))
    monkeypatch.syspath_prepend(str(MODEL))
    return file


@pytest.fixture(scope="session")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """One daemon and one board for all tests of it: each costs seconds."""
    from tests.e2e.board import newsroom  # noqa: PLC0415 - it builds on the desk above

    with newsroom(tmp_path_factory.mktemp("board")) as made:
        yield made


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    made = Outlet()
    with closing_all(made):
        yield made


@pytest.fixture
def victim() -> Iterator[Outlet]:
    """A server on another loopback address that nothing may reach."""
    made = Outlet("127.0.0.2")
    with closing_all(made):
        yield made


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackApi]:
    """A Slack at the address at which production reaches it."""
    with SlackApi(tmp_path / "slack", limits={}) as made:
        for name, value in made.env().items():
            monkeypatch.setenv(name, value)
        yield made
