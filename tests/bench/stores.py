"""A captured timeline through `run --at -` on SQLite, on PostgreSQL and with two daemons that take turns on one PostgreSQL.

What was told must be the same: every message with its receiver, severity, kind and text, and the books. The two daemons
have a state directory each and relieve one another every TURN rounds, as after the loss of a machine. A replay and no
daemons at their own pace, since what is merged and held depends on the moment to the second.

`python -m tests.bench.stores june-2026-dev [FOLDER [WORD]]` plays all of June, an hour at load 20; what each way told
is kept in FOLDER, outside the repository. With a WORD only those ways are played beside SQLite that have it in their
name, as "PostgreSQL", "two" or "again".
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice
from pathlib import Path
from typing import Any

from tests.bench.shared import ROOT, unpack_timeline
from tests.bench.timeline import NAME, ask, rules_for, served
from tests.e2e.servers import Hook
from tests.postgres import start

TURN = 7  # rounds
SHOWN = 5  # messages of those that differ
# what is of one run and not of the news: ports, and the ids that the message ends in
OWN = ((re.compile(r"127\.0\.0\.1:\d+"), "HOST"), (re.compile(r"\b(Story s|delivery |thread t)\w+"), r"\1ID"))


@dataclass(frozen=True, slots=True)
class Played:
    """What one way of running a timeline told, what its books say, and its processor time in seconds."""

    told: tuple[str, ...]
    books: Mapping[str, Any]
    cpu: float
    wall: float


def run(name: str = NAME, kept: str = "", only: str = "") -> None:
    """Print for each way what it told and how that differs from what SQLite told; with `kept`, write it there too."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if kept:
            Path(kept).mkdir(parents=True, exist_ok=True)
        unpacked = unpack_timeline(name, Path(folder))
        if unpacked is None:
            return
        server = start()
        stack.callback(server.close)
        hook = stack.enter_context(closing(Hook()))  # one for all: what is of one moment goes in the order of its ids
        print(f"{name}, load {os.getloadavg()[0]:.1f}", flush=True)
        twice = [server.database()] * 2
        ways = [
            ("SQLite", [""]),
            ("PostgreSQL", [server.database()]),
            (f"two on PostgreSQL, in turns of {TURN} rounds", twice),
            ("SQLite again", [""]),  # what differs of itself
        ]
        ways = [each for number, each in enumerate(ways) if not number or only in each[0]]
        first: Played | None = None
        for number, (way, stores) in enumerate(ways):
            place = Path(folder) / f"desk{number}"
            place.mkdir()
            made = play(unpacked, place, [_environ(each) for each in stores], hook)
            first = first or made
            print(
                f"{way}: {len(made.told)} messages, books {json.dumps(made.books)}; wall {made.wall:.0f} s, CPU {made.cpu:.0f} s, load {os.getloadavg()[0]:.1f}"
            )
            for line in differences(first, made):
                print(f"  {line}", flush=True)
            if kept:
                (Path(kept) / f"{number}.json").write_text(json.dumps([way, made.told]), encoding="utf-8")


def _environ(store: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WATCHFLOOR")}
    return {**kept, "WATCHFLOOR_BOARD": "off", "PYTHONPATH": str(ROOT)} | ({"WATCHFLOOR_STORE": store} if store else {})


def play(timeline: Path, place: Path, daemons: list[dict[str, str]], hook: Hook) -> Played:
    """Play a timeline through daemons that take turns, each with a state directory of its own; one plays all of it."""
    polls = json.loads((timeline / "manifest.json").read_text(encoding="utf-8"))["polls"]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    hook.accepted.clear()
    with served(timeline) as base:
        (place / "rules.yaml").write_text(rules_for(base, hook, place), encoding="utf-8")
        left, turn = iter(polls), 0
        while rounds := list(islice(left, TURN if len(daemons) > 1 else len(polls))):
            number = turn % len(daemons)
            _rounds(rounds, base, place, f"var{number}", daemons[number])
            turn += 1
        wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        told = tuple(sorted(_written(body) for body in hook.accepted))
        books = _books(place, daemons[0])
    return Played(told, books, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)


def _rounds(polls: list[dict[str, Any]], base: str, place: Path, state: str, environ: dict[str, str]) -> None:
    words = ["run", "--at", "-", "-c", str(place / "rules.yaml"), "--state-dir", str(place / state)]
    with subprocess.Popen(
        [sys.executable, "-m", "alerts", *words],
        cwd=place, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as daemon:  # fmt: skip
        assert daemon.stdin is not None
        assert daemon.stdout is not None
        for poll in polls:
            ask(f"{base}/_clock?to={poll['time']}", post=True)
            print(poll["time"], file=daemon.stdin, flush=True)
            if not daemon.stdout.readline():
                break
        daemon.stdin.close()
        if daemon.wait(60) != 0:
            raise RuntimeError(f"the daemon ended with {daemon.returncode}")


def _books(place: Path, environ: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "alerts", "status", "--json", "-c", str(place / "rules.yaml")]
    done = subprocess.run(
        [*command, "--state-dir", str(place / "var0")],
        cwd=place,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    status = json.loads(done.stdout)
    stored = {name: status["stored"][name] for name in ("articles", "revisions", "stories")}
    return stored | {name: value for name, value in status["ledger"].items() if isinstance(value, int)}


def _written(body: dict[str, Any]) -> str:
    """Return a message with its lines in the order of their letters: those of one moment come in the order of arrival."""
    text = "\n".join([str(body.get("type", "")), *sorted(str(body["message"]).splitlines())])
    text = f"{body['title']}\n{text}"
    for pattern, instead in OWN:
        text = pattern.sub(instead, text)
    return text


def _alert(message: str) -> str:
    """Return severity, kind and headline of a message; of a digest how much it tells, since any of it may lead."""
    title = message.partition("\n")[0]
    return title.partition(":")[0] if title.startswith("DIGEST") else title


def differences(one: Played, other: Played) -> list[str]:
    """Return in lines what one of two told and the other did not, and where their books differ."""
    books = [
        f"{name} {value} -> {other.books.get(name)}"
        for name, value in one.books.items()
        if other.books.get(name) != value
    ]
    alerts = _compared([_alert(each) for each in one.told], [_alert(each) for each in other.told])
    missing, more = Counter(one.told) - Counter(other.told), Counter(other.told) - Counter(one.told)
    lines = [f"books {', '.join(books) or 'equal'}; alerts {alerts}; to the letter {_compared(one.told, other.told)}"]
    for before, after in list(zip(sorted(missing.elements()), sorted(more.elements()), strict=False))[:SHOWN]:
        lines += [
            f"  {each[:200]}" for each in unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
        ][2:]
    return lines


def _compared(one: Sequence[str], other: Sequence[str]) -> str:
    missing, more = Counter(one) - Counter(other), Counter(other) - Counter(one)
    return f"{len(one) - missing.total()} of {len(one)} alike, {missing.total()} missing, {more.total()} more"


if __name__ == "__main__":
    run(*sys.argv[1:])
