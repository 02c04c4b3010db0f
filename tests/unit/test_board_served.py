"""The board's own process over real HTTP, without a daemon: what one caller may not take from the others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack, aclosing, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from alerts.board.brakes import MOST_LISTENERS, MOST_OF_ONE, Full, Listeners
from alerts.board.desk import Desk
from alerts.board.live import Live
from alerts.board.server import ORDERS_AT_ONCE, Board
from crawler.store.db import DATABASE
from tests.e2e.servers import PATIENCE
from tests.migrated import new_store
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
    database = new_store(place / DATABASE)
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
                    await asyncio.wait_for(asked.get(), PATIENCE)
                await asyncio.sleep(0.5)  # the others are with the board by now
                async with asyncio.timeout(PATIENCE), session.get("/api/v1/stories") as answer:
                    assert answer.status == 200
                assert not any(each.done() for each in orders)
            finally:
                released.set()
            assert {each.status for each in await asyncio.gather(*orders)} == {409}

    asyncio.run(run())


def test_open_pages_of_one_address_leave_room_for_the_others() -> None:
    listeners = Listeners()
    with ExitStack() as opened:
        for _ in range(MOST_OF_ONE):
            opened.enter_context(listeners.one_more("10.0.0.1", proxy=False))
        with pytest.raises(Full), listeners.one_more("10.0.0.1", proxy=False):
            pass
        for _ in range(MOST_LISTENERS - MOST_OF_ONE):
            opened.enter_context(listeners.one_more("10.0.0.2", proxy=True))
        with pytest.raises(Full), listeners.one_more("10.0.0.3", proxy=True):
            pass
    with listeners.one_more("10.0.0.1", proxy=False):
        pass


def test_one_address_is_refused_once_it_listens_often_enough(tmp_path: Path) -> None:
    async def run() -> None:
        async with served(tmp_path) as (session, _):
            opened = [await session.get("/live") for _ in range(MOST_OF_ONE)]
            assert {each.status for each in opened} == {200}
            async with session.get("/live") as refused:
                assert refused.status == 503
            for each in opened:
                each.close()

    asyncio.run(run())


def test_first_who_listens_after_a_while_hears_how_it_is_now(tmp_path: Path) -> None:
    """Also where looking fails in a way that nobody foresaw: the words say so, and looking goes on."""

    async def heard(live: Live) -> dict[str, str]:
        async with aclosing(live.listen()) as stream:
            found: dict[str, str] = json.loads(await anext(stream))
            return found

    async def run() -> None:
        async with served(tmp_path) as (_, desk):
            live = Live(desk)
            before = await heard(live)
            assert "no daemon runs here" in before["words"]
            async with asyncio.timeout(PATIENCE):
                while not live.idle:  # noqa: ASYNC110 - its last look ends by itself
                    await asyncio.sleep(0.1)
            desk.state_dir = None  # type: ignore[assignment] # a fault that no StoreError tells
            after = await heard(live)
            assert after["words"] == "The board cannot see whether anything is new; its log says why."
            await live.close()

    asyncio.run(run())
