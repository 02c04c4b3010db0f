"""The board's own process over real HTTP, without a daemon: what one caller may not take from the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientSession

from alerts.board.desk import Desk
from alerts.board.server import ORDERS_AT_ONCE, Board
from alerts.store.opening import PACKAGES
from crawler.store.db import DATABASE, Database
from tests.unit.alerts_made import settled

TOKEN = "correct-horse-battery"


@asynccontextmanager
async def served(place: Path, *sockets: Path) -> AsyncIterator[tuple[ClientSession, Desk]]:
    """Serve the board of an empty store; its token is TOKEN."""
    (place / "token").write_text(TOKEN, encoding="utf-8")
    settled(place)
    rules = place / "rules.yaml"
    text = rules.read_text(encoding="utf-8").replace("settings: {", f"settings: {{board_token: {place / 'token'}, ")
    rules.write_text(text, encoding="utf-8")
    database = Database.at(place / DATABASE)
    database.migrate(*PACKAGES)
    database.close()
    desk = Desk(rules, place, sockets)
    board = Board(desk)
    port = await board.open("127.0.0.1", 0)
    try:
        async with ClientSession(f"http://127.0.0.1:{port}") as session:
            yield session, desk
    finally:
        await board.close()


def test_orders_that_wait_for_the_daemon_hold_up_no_page(tmp_path: Path) -> None:
    asked, released = asyncio.Queue[None](), asyncio.Event()

    async def slow_daemon(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        asked.put_nowait(None)
        await released.wait()
        writer.write(b'{"error": "too late"}\n')
        await writer.drain()
        writer.close()

    async def run() -> None:
        path = tmp_path / "control"
        daemon = await asyncio.start_unix_server(slow_daemon, path)
        async with daemon, served(tmp_path, path) as (session, _):
            bearer = {"Authorization": f"Bearer {TOKEN}"}
            orders = [asyncio.create_task(session.post("/api/v1/sources/s1/poll", headers=bearer)) for _ in range(40)]
            try:
                for _ in range(ORDERS_AT_ONCE):
                    await asyncio.wait_for(asked.get(), 10)
                await asyncio.sleep(0.5)  # the others are with the board by now
                async with asyncio.timeout(5), session.get("/api/v1/stories") as answer:
                    assert answer.status == 200
                assert not any(each.done() for each in orders)
            finally:
                released.set()
            assert {each.status for each in await asyncio.gather(*orders)} == {409}

    asyncio.run(run())
