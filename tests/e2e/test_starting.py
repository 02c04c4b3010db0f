"""What a command that the tests fork finds imported: an import in each of them cost the suite minutes."""

from __future__ import annotations

import os
import socket
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Desk
from tests.e2e.rounds import T0, item
from tests.e2e.servers import rss
from tests.e2e.starting import EXHAUSTIVE, start


def test_forked_line_finds_its_imports_done(desk: Desk) -> None:
    desk.outlet.serve("/a.xml", rss(item("a", "A militia shells the port of Basra")))
    desk.write("/a.xml")
    words = ("tests.e2e.importing", "run", "--at", "-")
    done = start(*words, place=desk.place, environ=desk.environ(), stdin=f"{T0}\n", fresh=False)
    assert (done.returncode, len(desk.hook.accepted)) == (0, 1), done.stderr
    imported = (desk.place / "imported").read_text(encoding="utf-8").split()
    assert len(imported) <= 10, f"LATER of tests/e2e/warmed.py lacks {imported}"


@pytest.mark.skipif(EXHAUSTIVE, reason="nothing is forked")
def test_server_outlives_a_client_that_is_killed_before_it_asks(tmp_path: Path) -> None:
    environ = dict(os.environ)
    assert start("alerts", "--version", place=tmp_path, environ=environ).returncode == 0
    server: Any = forkserver._forkserver
    before = server._forkserver_pid
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(server._forkserver_address)
    assert start("alerts", "--version", place=tmp_path, environ=environ).returncode == 0
    assert server._forkserver_pid == before
