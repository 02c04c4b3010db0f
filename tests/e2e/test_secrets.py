"""Secrets in the environment and in the rules appear nowhere: logs, store, JSON, errors, messages, notices (T41)."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from pathlib import Path

from tests.e2e.conftest import Desk
from tests.e2e.dated import item
from tests.e2e.servers import PATIENCE, Hook, rss
from tests.e2e.starting import EXHAUSTIVE, start

CANARY = "kanarienvogel"
RULES = """\
version: 1
settings: {{allow_private: ["127.0.0.1"], backfill: 6h, admin: admin}}
sources: [{{id: s1, name: Outlet, url: "{feed}", every: 1s, lang: en, full_text: never}}]
receivers:
  admin: {{urls: ["${{WATCH_ADMIN_URL}}"]}}
  refused: {{urls: ["${{WATCH_REFUSED_URL}}"]}}
  closed: {{urls: ["${{WATCH_CLOSED_URL}}"]}}
  written: {{urls: ["json://user:{canary}7@127.0.0.1:{port}/{canary}8?+X-Token={canary}9"]}}
rules:
  - {{id: militia, title: Militias, match: [militia], severity: flash, notify: [admin, refused, closed, written]}}
"""


def closed_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def loud(desk: Desk, environ: dict[str, str], *words: str) -> str:
    """Run a command with every library at DEBUG and return all it prints.

    Where messages are sent, the levels are set before the imports: the product's own guard is set by an import.
    """
    fresh = "run" in words or EXHAUSTIVE
    done = start("tests.e2e.loud", *words, place=desk.place, environ=desk.environ() | environ, timeout=90, fresh=fresh)
    return f"{done.args} {done.stdout}{done.stderr}"


def test_no_secret_is_printed_stored_or_sent(desk: Desk) -> None:
    refusing = Hook()
    refusing.script = [500, 403] * 20
    feed = desk.outlet.serve("/a.xml", rss(item("A militia moves", "1")))
    port = re.findall(r":(\d+)/", desk.hook.url)[0]
    refused = re.findall(r":(\d+)/", refusing.url)[0]
    desk.rules.write_text(RULES.format(feed=feed, port=port, canary=CANARY), encoding="utf-8")
    environ = {
        "WATCH_ADMIN_URL": f"json://user:{CANARY}1@127.0.0.1:{port}/hook",
        "WATCH_REFUSED_URL": f"json://{CANARY}2:{CANARY}3@127.0.0.1:{refused}/{CANARY}4",
        "WATCH_CLOSED_URL": f"mailto://user:{CANARY}5@127.0.0.1:{closed_port()}?from=a@b.example&to=c@d.example&mode=insecure",
        "UNRELATED_SECRET": f"{CANARY}6",
        "WATCHFLOOR_GARBLED": f"slack://{CANARY}0",
    }
    said = [loud(desk, environ, "run", "--once", "-v", "-v") for _ in range(2)]
    assert "attempt=1" in said[0], "the run was to fail at some receivers"
    assert "DEBUG" in said[0]
    assert len(desk.hook.accepted) >= 2, "and to reach others"
    said += [loud(desk, environ, words, "--json") for words in ("status", "handover", "stories", "sources")]
    said += [loud(desk, environ, "silence", "list", "--all", "--json"), loud(desk, environ, "check")]
    (desk.place / "garbled.yaml").write_text(
        desk.rules.read_text().replace("${WATCH_CLOSED_URL}", "${WATCHFLOOR_GARBLED}"), encoding="utf-8"
    )
    said.append(loud(desk, environ, "check", "-c", "garbled.yaml"))
    assert "slack://***" in said[-1]
    for printed in said:
        assert CANARY not in printed
    stored = [path for path in (desk.place / "var").iterdir() if path.is_file()]
    assert any(path.name == "watchfloor.db" for path in stored)
    for path in stored:
        assert CANARY.encode() not in path.read_bytes(), path.name
    for body in desk.hook.accepted:
        assert CANARY not in str(body)
    refusing.close()


def test_no_secret_is_in_the_command_line_of_a_process(desk: Desk) -> None:
    feed = desk.outlet.serve("/a.xml", rss(item("A militia moves", "1")))
    desk.write("/a.xml")
    assert feed
    desk.stored()
    with subprocess.Popen(
        desk.command("run"), cwd=desk.place, env=desk.environ() | {"SECRET": CANARY}, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        while "running sources=" not in running.stderr.readline():
            pass
        assert desk.hook.wait_for(1)
        ours = [path for path in Path("/proc").glob("[0-9]*/cmdline") if _parent(path) == running.pid]
        lines = [path.read_bytes() for path in (*ours, Path(f"/proc/{running.pid}/cmdline"))]
        running.terminate()
        running.communicate(timeout=PATIENCE)
    assert len(lines) >= 2, "its parsing children are looked at too"
    assert not any(CANARY.encode() in line or os.fsencode(desk.hook.url) in line for line in lines)


def _parent(path: Path) -> int:
    try:
        return int((path.parent / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
