"""A store of another version is refused in one sentence, with the remedy, by every command that opens it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from crawler.store.db import DATABASE, Database
from tests.e2e.conftest import Desk
from tests.e2e.servers import rss
from tests.e2e.starting import EXHAUSTIVE

STORE = Path(__file__).parents[1] / "stores" / "v0.1.0.sqlite3"
COMMANDS = [
    "run --once",
    "status",
    "status --json",
    "sources",
    "sources evidence a1",
    "deliveries",
    "deliveries show d1",
    "deliveries resend d1",
    "stories",
    "stories --story s1",
    "handover --since 12h",
    "silence list",
    "silence add --text parade --for 1h --reason x --by Noor",
    "silence end q1 --by Noor",
    "ack s1 --by Noor",
    "explain s1",
    "backtest --since 24h",
    "rematch --since 24h",
    "backup",
    "verify",
]


def store_of(desk: Desk, package: str, version: str) -> Path:
    """Put a store in the desk's state directory whose tables are of a version that this program does not know."""
    state = desk.place / "var"
    state.mkdir(mode=0o700)
    shutil.copy(STORE, state / DATABASE)
    database = Database.at(state / DATABASE)
    with database.write() as connection:
        connection.execute(text(f"UPDATE {package}_version SET version_num = :version"), {"version": version})
    database.close()
    return state / DATABASE


@pytest.mark.parametrize("command", [*COMMANDS][:: 1 if EXHAUSTIVE else 3])
def test_every_command_refuses_a_newer_store(command: str, desk: Desk) -> None:
    desk.write("/rss")
    path = store_of(desk, "alerts", "alerts_999")
    done = desk.run(*command.split(), expect=78 if command.startswith("run") else 1)
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1] == (
        f"watchfloor: {path}: made by another Watchfloor (schema alerts_999, known here up to alerts_12); "
        "run that one, restore a backup, or move the file away to begin anew"
    )
    assert "Traceback" not in done.stderr


def test_run_refuses_a_store_of_before_the_first_release(desk: Desk) -> None:
    desk.write("/rss")
    path = store_of(desk, "crawler", "c0030")
    before = path.read_bytes()
    done = desk.run("run", "--once", expect=78)
    assert "(schema c0030, known here up to crawler_9); run that one, restore a backup, or move the file" in done.stderr
    assert path.read_bytes() == before


def test_a_store_of_the_first_release_is_brought_up_by_run_and_shown(desk: Desk) -> None:
    desk.write("/rss")
    desk.outlet.serve("/rss", rss())
    (desk.place / "var").mkdir(mode=0o700)
    shutil.copy(STORE, desk.place / "var" / DATABASE)
    older = desk.run("deliveries", "--since", "5000d", expect=1)
    assert "made by an older Watchfloor" in older.stderr
    assert "watchfloor run brings it up to date" in older.stderr
    desk.run("run", "--once")  # its receiver is not in these rules: what waited is cancelled, and the admin is told
    assert desk.status()["outbox"] == {"cancelled": 2, "folded": 1, "sent": 2}
    assert "told with delivery d" in desk.run("deliveries", "--since", "5000d").stdout
    assert [message["title"] for message in desk.hook.accepted] == [
        "WATCHFLOOR 2 messages cancelled: no such receiver in rules.yaml any more"
    ]
