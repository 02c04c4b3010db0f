"""The daemon over a captured timeline: served on loopback step by step, driven by `watchfloor run --at -`."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.shared import ROOT, SHARED, unpack_timeline
from tests.e2e.servers import Hook

NAME = "june-2026-dev-48h"


def run(name: str = NAME) -> None:
    with tempfile.TemporaryDirectory() as place:
        unpacked = unpack_timeline(name, Path(place))
        if unpacked is not None:
            with served(unpacked) as base, closing(Hook()) as hook:
                drive(name, unpacked, base, hook, Path(place))


@contextmanager
def served(timeline: Path) -> Iterator[str]:
    """Serve a timeline with the project's own replay of it; time moves only when told to."""
    port = free_port()
    tool = SHARED / "tools" / "replay_timeline.py"
    server = subprocess.Popen([sys.executable, str(tool), str(timeline), "--step", "--port", str(port)])
    base = f"http://127.0.0.1:{port}"
    try:
        wait_until_served(base)
        yield base
    finally:
        server.kill()
        server.wait()


def free_port() -> int:
    with closing(Hook()) as hook:
        return int(hook.url.rpartition(":")[2].partition("/")[0])


def wait_until_served(base: str) -> None:
    for _ in range(200):
        try:
            ask(f"{base}/_clock")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the timeline is not served")


def ask(url: str, *, post: bool = False) -> Any:
    request = urllib.request.Request(url, data=b"" if post else None, method="POST" if post else "GET")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def rules_for(base: str, hook: Hook, place: Path) -> str:
    """Take the shipped desk and settings and a broad rule, the timeline's outlets as sources, a webhook as receiver."""
    desk = place / "desk"
    shutil.copytree(ROOT / "deploy" / "desk", desk, ignore=shutil.ignore_patterns("sources.yaml"))
    included = ", ".join(f'"{name}"' for name in ("desk/rules/*.yaml", "desk/kinds/*.yaml", "desk/*.yaml"))
    shipped = (ROOT / "rules.yaml").read_text(encoding="utf-8")
    settings = shipped[shipped.index("\nsettings:\n") : shipped.index("\nreceivers:\n")]
    settings = settings.replace("\nsettings:\n", '\nsettings:\n  allow_private: ["127.0.0.1"]\n')
    outlets = ask(f"{base}/_index.json")
    sources = "\n".join(
        f'  - {{id: {name}, name: "{each.get("title", name)}", url: "{base}{each["url_path"]}", every: 1m}}'
        for name, each in outlets.items()
    )
    head = f"version: 1\ninclude: [{included}]\nsources:\n{sources}{settings}\n"
    broad = "rules:\n  - {id: broad, title: A broad rule, match: [Iran], severity: priority, notify: [console]}\n"
    return f'{head}receivers:\n  console: {{urls: ["{hook.url}"]}}\n{broad}'


def drive(name: str, timeline: Path, base: str, hook: Hook, place: Path) -> None:
    (place / "rules.yaml").write_text(rules_for(base, hook, place), encoding="utf-8")
    manifest = json.loads((timeline / "manifest.json").read_text(encoding="utf-8"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    totals = rounds(manifest["polls"], base, place)
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "alerts", "status", "--json", "-c", str(place / "rules.yaml")]
    status = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    report(name, totals, status, hook)
    size = after.ru_maxrss / 1024
    print(
        f"wall {wall:.1f} s, CPU {cpu:.1f} s, {len(manifest['polls'])} rounds; peak RSS {size:.0f} MB (largest process)"
    )


def rounds(polls: list[dict[str, Any]], base: str, place: Path) -> Counter[str]:
    """Step the timeline and the daemon together, one round a poll."""
    totals: Counter[str] = Counter()
    command = [sys.executable, "-m", "alerts", "run", "--at", "-", "-c", str(place / "rules.yaml")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdin is not None
        assert daemon.stdout is not None
        for poll in polls:
            ask(f"{base}/_clock?to={poll['time']}", post=True)
            print(poll["time"], file=daemon.stdin, flush=True)
            done = json.loads(daemon.stdout.readline())
            totals.update({key: value for key, value in done.items() if key != "at"})
        daemon.stdin.close()
        if daemon.wait(60) != 0:
            raise RuntimeError(f"the daemon ended with {daemon.returncode}")
    return totals


def report(name: str, totals: Counter[str], status: dict[str, Any], hook: Hook) -> None:
    ledger, stored = status["ledger"], status["stored"]
    ids = [str(body["message"]).rpartition("Story ")[2].partition(", delivery")[0] for body in hook.accepted]
    repeated = sum(n - 1 for n in Counter(each for each in ids if each.startswith("s")).values())
    print(f"{name}: {totals['polls']} polls, {totals['entries']} entries, {stored['articles']} articles,", end=" ")
    print(f"{stored['revisions']} revisions, {stored['stories']} stories")
    print(f"matches {totals['matches']}, alerts {totals['alerts']}, deliveries {totals['deliveries']},", end=" ")
    print(f"accepted by the sink {len(hook.accepted)}, duplicates sent {repeated}")
    print(f"ledger: {json.dumps(ledger)}")
    print(f"counted in {datetime.now(UTC):%Y-%m-%d}; run again with: make bench")


if __name__ == "__main__":
    run(*sys.argv[1:])
