"""The canary through the real daemon: it passes the whole line, leaves nothing, and that it does not arrive is told."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from crawler.fetch.fetching import Fetching
from crawler.sources.source import OutcomeName, Source, SourceState
from tests.e2e.conftest import Desk
from tests.e2e.running import daemon, parsing_children
from tests.e2e.servers import Outlet, rss

STORE = Path("var") / "watchfloor.db"
TITLE = "WATCHFLOOR the line is broken: the canary did not arrive"
BACK = "WATCHFLOOR the canary arrives again"


def rows(desk: Desk) -> dict[str, int]:
    """Return the number of rows of each table that may grow by what is published."""
    kept = {"marks", "sources", "source_states", "alerts_version", "crawler_version", "audit", "sqlite_sequence"}
    kept |= {"store_sizes"}  # one row an hour
    kept |= {"article_words", "article_words_data", "article_words_idx", "article_words_config", "search_fill"}  # FTS5
    with sqlite3.connect(desk.place / STORE) as store:
        names = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: store.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names if name not in kept
        }


def test_it_passes_the_line_and_what_stops_it_is_told_with_the_place(desk: Desk) -> None:
    """The outlet itself may not be polled here: only the canary may reach loopback."""
    desk.outlet.serve("/a.xml", rss({"title": "A militia moves", "guid": "1"}))
    desk.outlet.serve("/beat", b"ok")
    desk.write("/a.xml", settings=f"canary: 1s, heartbeat: {desk.outlet.base}/beat")
    desk.rules.write_text(desk.rules.read_text().replace('["127.0.0.1"]', "[]"))
    with daemon(desk, fresh=True) as running:
        assert running.says("outcome=blocked_private")
        assert running.says("canary arrived took=.*: a test story of our own")
        assert not any("FLASH" in line or "decided" in line for line in running.log)  # it must not look like an alert
        assert desk.outlet.asked("/a.xml") == []
        assert "canary: last arrived" in desk.run("status", "--state-dir", "var").stdout
        assert desk.outlet.wait_for("/beat")
        assert {name: n for name, n in rows(desk).items() if n} == {}
        desk.run("silence", "add", "--text", "canary", "--for", "1h", "--reason", "islands")
        store = sqlite3.connect(desk.place / STORE, timeout=20)
        store.execute("ALTER TABLE decisions RENAME TO hidden")
        assert desk.hook.wait_for_words("stored, and not matched and decided on (OperationalError('no such table")
        assert "NOT WELL" in desk.run("status", "--state-dir", "var").stdout
        store.execute("ALTER TABLE hidden RENAME TO decisions")
        assert desk.hook.wait_for_words("It was: a story of our own", "stored, and not matched")
        # news would be stored and never judged, while all else moves
        store.execute("INSERT OR REPLACE INTO marks (name, value) VALUES ('triaged', '99')")
        store.commit()
        assert desk.hook.wait_for_words("the mark of what was judged is 99, ahead of all that is stored")
        store.execute("DELETE FROM marks WHERE name = 'triaged'")
        store.commit()
        store.close()
        assert desk.hook.wait_for_words("It was: a story of our own", "the mark of what was judged")
        children = parsing_children(running.process.pid)
        assert children
        for child in children:
            os.kill(child.pid, signal.SIGSTOP)
        assert desk.hook.wait_for_words("did not arrive: it was fetched, and no parsing child read it. News may")
        for child in children:
            os.kill(child.pid, signal.SIGCONT)
        assert desk.hook.wait_for_words("It was: a story of our own", "no parsing child read it")
    assert {TITLE, BACK} <= set(desk.hook.titles())
    assert desk.status()["ledger"]["entries"] == 0


def test_its_leave_is_for_one_address_and_port_and_no_redirect_goes_farther() -> None:
    outlet, victim = Outlet(), Outlet()
    outlet.serve("/feed", rss({"title": "Ours", "guid": "1"}))
    outlet.serve("/away", b"", status=302, Location=f"{victim.base}/secret")
    victim.serve("/secret", b"x")
    now = datetime.now(UTC)
    port = int(outlet.base.rpartition(":")[2])

    async def outcomes() -> list[OutcomeName]:
        fetching = Fetching()
        await fetching.open()

        async def polled(url: str, own: tuple[str, int] | None) -> OutcomeName:
            source = Source("s", url)
            return (await fetching.poll(source, SourceState("s", url, now), now, own)).name

        try:
            ours = ("127.0.0.1", port)
            return [
                await polled(f"{outlet.base}/feed", ours),
                await polled(f"{outlet.base}/feed", None),
                await polled(f"{victim.base}/secret", ours),
                await polled(f"{outlet.base}/away", ours),
            ]
        finally:
            await fetching.close()

    try:
        blocked = OutcomeName.BLOCKED_PRIVATE
        assert asyncio.run(outcomes()) == [OutcomeName.OK, blocked, blocked, blocked]
        assert victim.asked("/secret") == []
    finally:
        outlet.close()
        victim.close()
