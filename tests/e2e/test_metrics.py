"""What a monitor reads of the real daemon: every metric, health and readiness; no caller costs the watch anything."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from contextlib import ExitStack

from alerts.run.metrics import METRICS
from alerts.run.signs_server import MOST_CALLERS
from tests.e2e.conftest import Desk
from tests.e2e.running import daemon
from tests.e2e.servers import rss


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port


def get(port: int, path: str, **headers: str) -> tuple[int, str]:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def figures(page: str) -> dict[str, float]:
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in page.splitlines() if line[:1] != "#"}


def test_a_monitor_reads_all_figures_and_a_hostile_caller_costs_nothing(desk: Desk) -> None:
    first, second = free_port(), free_port()
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
    desk.write("/a.xml", every="1s", settings=f'canary: 1s, metrics: "127.0.0.1:{first}"')
    with daemon(desk) as running:
        assert running.says("canary arrived")
        assert running.says("metrics served")
        assert [get(first, path)[0] for path in ("/healthz", "/readyz", "/", "/../x")] == [200, 200, 404, 404]
        assert get(first, "/metrics", Host="evil.example")[0] == 421
        status, page = get(first, "/metrics")
        assert status == 200
        assert set(re.findall(r"^# TYPE (watchfloor_\w+)", page, re.MULTILINE)) == set(METRICS)
        if promtool := shutil.which("promtool"):  # Debian: apt install prometheus
            linted = subprocess.run(
                [promtool, "check", "metrics"], input=page, capture_output=True, text=True, check=False
            )
            assert (linted.returncode, linted.stderr) == (0, ""), linted.stdout
        found = figures(page)
        assert found["watchfloor_well"] == 1
        assert found['watchfloor_entries_total{result="new"}'] == 1
        assert found['watchfloor_sources{state="well"}'] == 1
        assert found["watchfloor_canary_age_seconds"] < 60
        assert found['watchfloor_store_bytes{file="database"}'] > 0
        free = shutil.disk_usage(desk.place).free
        assert abs(found['watchfloor_disk_free_bytes{place="state"}'] - free) < 1 << 30
        assert found["watchfloor_backup_every_seconds"] == 86400
        # callers that never end their request: the watch goes on
        with ExitStack() as held:
            for _ in range(3 * MOST_CALLERS):
                line = held.enter_context(socket.create_connection(("127.0.0.1", first)))
                line.sendall(b"GET /metrics HTTP/1.1\r\nX: ")
            desk.outlet.serve("/a.xml", rss({"title": "A militia seizes a bridge", "guid": "2"}))
            assert desk.hook.wait_for_title("A militia seizes a bridge")
        # a reload moves it; what cannot be had is told
        desk.rules.write_text(desk.rules.read_text().replace(str(first), str(second)))
        assert running.says(f"metrics served address=127.0.0.1:{second}")
        assert get(second, "/readyz") == (200, "ok\n")
        with socket.create_server(("127.0.0.1", 0)) as other:
            taken = other.getsockname()[1]
            desk.rules.write_text(desk.rules.read_text().replace(str(second), str(taken)))
            assert desk.hook.wait_for_title("WATCHFLOOR metrics are not served")
